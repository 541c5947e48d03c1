import { archiveRecipientsSchema, compartmentNameSchema, vaultTargetSchema } from '@bulkhead/contracts';
import { jsonText, wholeNumber } from '@bulkhead/kernel';
import { z } from 'zod';

const secretSchema = z.string().min(16, 'must have at least 16 characters');
const pathSchema = z.string().startsWith('/', 'must be an absolute path');

export const configSchema = z.object({
  DIRECTORY: pathSchema.meta({ example: '/var/lib/bulkhead/offsite/vault' }),
  SOCKET: pathSchema.meta({ example: '/run/bulkhead/offsite/vault.sock' }),
  SECRETS_JSON: jsonText(z.record(compartmentNameSchema, secretSchema)).meta({ example: '{"website":"…"}' }),
  OFFSITE_SECRET: secretSchema,
  ESTATE_FILE: pathSchema,
  /** Where blobs lie; the directory holds the keyring and what is coming in any case. */
  TARGET_JSON: jsonText(vaultTargetSchema).default({ kind: 'disk' }).meta({ example: '{"kind":"disk"}' }),
  /** age recipients who can read a copy of the vault without this site. */
  ESCROW_RECIPIENTS_JSON: jsonText(archiveRecipientsSchema).default([]).meta({ example: '["age1…"]' }),
  FINDINGS_SOCKET: pathSchema,
  FINDINGS_SECRET: secretSchema,
  /** From the end of one scrub to the beginning of the next. */
  SCRUB_EVERY_SECONDS: wholeNumber(1, 31_536_000).default(21_600).meta({ example: '21600' }),
  /** How fast a scrub reads, so that it leaves the disk to others. */
  SCRUB_BYTES_PER_SECOND: wholeNumber(1, 100_000_000_000).default(67_108_864).meta({ example: '67108864' }),
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
export type Config = z.infer<typeof configSchema>;
