import { z } from 'zod';
import { acknowledgedSummarySchema } from './acknowledgement.ts';
import { historyTableSchema } from './history.ts';
import { compartmentNameSchema, instantSchema, lsnSchema, sha256Schema } from './name.ts';
import { blocksSchema, buildSchema } from './order.ts';
import { dependentSchema, REPAIR_WAYS } from './repair.ts';
import { resolvedTargetSchema, restoreProgressSchema } from './restore.ts';
import { compartmentStateSchema } from './state.ts';

/** The steps of a recovery, in order. */
export const RECOVERY_STEPS = [
  'seal',
  'restore',
  'repair',
  'verify',
  'close',
  'diff',
  'approve',
  'swap',
  'protect',
  'read-only',
  'replay',
  'probe',
  'open',
] as const;
export type RecoveryStep = (typeof RECOVERY_STEPS)[number];

/** What ways a recovery takes: a copy from off-site, what stands, a copy with an attack taken out, one with a repair taken out. */
export const RECOVERY_KINDS = ['restore', 'reopen', 'undo', 'revert'] as const;

/** How many dependents, and passing requests, a difference lists; their counts are whole. */
export const SHOWN_AT_MOST = 200;

/** What a repair did to the copy. */
export const repairReportSchema = z.object({
  plan: z.string().max(80),
  /** Of the plan's steps, as history wrote them. */
  planDigest: sha256Schema,
  /** Of what was carried out: the plan's steps and the rows taken from another copy. */
  digest: sha256Schema,
  way: z.enum(REPAIR_WAYS),
  /** Of the scope. */
  transactions: z.number().int().min(0),
  changes: z.number().int().min(0),
  steps: z.number().int().min(0),
  /** Rows that came from a copy restored to just before they were truncated. */
  rowsFromCopy: z.number().int().min(0),
  tables: z.array(
    z.object({ table: historyTableSchema, updates: z.number().int(), inserts: z.number().int(), deletes: z.number().int() }),
  ),
  xid: z.string().regex(/^\d{1,20}$/),
  applied: z.number().int().min(0),
  kept: z.number().int().min(0),
  tombstones: z.number().int().min(0),
  /** Constraints that were validated afterwards. */
  validated: z.number().int().min(0),
  dependents: z.array(dependentSchema).max(SHOWN_AT_MOST),
  dependentCount: z.number().int().min(0),
  /** How many of them are effects outside: mail that was sent, files that were taken. */
  effectsOutside: z.number().int().min(0),
});
export type RepairReport = z.infer<typeof repairReportSchema>;

/** How the hole is closed before a copy goes live. */
export const holeSchema = z.object({
  /** Secrets that are replaced with the swap. */
  rotated: z.array(z.string().max(100)).max(20),
  blocks: blocksSchema,
  build: buildSchema.nullable(),
  /** The recorded attack, held against the door with these blocks; null if no attack was named, or headquarters did not answer. */
  replay: z
    .object({
      requests: z.number().int().min(0),
      refused: z.number().int().min(0),
      /** Would pass the door: what stops them is the build. */
      leftToBuild: z.number().int().min(0),
      /** The first of those that would pass, and that nothing stops. */
      passing: z.array(z.object({ route: z.string().max(100), detail: z.string().max(300) })).max(SHOWN_AT_MOST),
      passingCount: z.number().int().min(0),
    })
    .nullable(),
  /** Transactions of the scope that no request explains. */
  unattributed: z.number().int().min(0),
  /** Why it is not closed; empty if it is. */
  open: z.array(z.string().max(500)).max(20),
  /** Operators who let it pass all the same; two are needed. */
  waivedBy: z.array(z.object({ operator: z.string().max(100), reason: z.string().max(500) })).max(2),
});
export type Hole = z.infer<typeof holeSchema>;

