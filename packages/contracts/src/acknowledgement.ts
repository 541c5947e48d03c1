import { z } from 'zod';
import { compartmentNameSchema, instantSchema, lsnSchema } from './name.ts';

/**
 * How a transaction near the cut of a recovery stands. `guaranteed`: in the copy, and its person was told that it was saved.
 * `in-doubt`: sent, and its person was told nothing certain. `lost`: it was committed, and is not in the copy.
 */
export const STANDINGS = ['guaranteed', 'in-doubt', 'lost'] as const;
export type AckStanding = (typeof STANDINGS)[number];

export const acknowledgedEntrySchema = z.object({
  standing: z.enum(STANDINGS),
  isInCopy: z.boolean(),
  requestId: z.string().max(64).nullable(),
  accountId: z.string().max(64).nullable(),
  route: z.string().max(100).nullable(),
  /** As history has it, or as the receipt names it. */
  xid: z.string().max(20).nullable(),
  commitLsn: lsnSchema.nullable(),
  committedAt: instantSchema.nullable(),
  /** What its person was answered, by the gateway's receipt; null where none came. */
  status: z.number().int().min(100).max(599).nullable(),
  detail: z.string().max(300),
});
export type AcknowledgedEntry = z.infer<typeof acknowledgedEntrySchema>;

const countSchema = z.number().int().min(0);
/** What a recovery's cut came to, for its difference. */
export const acknowledgedSummarySchema = z.object({
  /** The last position that is in the copy. */
  cutLsn: lsnSchema,
  guaranteed: countSchema,
  inDoubt: countSchema,
  lost: countSchema,
  /** From here on transactions were looked at: a minute before the cut. */
  fromAt: instantSchema.nullable(),
  computedAt: instantSchema,
  /** Why it is not whole; null if it is. */
  unknown: z.string().max(300).nullable(),
});
export type AcknowledgedSummary = z.infer<typeof acknowledgedSummarySchema>;

/** What was said once; it is said again when receipts or history have come since, and what was said before stays. */
export const acknowledgedVersionSchema = z.object({
  version: z.number().int().positive(),
  summary: acknowledgedSummarySchema,
});
export type AcknowledgedVersion = z.infer<typeof acknowledgedVersionSchema>;

/** GET /recoveries/:id/acknowledged of the desk, the newest version unless `?version=` asks for another. */
export const acknowledgedSchema = z.object({
  recovery: z.string(),
  compartment: compartmentNameSchema,
  version: z.number().int().positive(),
  /** All of them, the oldest first. */
  versions: z.array(acknowledgedVersionSchema).max(1000),
  summary: acknowledgedSummarySchema,
  /** Lost first, then in doubt, then guaranteed, each oldest first. */
  entries: z.array(acknowledgedEntrySchema).max(20_000),
});
export type Acknowledged = z.infer<typeof acknowledgedSchema>;
