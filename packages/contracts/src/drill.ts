import { z } from 'zod';
import { baseIdSchema, timelineSchema } from './archive.ts';
import { compartmentNameSchema, instantSchema, lsnSchema } from './name.ts';
import { signedSchema } from './signed.ts';

/** `full`: the newest position and every blob. `random`: a position and a sample of the blobs, both drawn from the seed. */
export const DRILL_MODES = ['full', 'random'] as const;
export type DrillMode = (typeof DRILL_MODES)[number];

/** The artefacts in whose copies damage is planted with each drill. */
export const CONTROL_KINDS = ['segment', 'base', 'index', 'key', 'blob'] as const;
export type ControlKind = (typeof CONTROL_KINDS)[number];

/** What became of planted damage: it must be refused; `absent` where nothing of the kind is kept yet. */
export const drillControlSchema = z.object({
  kind: z.enum(CONTROL_KINDS),
  outcome: z.enum(['refused', 'accepted', 'absent']),
  detail: z.string().max(300),
});
export type DrillControl = z.infer<typeof drillControlSchema>;

/** What a drill saw and measured. */
export const drillOutcomeSchema = z.object({
  base: baseIdSchema.nullable(),
  /** The archive's timeline that was followed. */
  timeline: timelineSchema.nullable(),
  /** Null for the end of the archive. */
  targetLsn: lsnSchema.nullable(),
  /** The newest position that was acknowledged when the drill began. */
  acknowledgedLsn: lsnSchema.nullable(),
  reachedLsn: lsnSchema.nullable(),
  /** From the order to a copy that answers. */
  restoreMs: z.number().int().min(0),
  /** From the order to a copy that was verified: the recovery time that was measured. */
  verifiedMs: z.number().int().min(0),
  /** What was acknowledged and could not be reached; null where another position than the newest was wanted. */
  rpoBytes: z.number().int().min(0).nullable(),
  rpoSeconds: z.number().min(0).nullable(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })).max(2000),
  blobs: z.object({ named: z.number().int().min(0), read: z.number().int().min(0), bytes: z.number().min(0) }),
  controls: z.array(drillControlSchema).max(20),
});
export type DrillOutcome = z.infer<typeof drillOutcomeSchema>;

export const DRILL_RESULTS = ['passed', 'failed', 'not-believed'] as const;
export type DrillResult = (typeof DRILL_RESULTS)[number];

export const drillIdSchema = z.string().regex(/^d[0-9a-f]{12}$/, 'must be a drill such as d1a2b3c4d5e6');
/** A drill as the desk shows it. */
export const drillSchema = z.object({
  id: drillIdSchema,
  compartment: compartmentNameSchema,
  mode: z.enum(DRILL_MODES),
  seed: z.number().int().min(0).max(4_294_967_295),
  /** An operator's key id, or `schedule`. */
  requestedBy: z.string().max(100),
  requestedAt: instantSchema,
  startedAt: instantSchema.nullable(),
  endedAt: instantSchema.nullable(),
  /** `not-believed`: the copy was well, and so was a copy with planted damage. */
  result: z.enum(DRILL_RESULTS).nullable(),
  /** What it came to, in plain words. */
  sentence: z.string().max(2000).nullable(),
  outcome: drillOutcomeSchema.nullable(),
});
export type Drill = z.infer<typeof drillSchema>;

/** GET /drills of the desk: the newest drills, oldest of them first, and how each compartment stands. */
export const drillsSchema = z.object({
  drills: z.array(drillSchema).max(1000),
  compartments: z.array(
    z.object({
      name: compartmentNameSchema,
      lastPassedAt: instantSchema.nullable(),
      nextAt: instantSchema,
      isOverdue: z.boolean(),
    }),
  ),
});
export type Drills = z.infer<typeof drillsSchema>;

/** GET /drills/:id of the desk: `receipt` is a signed OSCAL assessment-results document. */
export const drillWithReceiptSchema = z.object({ drill: drillSchema, receipt: signedSchema.nullable() });
export type DrillWithReceipt = z.infer<typeof drillWithReceiptSchema>;

/** POST /compartments/:c/copies of the receiver: a copy of the archive apart, with damage in one artefact of it. */
export const archiveCopySchema = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/),
  damage: z.enum(CONTROL_KINDS).nullable(),
  seed: z.number().int().min(0).max(4_294_967_295),
});
/** What was damaged; null if nothing of the kind is kept. */
export const archiveCopiedSchema = z.object({
  directory: z.string().max(400),
  damaged: z.object({ path: z.string().max(400), at: z.number().int().min(0) }).nullable(),
});
export type ArchiveCopied = z.infer<typeof archiveCopiedSchema>;