/** What would go live: shown to the second operator, who approves its digest. */
export const recoveryDiffSchema = z.object({
  recovery: z.string(),
  compartment: compartmentNameSchema,
  sealLsn: lsnSchema,
  sealedAt: instantSchema,
  base: z.string(),
  restoredLsn: lsnSchema,
  timeline: z.number().int(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  tables: z.array(
    z.object({ table: z.string(), rows: z.number().int(), standbyRows: z.number().int().nullable(), isSame: z.boolean() }),
  ),
  blobs: z.object({ named: z.number().int(), missing: z.array(sha256Schema).max(1000) }),
  pages: z.object({
    same: z.number().int(),
    changed: z.array(z.string()).max(1000),
    missing: z.array(z.string()).max(1000),
    /** What the edition shows and the copy does not: with this difference it may leave the public, and nothing else. */
    leaving: z
      .object({ subjects: z.array(z.string().max(200)).max(1000), count: z.number().int().min(0), sha256: sha256Schema })
      .nullable()
      .default(null),
  }),
  /** Null for the newest position: then nothing acknowledged is left out. */
  target: resolvedTargetSchema.nullable().default(null),
  /** What became of the transactions near the cut; null where history cannot be asked. */
  acknowledged: acknowledgedSummarySchema.nullable().default(null),
  /** Null where nothing was repaired. */
  repair: repairReportSchema.nullable().default(null),
  /** Null in recoveries from before holes were closed. */
  hole: holeSchema.nullable().default(null),
});
export type RecoveryDiff = z.infer<typeof recoveryDiffSchema>;

/** A recovery as the desk shows it. */
export const recoverySchema = z.object({
  id: z.string(),
  compartment: compartmentNameSchema,
  kind: z.enum(RECOVERY_KINDS),
  requestedBy: z.string(),
  startedAt: instantSchema,
  step: z.enum([...RECOVERY_STEPS, 'done', 'failed', 'refused']),
  steps: z.array(
    z.object({ step: z.enum(RECOVERY_STEPS), startedAt: instantSchema, endedAt: instantSchema.nullable(), detail: z.string() }),
  ),
  /** Set while it waits for a second operator. */
  awaiting: z.object({ digest: sha256Schema, diff: recoveryDiffSchema.nullable(), sinceAt: instantSchema }).nullable(),
  failure: z.string().nullable(),
  /** While a copy is being restored. */
  progress: restoreProgressSchema.nullable().optional(),
  /** Bytes of WAL that headquarters had written past the seal, as the receiver last heard of them; null if unknown. Nobody was told they were saved. */
  lostBeyondSeal: z.number().int().min(0).nullable().optional(),
});
export type Recovery = z.infer<typeof recoverySchema>;

/** GET /state of the desk: all that an operator needs to see. */
export const deskStateSchema = z.object({
  at: instantSchema,
  compartments: z.array(
    z.object({
      name: compartmentNameSchema,
      level: z.string(),
      /** What the estate does not do for it, a sentence each; empty for native compartments. */
      notPromised: z.array(z.string()).default([]),
      desired: compartmentStateSchema,
      epoch: z.number().int(),
      sinceAt: instantSchema,
      applied: z.object({ gateway: compartmentStateSchema.nullable(), supervisor: compartmentStateSchema.nullable() }),
      stream: z.string(),
      flushedLsn: lsnSchema.nullable(),
      seal: z.object({ lsn: lsnSchema, at: instantSchema, by: z.array(z.string()), tookMs: z.number() }).nullable(),
    }),
  ),
  findings: z.array(
    z.object({
      id: z.number(),
      rule: z.string(),
      compartment: z.string().nullable(),
      summary: z.string(),
      receivedAt: instantSchema,
    }),
  ),
  recoveries: z.array(recoverySchema),
  windows: z.array(
    z.object({ compartment: compartmentNameSchema, fromAt: instantSchema, toAt: instantSchema.nullable(), reason: z.string() }),
  ),
});
export type DeskState = z.infer<typeof deskStateSchema>;
