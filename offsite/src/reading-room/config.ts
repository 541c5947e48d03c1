import { wholeNumber } from '@bulkhead/kernel';
import { z } from 'zod';

const pathSchema = z.string().startsWith('/', 'must be an absolute path').max(400);
const secretSchema = z.string().min(16, 'must have at least 16 characters').max(500);

export const configSchema = z.object({
  /** With the TLS files that this process may read. */
  ESTATE_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/public/estate.json' }),
  TRUST_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/public/trust.json' }),
  DIRECTORY: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/reading-room' }),
  SOCKET: pathSchema.meta({ example: '/run/bulkhead/offsite/internal/reading-room/reading-room.sock' }),
  SECRET: secretSchema,
  /** Where editions come from. */
  PUBLISHER_SOCKET: pathSchema.meta({ example: '/run/bulkhead/offsite/publisher.sock' }),
  PUBLISHER_SECRET: secretSchema,
  FINDINGS_SOCKET: pathSchema.meta({ example: '/run/bulkhead/offsite/internal/recovery/recovery.sock' }),
  FINDINGS_SECRET: secretSchema,
  EDITION_MEMORY_BYTES: wholeNumber(1, 999_999_999_999).default(67_108_864),
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
export type Config = Readonly<z.infer<typeof configSchema>>;
