import { wholeNumber } from '@bulkhead/kernel';
import { z } from 'zod';

const pathSchema = z.string().startsWith('/', 'must be an absolute path').max(400);
const secretSchema = z.string().min(32, 'must have at least 32 characters');

export const configSchema = z.object({
  ESTATE_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/estate.json' }),
  TRUST_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/trust.json' }),
  /** Secrets shared with headquarters. */
  LINK_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/secrets/link.json' }),
  /** Keys handed on to recovery, publisher and ledger; not read here. */
  ORDER_KEY_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/secrets/order-key.json' }),
  EDITION_KEY_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/secrets/edition-key.json' }),
  LEDGER_KEY_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/secrets/ledger-key.json' }),
  DATA_DIRECTORY: pathSchema.meta({ example: '/var/lib/bulkhead/offsite' }),
  RUNTIME_DIRECTORY: pathSchema
    .max(60, 'must be at most 60 characters: sockets live below it')
    .meta({ example: '/run/bulkhead' }),
  /** Where the databases of headquarters have their sockets. */
  HEADQUARTERS_SOCKETS: pathSchema.meta({ example: '/run/bulkhead/hq' }),
  /** On two hosts: the keys of the link, and where headquarters connects to. */
  LINK_DIRECTORY: pathSchema.optional().meta({ example: '/var/lib/bulkhead/offsite/link' }),
  LINK_HOST: z.string().min(1).max(253).optional().meta({ example: '0.0.0.0' }),
  LINK_PORT: wholeNumber(1, 65_535).optional().meta({ example: '8600' }),
  CONTROL_SECRET: secretSchema,
  DESK_SECRET: secretSchema,
  /** A distribution's PostgreSQL 18; the embedded one by default. */
  POSTGRES_INSTALLATION: pathSchema.optional().meta({ example: '/usr/lib/postgresql/18' }),
  CHECKOUT: pathSchema.meta({ example: '/opt/bulkhead' }),
  /** The first of 600 uids for the processes of off-site and of its stand-in, when started as root. */
  UID_BASE: wholeNumber(1000, 4_000_000_000).default(64_400).meta({ example: '64400' }),
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
export type Config = Readonly<z.infer<typeof configSchema>>;
