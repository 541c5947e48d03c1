import { z } from 'zod';
import { compartmentNameSchema, instantSchema, lsnSchema, sha256Schema } from './name.ts';
import { compartmentStateSchema } from './state.ts';

/** The steps of a recovery, in order. */
export const RECOVERY_STEPS = [
  'seal',
  'restore',
  'verify',
  'diff',
  'approve',
  'swap',
  'protect',
  'read-only',
  'probe',
  'open',
] as const;
export type RecoveryStep = (typeof RECOVERY_STEPS)[number];

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
  pages: z.object({ same: z.number().int(), changed: z.array(z.string()).max(1000), missing: z.array(z.string()).max(1000) }),
});
export type RecoveryDiff = z.infer<typeof recoveryDiffSchema>;

/** A recovery as the desk shows it. */
export const recoverySchema = z.object({
  id: z.string(),
  compartment: compartmentNameSchema,
  kind: z.enum(['restore', 'reopen']),
  requestedBy: z.string(),
  startedAt: instantSchema,
  step: z.enum([...RECOVERY_STEPS, 'done', 'failed', 'refused']),
  steps: z.array(
    z.object({ step: z.enum(RECOVERY_STEPS), startedAt: instantSchema, endedAt: instantSchema.nullable(), detail: z.string() }),
  ),
  /** Set while it waits for a second operator. */
  awaiting: z.object({ digest: sha256Schema, diff: recoveryDiffSchema.nullable(), sinceAt: instantSchema }).nullable(),
  failure: z.string().nullable(),
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
