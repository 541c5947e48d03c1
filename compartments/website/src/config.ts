import { z } from 'zod';

/** The environment of this process. */
export const configSchema = z.object({
  SOCKET: z.string().startsWith('/').meta({ example: '/run/bulkhead/hq/website.sock' }),
  MODE: z.enum(['open', 'read-only']).meta({ example: 'open' }),
  ESTATE_FILE: z.string().meta({ example: '/etc/bulkhead/estate.json' }),
  TRUST_FILE: z.string().meta({ example: '/etc/bulkhead/trust.json' }),
  INTERNAL_SECRET: z.string().min(32),
  DATABASE_SOCKET_DIRECTORY: z.string().startsWith('/').meta({ example: '/run/bulkhead/hq/website-pg' }),
  DATABASE_NAME: z.string().meta({ example: 'website' }),
  DATABASE_ROLE: z.string().meta({ example: 'website_app' }),
  DATABASE_PASSWORD: z.string(),
  BLOB_DIRECTORY: z.string().startsWith('/').meta({ example: '/var/lib/bulkhead/headquarters/website/blobs' }),
  VAULT_SOCKET: z.string().startsWith('/').meta({ example: '/run/bulkhead/offsite/vault.sock' }),
  VAULT_SECRET: z.string().min(16),
  DARKROOM_SOCKET: z.string().startsWith('/').meta({ example: '/run/bulkhead/hq/website-darkroom/darkroom.sock' }),
  DARKROOM_SECRET: z.string().min(32),
  JOB_TOKEN: z.string().optional(),
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});
export type Config = Readonly<z.infer<typeof configSchema>>;
