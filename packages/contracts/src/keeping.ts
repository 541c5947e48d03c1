import { z } from 'zod';
import { baseIdSchema, systemIdSchema, timelineSchema } from './archive.ts';
import { compartmentNameSchema, instantSchema, lsnSchema, sha256Schema } from './name.ts';
import { signedSchema } from './signed.ts';

/** What the archive keeps: `chunk` is a pack of a base's chunks, `index` the chained digests. */
export const ARTEFACT_KINDS = ['segment', 'base', 'chunk', 'history', 'index', 'key'] as const;

/** GET /compartments/:c/inventory: every file that a restore may need, by its path in the compartment's directory. */
export const inventorySchema = z.object({
  compartment: compartmentNameSchema,
  systemId: systemIdSchema.nullable(),
  artefacts: z
    .array(
      z.object({
        kind: z.enum(ARTEFACT_KINDS),
        path: z.string().max(300),
        /** As stored. */
        bytes: z.number().int().min(0),
        /** Of what was received, where the index tells; of a growing segment nothing is told yet. */
        sha256: sha256Schema.nullable(),
        complete: z.boolean(),
      }),
    )
    .max(2_000_000),
});
export type Inventory = z.infer<typeof inventorySchema>;
export type Artefact = Inventory['artefacts'][number];

/** POST /compartments/:c/proven: a drill restored and verified everything up to here. */
export const provenRequestSchema = z.object({
  lsn: lsnSchema,
  timeline: timelineSchema,
  /** The drill's id; told twice it counts once. */
  drill: z.string().min(1).max(100),
  at: instantSchema,
});
export type ProvenRequest = z.infer<typeof provenRequestSchema>;

/** How long the archive is kept: both must hold before anything older than a proven base goes. */
export const retentionRuleSchema = z.object({
  /** Of off-site's own running time, and of the clock. */
  minimumHours: z.number().int().min(24).max(876_000),
  /** So many proven drills since the base that a restore would begin with was first proven. */
  drills: z.number().int().min(1).max(100),
});
export type RetentionRule = z.infer<typeof retentionRuleSchema>;

const proofSchema = provenRequestSchema.extend({ systemId: systemIdSchema, base: baseIdSchema, ranMs: z.number().int().min(0) });
export type ProvenPoint = z.infer<typeof proofSchema>;

/** GET /compartments/:c/retention. */
export const retentionSchema = z.object({
  rule: retentionRuleSchema,
  /** A shortening that one operator signed and another has yet to. */
  pending: z
    .object({ rule: retentionRuleSchema, by: z.array(z.string().max(100)).max(2), sinceRanMs: z.number().int().min(0) })
    .nullable(),
  /** Drills that proved something, oldest first. */
  proofs: z.array(proofSchema).max(1000),
  /** How long off-site has run, in all. */
  ranMs: z.number().int().min(0),
  /** The base behind which may be pruned now, and why nothing more. */
  anchor: baseIdSchema.nullable(),
  why: z.string().max(500),
});
export type Retention = z.infer<typeof retentionSchema>;

/** POST /compartments/:c/retention: an operator's signed command `retain`. */
export const retainRequestSchema = z.object({ signed: signedSchema });
export const retainedSchema = z.object({ state: z.enum(['done', 'waits-for-second']), rule: retentionRuleSchema });
export type Retained = z.infer<typeof retainedSchema>;

/** POST /compartments/:c/prune. */
export const prunedSchema = z.object({
  bases: z.array(baseIdSchema),
  segments: z.number().int().min(0),
  packs: z.number().int().min(0),
  bytes: z.number().int().min(0),
  anchor: baseIdSchema.nullable(),
  why: z.string().max(500),
});
export type Pruned = z.infer<typeof prunedSchema>;

/** POST /compartments/:c/verify: everything kept, read and compared. */
export const archiveReportSchema = z.object({
  segments: z.number().int().min(0),
  bases: z.number().int().min(0),
  histories: z.number().int().min(0),
  keys: z.number().int().min(0),
  bytes: z.number().int().min(0),
  faultCount: z.number().int().min(0),
  faults: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })).max(200),
});
export type ArchiveReport = z.infer<typeof archiveReportSchema>;

const recipientSchema = z
  .string()
  .max(3000)
  .regex(/^age1[0-9a-z]+$/, 'must be an age recipient, such as age1…');
/** Who can open the archive without the site. */
export const archiveRecipientsSchema = z.array(recipientSchema).max(20);

/** GET /compartments/:c/keys. */
export const archiveKeysSchema = z.object({
  keys: z.array(
    z.object({
      number: z.number().int().positive(),
      createdAt: instantSchema.nullable(),
      wrappedAt: instantSchema.nullable(),
      state: z.enum(['current', 'held', 'lost']),
      escrow: z.array(z.object({ recipient: z.string(), provedAt: instantSchema.nullable() })),
    }),
  ),
  worries: z.array(z.string()),
});
export type ArchiveKeys = z.infer<typeof archiveKeysSchema>;

/** GET /compartments/:c/keys/opened of an archive that is read with an escrow identity; POST …/keys/proof where it is kept. */
export const keyProofSchema = z.object({
  recipient: recipientSchema,
  proofs: z.array(z.object({ number: z.number().int().positive(), mac: sha256Schema })).max(10_000),
});
export type KeyProof = z.infer<typeof keyProofSchema>;
