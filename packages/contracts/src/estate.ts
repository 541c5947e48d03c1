import { z } from 'zod';
import { tokenKeySchema } from './gateway-key.ts';
import { archiveRecipientsSchema } from './keeping.ts';
import { mailSchema } from './mail.ts';
import { manifestSchema } from './manifest.ts';
import { verifyingKeySchema } from './signed.ts';
import { vaultTargetSchema } from './vault-target.ts';

/** A program with its arguments, by its absolute path: no shell reads it. */
const programSchema = z
  .tuple([z.string().startsWith('/', 'must begin with the absolute path of a program').max(400)], z.string().max(400))
  .refine((words) => words.length <= 30, 'must have at most 30 words');

/** How the public names come to the site that serves: a program for each way, run by off-site. */
export const nameHookSchema = z.object({
  /** Headquarters is lost: the names are to lead to the stand-in. */
  away: programSchema,
  /** Headquarters serves again. */
  home: programSchema,
  timeoutSeconds: z.number().int().min(1).max(120).default(10),
});
export type NameHook = z.infer<typeof nameHookSchema>;

/** Where off-site's stand-in answers the public when headquarters is lost. */
export const standInSchema = z.object({
  listenAddress: z.string().max(64),
  port: z.number().int().min(1).max(65_535),
  /** Ready off-site, for the same names. */
  tls: z.object({ certificateFile: z.string(), keyFile: z.string() }).nullable(),
  /** Null where a person moves the names, or nothing has to be moved. */
  names: nameHookSchema.nullable(),
});
export type StandIn = z.infer<typeof standInSchema>;

/** Where off-site serves the public pages of compartments whose manifests allow it, for reading only. */
export const readingRoomSchema = z.object({
  listenAddress: z.string().max(64),
  port: z.number().int().min(1).max(65_535),
  /** Ready off-site, for the same names. */
  tls: z.object({ certificateFile: z.string(), keyFile: z.string() }).nullable(),
  /** How the names of the public pages come here (`away`) and back; null where a person moves them. */
  names: nameHookSchema.nullable(),
});
export type ReadingRoom = z.infer<typeof readingRoomSchema>;

/** What the whole estate is configured with; both sites hold a copy. */
export const estateSchema = z.object({
  organisation: z.string().min(1).max(200),
  isSample: z.boolean(),
  /** `localhost` gives http://www.localhost:8400. */
  domain: z.string().max(253),
  /** Port of the gateway, and of the status page, which stands off-site. */
  port: z.number().int().min(1).max(65_535),
  statusPort: z.number().int().min(1).max(65_535),
  /** The addresses to listen on. */
  listenAddress: z.string().max(64),
  /** Where off-site reaches the gateway, when that stands on another host; without it by the origins' names. */
  gatewayAddress: z.object({ host: z.string().max(253), port: z.number().int().min(1).max(65_535) }).optional(),
  tls: z.object({ certificateFile: z.string(), keyFile: z.string() }).nullable(),
  /** How long headquarters may let compartments write after off-site last answered, in milliseconds. */
  leaseMs: z.number().int().min(2000).max(3_600_000),
  /** From one drill of a compartment to the next, in milliseconds; a day if not given. */
  drillEveryMs: z.number().int().min(60_000).max(31_536_000_000).optional(),
  /** From one collection of the vault to the next, in milliseconds; a week if not given. */
  collectEveryMs: z.number().int().min(60_000).max(31_536_000_000).optional(),
  /** How long contents that nothing names are kept since anybody asked for them, in seconds; 30 days if not given. */
  collectAfterSeconds: z.number().int().min(3600).max(3_153_600_000).optional(),
  /** Without it nobody stands in for headquarters. */
  standIn: standInSchema.optional(),
  /** Without it nobody reads off-site. */
  readingRoom: readingRoomSchema.optional(),
  /** How mail leaves; without it letters wait. */
  mail: mailSchema.optional(),
  /** Organisations' directories at inner addresses that identity may ask, as `host:port`. */
  directoryServers: z
    .array(
      z
        .string()
        .max(300)
        .regex(/^[a-z0-9.:-]+:\d{1,5}$/, 'must be a host, a colon and a port'),
    )
    .max(50)
    .optional(),
  /** age recipients that can open the archive without the site. */
  archiveRecipients: archiveRecipientsSchema.optional(),
  /** How often a base backup is taken; 24 unless told. */
  baseEveryHours: z.number().int().min(1).max(8760).optional(),
  /** Where off-site's vault lays its blobs; its own disk unless told. */
  vaultTarget: vaultTargetSchema.optional(),
  compartments: z
    .array(z.object({ directory: z.string(), manifest: manifestSchema }))
    .min(1)
    .max(200),
});
export type Estate = z.infer<typeof estateSchema>;

/** Public keys that a site trusts: who may sign what. */
export const trustSchema = z.object({
  /** Oldest first, each with the range in which it is valid. */
  gatewayKeys: z.array(tokenKeySchema).min(1),
  /** Key of headquarters' supervisor, for the tokens of jobs. */
  jobKeys: z.array(verifyingKeySchema).min(1),
  orderKeys: z.array(verifyingKeySchema).min(1),
  editionKeys: z.array(verifyingKeySchema).min(1),
  ledgerKeys: z.array(verifyingKeySchema).min(1),
  /** Key ids are `operator:<name>`. */
  operatorKeys: z.array(verifyingKeySchema).min(2),
});
export type Trust = z.infer<typeof trustSchema>;

/** Secrets that the two sites share, made when they are joined; one copy at each. */
export const linkSchema = z.object({
  /** Headquarters' gateway and supervisor present these to off-site. */
  recoverySecret: z.string().min(32),
  publisherSecret: z.string().min(32),
  /** Compartment → the secret with which it adds blobs to the vault. */
  vaultSecrets: z.record(z.string(), z.string().min(32)),
  /** Compartment → the password with which the receiver reads its WAL. */
  replicationPasswords: z.record(z.string(), z.string().min(32)),
});
export type Link = z.infer<typeof linkSchema>;

/** The estate as the stand-in serves it; undefined where nobody stands in. */
export function estateOfStandIn(estate: Estate): Estate | undefined {
  // The gateway's own address is headquarters'.
  const { gatewayAddress: _, ...shared } = estate;
  const { standIn } = shared;
  if (standIn === undefined) return undefined;
  const { listenAddress, port, tls } = standIn;
  return { ...shared, listenAddress, port, tls };
}

/** The estate as its reading room serves it; undefined where there is none. */
export function estateOfReadingRoom(estate: Estate): Estate | undefined {
  const { readingRoom } = estate;
  if (readingRoom === undefined) return undefined;
  const { listenAddress, port, tls } = readingRoom;
  return { ...estate, listenAddress, port, tls };
}

/** The public address of an origin: scheme, host and port as browsers write them. */
export function originUrl(estate: Pick<Estate, 'domain' | 'port' | 'tls'>, host: string): string {
  const scheme = estate.tls ? 'https' : 'http';
  const usual = estate.tls ? 443 : 80;
  return `${scheme}://${host}.${estate.domain}${estate.port === usual ? '' : `:${estate.port}`}`;
}

/** The status page's address, on the off-site port. */
export function statusUrl(estate: Pick<Estate, 'domain' | 'statusPort' | 'tls'>): string {
  return originUrl({ ...estate, port: estate.statusPort }, 'status');
}
