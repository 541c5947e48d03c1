import { z } from 'zod';
import { DRILL_MODES } from './drill.ts';
import { scopeSchema } from './history.ts';
import { retentionRuleSchema } from './keeping.ts';
import { compartmentNameSchema, instantSchema, sha256Schema } from './name.ts';
import { REPAIR_WAYS } from './repair.ts';
import { quarantineIdSchema, restoreTargetSchema } from './restore.ts';
import { compartmentStateSchema } from './state.ts';

/** Purposes bound into signatures; one per kind of message. */
export const PURPOSES = {
  order: 'order',
  lease: 'lease',
  command: 'operator command',
  edition: 'edition manifest',
  ledger: 'ledger entry',
  receipts: 'receipts',
  gatewayKey: 'gateway key',
  drill: 'drill receipt',
} as const;

/** A restored data directory that headquarters is to take over, as a tar from GET /images/:id. */
export const imageSchema = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,80}$/),
  bytes: z.number().int().positive(),
  sha256: sha256Schema,
  systemId: z.string().regex(/^\d{1,20}$/),
  timeline: z.number().int().positive(),
  /** Blobs that rows name; headquarters fetches those it lacks from the vault. Streamed from GET /images/:id/blobs, a digest a line. */
  blobCount: z.number().int().min(0),
  /** Off-site has put the directory itself beside the stand-in; `bytes` and `sha256` are those of its global/pg_control. */
  handed: z.boolean().optional(),
});
export type Image = z.infer<typeof imageSchema>;

/**
 * What the gateway refuses from now on, whatever else would let it in: how a hole is closed before reopening.
 * It holds for the compartment whose order carries it; sessions and accounts are refused at every compartment.
 */
export const blocksSchema = z.object({
  sessions: z.array(z.string().max(64)).max(10_000),
  /** Sessions of these accounts that began before `before` have to sign in anew. */
  accounts: z.array(z.object({ account: z.string().max(64), before: instantSchema })).max(10_000),
  addresses: z.array(z.string().max(64)).max(10_000),
  /** Ids of routes that are closed until a patched build stands. */
  routes: z.array(z.string().max(100)).max(1000),
});
export type Blocks = z.infer<typeof blocksSchema>;

/** A build of a compartment: its directory, and the digest over its files that headquarters checks before it starts them. */
export const buildSchema = z.object({ directory: z.string().startsWith('/').max(400), sha256: sha256Schema });
export type Build = z.infer<typeof buildSchema>;

/** The state that off-site wants a compartment to be in: desired, not an event; the highest epoch rules. */
export const orderSchema = z.object({
  compartment: compartmentNameSchema,
  /** Grows by one with each order for the compartment. */
  epoch: z.number().int().positive(),
  state: compartmentStateSchema,
  /** Present in the first order after a restore: lay this image down before anything else. */
  image: imageSchema.optional(),
  /** Holds from this order on, until another order says otherwise. */
  blocks: blocksSchema.optional(),
  /** The code to run from this order on; what stood before goes on where nothing is said. */
  build: buildSchema.optional(),
  /** Once, with the image: the gateway's cookies are signed with a new key, and everybody signs in again. */
  rotatesCookieKey: z.boolean().optional(),
  /** Once, with the image: headquarters draws the gateway another signing key, of this id. */
  rotatesGatewayKey: z
    .string()
    .regex(/^gateway-[a-z0-9-]{1,80}$/)
    .optional(),
  reason: z.string().max(500),
  /** When the next update for the public is promised. */
  nextUpdateAt: instantSchema.optional(),
  issuedAt: instantSchema,
  /** Operators or rule (`rule:storage.lost`) on whose word it was issued. */
  by: z.array(z.string().max(100)).max(10),
});
export type Order = z.infer<typeof orderSchema>;

/** Leave for headquarters to let compartments write, for `ttlMs` from the moment it asked. */
export const leaseSchema = z.object({
  /** Echo of the asker's nonce: an old lease cannot answer a new question. */
  nonce: z.string().min(16).max(64),
  compartments: z.array(z.object({ name: compartmentNameSchema, epoch: z.number().int().min(0) })).max(200),
  ttlMs: z.number().int().min(100).max(86_400_000),
});
export type Lease = z.infer<typeof leaseSchema>;

