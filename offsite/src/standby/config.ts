import { compartmentNameSchema, lsnSchema } from '@bulkhead/contracts';
import { wholeNumber } from '@bulkhead/kernel';
import { z } from 'zod';

const path = (example: string) => z.string().startsWith('/', 'must be an absolute path').max(200).meta({ example });
const secret = z.string().min(16, 'must be at least 16 characters').max(200).meta({ example: '(at least 16 random characters)' });

export const configSchema = z.object({
  COMPARTMENT: compartmentNameSchema.meta({ example: 'website' }),
  /** `standby` follows the archive; `quarantine` restores it to a position and goes on alone. */
  MODE: z.enum(['standby', 'quarantine'], 'must be standby or quarantine').meta({ example: 'standby' }),
  DATA_DIRECTORY: path('/var/lib/bulkhead/offsite/standby/website'),
  /** Where the jail's own PostgreSQL puts its socket; nobody else may enter. */
  SOCKET_DIRECTORY: path('/run/bulkhead/offsite/standby-website'),
  CONTROL_SOCKET: path('/run/bulkhead/offsite/standby-website.sock'),
  JAIL_SECRET: secret,
  RECEIVER_SOCKET: path('/run/bulkhead/offsite/receiver.sock'),
  /** The compartment's reader secret: a jail may read its own archive and nothing else. */
  RECEIVER_SECRET: secret,
  /** Where the receiver's WAL server has its socket; needed for a standby. */
  WAL_SOCKET_DIRECTORY: path('/run/bulkhead/offsite/receiver-website').optional(),
  /** Directory of a PostgreSQL installation; the embedded one if not given. */
  POSTGRES_BINARIES: path('/usr/lib/postgresql/18').optional(),
  /** Quarantine: restore up to here instead of to the end of the archive. */
  TARGET_LSN: lsnSchema.optional().meta({ example: '0/16B3748' }),
  /** Quarantine: whether the record that ends at the target is replayed too. */
  TARGET_INCLUSIVE: z.enum(['yes', 'no']).default('no'),
  /** Quarantine: the timeline to follow; the joined one if not given. */
  FOLLOW_TIMELINE: wholeNumber(1, 2_147_483_647).optional().meta({ example: '1' }),
  /** Quarantine: the number off-site allotted to the restored cluster's timeline; one above all known if not given. */
  NEW_TIMELINE: wholeNumber(2, 2_147_483_647).optional().meta({ example: '2' }),
  /** How much a base backup may unpack to. */
  SIZE_LIMIT_MB: wholeNumber(1, 100_000_000).default(65_536).meta({ example: '65536' }),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  BULKHEAD_SUPERVISED: z.enum(['0', '1']).default('0'),
});
export type JailConfig = z.infer<typeof configSchema>;
