import { compartmentNameSchema } from '@bulkhead/contracts';
import { jsonText } from '@bulkhead/kernel';
import { z } from 'zod';

const secretSchema = z.string().min(16, 'must have at least 16 characters');
const pathSchema = z.string().startsWith('/', 'must be an absolute path');

export const configSchema = z.object({
  DIRECTORY: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/history' }),
  SOCKET: pathSchema.meta({ example: '/run/bulkhead/offsite/internal/history/history.sock' }),
  SECRET: secretSchema,
  ESTATE_FILE: pathSchema,
  TRUST_FILE: pathSchema,
  /** Compartment → the standby whose decoding is read. */
  JAILS_JSON: jsonText(z.record(compartmentNameSchema, z.object({ socket: pathSchema, secret: secretSchema }))).meta({
    example: '{"website":{"socket":"/run/…","secret":"…"}}',
  }),
  RECEIVER_SOCKET: pathSchema,
  /** Compartment → the secret with which its archive is read. */
  READERS_JSON: jsonText(z.record(compartmentNameSchema, secretSchema)).meta({ example: '{"website":"…"}' }),
  RECOVERY_SOCKET: pathSchema,
  RECOVERY_SECRET: secretSchema,
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
export type Config = z.infer<typeof configSchema>;