/** What an operator orders, in a signed envelope whose key id is `operator:<name>`. */
export const operatorCommandSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('seal'), compartment: compartmentNameSchema, reason: z.string().min(3).max(500) }),
  z.object({
    kind: z.literal('restore'),
    compartment: compartmentNameSchema,
    /** The newest position if not given. */
    target: restoreTargetSchema.optional(),
    reason: z.string().min(3).max(500),
  }),
  /** Restores into a quarantine only, to look at it; nothing that runs is touched. */
  z.object({
    kind: z.literal('quarantine'),
    compartment: compartmentNameSchema,
    target: restoreTargetSchema.optional(),
    reason: z.string().min(3).max(500),
  }),
  /** Ends such a quarantine. */
  z.object({ kind: z.literal('release'), quarantine: quarantineIdSchema, reason: z.string().min(3).max(500) }),
  z.object({
    kind: z.literal('undo'),
    compartment: compartmentNameSchema,
    reason: z.string().min(3).max(500),
    way: z.enum(REPAIR_WAYS),
    scope: scopeSchema,
    /** Routes to keep closed after reopening. */
    closeRoutes: z.array(z.string().max(100)).max(1000).default([]),
    /** A patched build to run after reopening. */
    build: buildSchema.optional(),
  }),
  /** Takes back what a repair did; the plan is named. */
  z.object({
    kind: z.literal('revert'),
    compartment: compartmentNameSchema,
    plan: z.string().max(80),
    reason: z.string().min(3).max(500),
  }),
  /** One of two operators who let a recovery pass its gate of the closed hole. */
  z.object({ kind: z.literal('waive'), request: z.string().min(1).max(100), reason: z.string().min(3).max(500) }),
  /** Shows an earlier edition again, under a new number; nothing newer is published until `publish`. */
  z.object({
    kind: z.literal('rollback'),
    compartment: compartmentNameSchema,
    number: z.number().int().positive(),
    reason: z.string().min(3).max(500),
  }),
  /** Destroys a blob's contents for good, or (`allows`) lets them be brought again. */
  z.object({
    kind: z.literal('erase'),
    compartment: compartmentNameSchema,
    sha256: sha256Schema,
    allows: z.boolean(),
    reason: z.string().min(3).max(500),
  }),
  /** Takes away contents that nothing kept names, as off-site does by itself; or only tells what would go. */
  z.object({
    kind: z.literal('collect'),
    compartment: compartmentNameSchema,
    isPreview: z.boolean(),
    reason: z.string().min(3).max(500),
  }),
  /** Goes on publishing after a rollback. */
  z.object({ kind: z.literal('publish'), compartment: compartmentNameSchema, reason: z.string().min(3).max(500) }),
  /** How long the archive is kept; what shortens it needs the same of a second operator. */
  z.object({
    kind: z.literal('retain'),
    compartment: compartmentNameSchema,
    rule: retentionRuleSchema,
    reason: z.string().min(3).max(500),
  }),
  /** Begins a new key of the archive, and wraps all of them to today's recipients. */
  z.object({ kind: z.literal('rotate-keys'), compartment: compartmentNameSchema, reason: z.string().min(3).max(500) }),
  /** Restores from the archive alone into a quarantine, to show that it can be done; nothing that runs is touched. */
  z.object({
    kind: z.literal('drill'),
    compartment: compartmentNameSchema,
    mode: z.enum(DRILL_MODES),
    reason: z.string().min(3).max(500),
  }),
  /** Headquarters is lost: off-site runs the compartments itself. */
  z.object({ kind: z.literal('failover'), reason: z.string().min(3).max(500) }),
  /** Back to headquarters. */
  z.object({ kind: z.literal('failback'), reason: z.string().min(3).max(500) }),
  /** Headquarters lost its keys: it is no longer known, and a new one may join. */
  z.object({ kind: z.literal('readmit'), reason: z.string().min(3).max(500) }),
  /** Lets the names of public pages lead to the reading room off-site, or back. */
  z.object({ kind: z.literal('read-off-site'), way: z.enum(['away', 'home']), reason: z.string().min(3).max(500) }),
  z.object({ kind: z.literal('open'), compartment: compartmentNameSchema, reason: z.string().min(3).max(500) }),
  z.object({ kind: z.literal('approve'), request: z.string().min(1).max(100), digest: sha256Schema }),
  z.object({ kind: z.literal('refuse'), request: z.string().min(1).max(100), reason: z.string().min(3).max(500) }),
]);
export type OperatorCommand = z.infer<typeof operatorCommandSchema>;
export const signedCommandSchema = z.object({
  command: operatorCommandSchema,
  /** Used once. */
  nonce: z.string().min(16).max(64),
  issuedAt: instantSchema,
});
export type SignedCommand = z.infer<typeof signedCommandSchema>;
