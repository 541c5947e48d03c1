import { z } from 'zod';

const pathSchema = z.string().startsWith('/', 'must be an absolute path');

export const configSchema = z.object({
  ESTATE_FILE: pathSchema.meta({ example: '/etc/bulkhead/estate.json' }),
  DIRECTORY: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/status' }),
  SOCKET: pathSchema.meta({ example: '/run/bulkhead/offsite/status.sock' }),
  SECRET: z.string().min(16, 'must have at least 16 characters'),
  /** Recovery, for what people report. */
  FINDINGS_SOCKET: pathSchema.optional().meta({ example: '/run/bulkhead/offsite/internal/recovery/recovery.sock' }),
  FINDINGS_SECRET: z.string().min(16, 'must have at least 16 characters').optional(),
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
export type Config = z.infer<typeof configSchema>;
