import { archiveRecipientsSchema, compartmentNameSchema } from '@bulkhead/contracts';
import { jsonText, wholeNumber } from '@bulkhead/kernel';
import { z } from 'zod';

const directory = (example: string) => z.string().startsWith('/', 'must be an absolute path').meta({ example });
const secret = z.string().min(16, 'must be at least 16 characters').max(200);

const compartmentSchema = z.object({
  name: compartmentNameSchema,
  /** Where the primary's socket stands. */
  socketDirectory: z.string().startsWith('/').max(90),
  user: z.string().min(1).max(63).default('offsite'),
  password: z.string().max(300).optional(),
  /** Where the compartment's standby finds the WAL server. */
  walSocketDirectory: z.string().startsWith('/').max(90),
  /** What a jail of this compartment presents, to the API and to the WAL server; it may only read. */
  readerSecret: secret,
});
const compartmentsSchema = z.array(compartmentSchema).min(1).max(200);

export const configSchema = z.object({
  DATA_DIRECTORY: directory('/var/lib/bulkhead/offsite/receiver'),
  RECEIVER_SOCKET: directory('/run/bulkhead/offsite/receiver.sock'),
  /** Who presents it may seal, unseal and join. */
  RECEIVER_SECRET: secret.meta({ example: '(at least 16 random characters)' }),
  COMPARTMENTS: jsonText(compartmentsSchema).meta({
    example:
      '[{"name":"website","socketDirectory":"/run/bulkhead/hq/website-pg","password":"…","walSocketDirectory":"/run/bulkhead/offsite/receiver-website","readerSecret":"…"}]',
  }),
  /** age identities, one a line, that open the archive's keys; made beside the archive where none is given. */
  IDENTITY_FILE: directory('/var/lib/bulkhead/offsite/secrets/archive-identity.txt').optional(),
  /** Who can restore without the site: a JSON list of age recipients. */
  ARCHIVE_RECIPIENTS: jsonText(archiveRecipientsSchema).default([]).meta({ example: '["age1…"]' }),
  BASE_EVERY_HOURS: wholeNumber(1, 8760).default(24).meta({ example: '24' }),
  /** Who may order how long the archive is kept. */
  TRUST_FILE: directory('/var/lib/bulkhead/offsite/public/trust.json').optional(),
  /** 1: nothing is streamed, written or mended; a copy of an archive, or one that another process writes. */
  READ_ONLY: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
});
export type ReceiverConfig = z.infer<typeof configSchema>;
