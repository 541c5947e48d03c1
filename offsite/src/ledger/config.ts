import { z } from 'zod';

const secretSchema = z.string().min(16, 'must have at least 16 characters');
const pathSchema = z.string().startsWith('/', 'must be an absolute path');

const secretsSchema = z.string().transform((text, context) => {
  const parsed = z.record(z.string().regex(/^[a-z][a-z0-9:-]{0,99}$/), secretSchema).safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  context.addIssue({ code: 'custom', message: 'must be JSON: caller to secret, each of at least 16 characters' });
  return z.NEVER;
});

export const configSchema = z.object({
  DIRECTORY: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/ledger' }),
  SOCKET: pathSchema.meta({ example: '/run/bulkhead/offsite/ledger.sock' }),
  SECRETS_JSON: secretsSchema.meta({ example: '{"recovery":"…"}' }),
  SIGNING_KEY_FILE: pathSchema,
  TRUST_FILE: pathSchema,
  FINDINGS_SOCKET: pathSchema,
  FINDINGS_SECRET: secretSchema,
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
export type Config = z.infer<typeof configSchema>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
