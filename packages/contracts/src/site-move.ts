import { z } from 'zod';
import { compartmentNameSchema, instantSchema, lsnSchema, sha256Schema } from './name.ts';

/** The two that can run the compartments: headquarters, and the stand-in that off-site runs when headquarters is lost. */
export const RUNNING_SITES = ['headquarters', 'stand-in'] as const;
export type RunningSite = (typeof RUNNING_SITES)[number];
export const runningSiteSchema = z.enum(RUNNING_SITES);

/** The steps of a failover, in order. */
export const FAILOVER_STEPS = [
  'seal',
  'promote',
  'fence',
  'charge',
  'hand-over',
  'protect',
  'open',
  'probe',
  'follow',
  'names',
] as const;
/** The steps of a failback, in order. */
export const FAILBACK_STEPS = ['quieten', 'seal', 'charge', 'restore', 'names'] as const;
export type MoveStep = (typeof FAILOVER_STEPS)[number] | (typeof FAILBACK_STEPS)[number];

export const MOVE_KINDS = ['failover', 'failback'] as const;
export type MoveKind = (typeof MOVE_KINDS)[number];

/** What became of one compartment in a move. */
export const movedCompartmentSchema = z.object({
  name: compartmentNameSchema,
  /** What it was before; only what ran is opened at the other site. */
  was: z.enum(['open', 'read-only']),
  sealEpoch: z.number().int().nullable(),
  sealLsn: lsnSchema.nullable(),
  sealTimeline: z.number().int().nullable(),
  /** Failover: the timeline that off-site allotted to the promoted cluster. */
  timeline: z.number().int().nullable(),
  /** Failover: what was promoted, as the order names it. */
  image: z.object({ id: z.string(), bytes: z.number().int(), sha256: sha256Schema, systemId: z.string() }).nullable(),
  /** Failback: its restore. */
  recovery: z.string().nullable(),
  /** Why it stays sealed. */
  failure: z.string().max(1000).nullable(),
});
export type MovedCompartment = z.infer<typeof movedCompartmentSchema>;

/** A failover or a failback, as the desk shows it. */
export const siteMoveSchema = z.object({
  id: z.string(),
  kind: z.enum(MOVE_KINDS),
  state: z.enum(['asked', 'approved', 'done', 'failed', 'refused']),
  requestedBy: z.string(),
  reason: z.string(),
  askedAt: instantSchema,
  /** What the second operator approves. */
  digest: sha256Schema,
  approvedBy: z.string().nullable(),
  approvedAt: instantSchema.nullable(),
  /** When every compartment had given its first verified answer. */
  answeredAt: instantSchema.nullable(),
  endedAt: instantSchema.nullable(),
  steps: z.array(z.object({ step: z.string(), tookMs: z.number().int().min(0), detail: z.string().max(2000) })).max(50),
  compartments: z.array(movedCompartmentSchema).max(200),
  failure: z.string().nullable(),
});
export type SiteMove = z.infer<typeof siteMoveSchema>;

/** GET /moves of the desk. */
export const siteMovesSchema = z.object({
  inCharge: runningSiteSchema,
  sinceAt: instantSchema,
  /** When headquarters last asked, though it is not in charge; null if it has not. */
  headquartersAskedAt: instantSchema.nullable(),
  moves: z.array(siteMoveSchema).max(100),
});
export type SiteMoves = z.infer<typeof siteMovesSchema>;
