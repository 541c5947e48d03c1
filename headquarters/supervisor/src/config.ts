import { wholeNumber } from '@bulkhead/kernel';
import { z } from 'zod';

const pathSchema = z.string().startsWith('/', 'must be an absolute path').max(400);

export const configSchema = z.object({
  ESTATE_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/headquarters/estate.json' }),
  TRUST_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/headquarters/trust.json' }),
  /** Secrets shared with off-site. */
  LINK_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/headquarters/secrets/link.json' }),
  /** The key that signs the tokens of jobs. */
  SIGNING_KEY_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/headquarters/secrets/job-key.json' }),
  /** Handed on to the gateway; not read here. */
  GATEWAY_KEY_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/headquarters/secrets/gateway-key.json' }),
  COOKIE_KEY_FILE: pathSchema.meta({ example: '/var/lib/bulkhead/headquarters/secrets/cookie-key.txt' }),
  DATA_DIRECTORY: pathSchema.meta({ example: '/var/lib/bulkhead/headquarters' }),
  /** Holds the sockets of both sites: hq/ and offsite/. */
  RUNTIME_DIRECTORY: pathSchema
    .max(60, 'must be at most 60 characters: sockets live below it')
    .meta({ example: '/run/bulkhead' }),
  CONTROL_SECRET: z.string().min(32, 'must have at least 32 characters'),
  /** On two hosts: the keys of the link, and where off-site listens. */
  LINK_DIRECTORY: pathSchema.optional().meta({ example: '/var/lib/bulkhead/headquarters/link' }),
  LINK_HOST: z.string().min(1).max(253).optional().meta({ example: 'offsite.example.org' }),
  LINK_PORT: wholeNumber(1, 65_535).optional().meta({ example: '8600' }),
  /** A distribution's PostgreSQL 18; the embedded one by default. */
  POSTGRES_INSTALLATION: pathSchema.optional().meta({ example: '/usr/lib/postgresql/18' }),
  /** Only where off-site runs this as its stand-in: here lie the clusters that it promoted. Nothing runs before off-site says so. */
  HANDED_DIRECTORY: pathSchema.optional().meta({ example: '/var/lib/bulkhead/offsite/stand-in/handed' }),
  CHECKOUT: pathSchema.meta({ example: '/opt/bulkhead' }),
  /** The first of 300 uids for the processes of headquarters, when started as root. */
  UID_BASE: wholeNumber(1000, 4_000_000_000).default(64_000).meta({ example: '64000' }),
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
export type Config = z.infer<typeof configSchema>;
