import { jsonText } from '@bulkhead/kernel';
import { z } from 'zod';

const secretSchema = z.string().min(16, 'must have at least 16 characters');
const pathSchema = z.string().startsWith('/', 'must be an absolute path');

const callerSchema = z.string().regex(/^[a-z][a-z0-9:-]{0,99}$/, 'callers are called like recovery');

export const configSchema = z.object({
  DIRECTORY: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/ledger' }),
  SOCKET: pathSchema.meta({ example: '/run/bulkhead/offsite/ledger.sock' }),
  SECRETS_JSON: jsonText(z.record(callerSchema, secretSchema)).meta({ example: '{"recovery":"…"}' }),
  SIGNING_KEY_FILE: pathSchema,
  TRUST_FILE: pathSchema,
  FINDINGS_SOCKET: pathSchema,
  FINDINGS_SECRET: secretSchema,
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
export type Config = z.infer<typeof configSchema>;
