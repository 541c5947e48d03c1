import { z } from 'zod';

/** The environment of this process. */
export const configSchema = z.object({
  SOCKET: z.string().startsWith('/').meta({ example: '/run/bulkhead/hq/gisis/app.sock' }),
  MODE: z.enum(['open', 'read-only']).meta({ example: 'open' }),
  ESTATE_FILE: z.string().meta({ example: '/etc/bulkhead/estate.json' }),
  TRUST_FILE: z.string().meta({ example: '/etc/bulkhead/trust.json' }),
  INTERNAL_SECRET: z.string().min(32),
  DATABASE_SOCKET_DIRECTORY: z.string().startsWith('/').meta({ example: '/run/bulkhead/hq/gisis-pg' }),
  DATABASE_NAME: z.string().meta({ example: 'gisis' }),
  DATABASE_ROLE: z.string().meta({ example: 'gisis_app' }),
  DATABASE_PASSWORD: z.string(),
  BLOB_DIRECTORY: z.string().startsWith('/').meta({ example: '/var/lib/bulkhead/headquarters/gisis/blobs' }),
  VAULT_SOCKET: z.string().startsWith('/').meta({ example: '/run/bulkhead/offsite/vault.sock' }),
  VAULT_SECRET: z.string().min(16),
  /** 64 hexadecimal digits from which the secrets of webhooks follow; drawn anew at each start unless told. */
  SEALING_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});
export type Config = Readonly<z.infer<typeof configSchema>>;
