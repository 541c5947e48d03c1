import { jsonText } from '@bulkhead/kernel';
import { z } from 'zod';

const pathSchema = z.string().startsWith('/', 'must be an absolute path').max(400);
const secretSchema = z.string().min(16, 'must have at least 16 characters').max(500);
const jailsSchema = z.record(z.string(), z.object({ socket: pathSchema, secret: secretSchema }));

export const configSchema = z.object({
  ESTATE_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/public/estate.json' }),
  TRUST_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/public/trust.json' }),
  SIGNING_KEY_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/secrets/edition-key.json' }),
  DIRECTORY: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/publisher' }),
  /** Where headquarters fetches editions. */
  HQ_SOCKET: pathSchema.meta({ example: '/run/bulkhead/offsite/publisher.sock' }),
  HQ_SECRET: secretSchema,
  /** With which the stand-in comes for them too. */
  STAND_IN_SECRET: secretSchema.optional(),
  /** With which the reading room comes for them. */
  READING_ROOM_SECRET: secretSchema.optional(),
  /** Where recovery speaks to it. */
  CONTROL_SOCKET: pathSchema.meta({ example: '/run/bulkhead/offsite/internal/publisher.sock' }),
  CONTROL_SECRET: secretSchema,
  LEDGER_SOCKET: pathSchema,
  LEDGER_SECRET: secretSchema,
  VAULT_SOCKET: pathSchema,
  VAULT_SECRET: secretSchema,
  FINDINGS_SOCKET: pathSchema,
  FINDINGS_SECRET: secretSchema,
  /** Control sockets of the standbys. */
  JAILS_JSON: jsonText(jailsSchema).meta({
    example: '{"website":{"socket":"/run/bulkhead/offsite/internal/standby-website.sock","secret":"…"}}',
  }),
  /** Root of the code: renderers may read below it. */
  CHECKOUT: pathSchema.meta({ example: '/opt/bulkhead' }),
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
export type Config = Readonly<z.infer<typeof configSchema>>;
