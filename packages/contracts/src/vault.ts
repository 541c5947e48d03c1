import { z } from 'zod';
import { compartmentNameSchema, lsnSchema, sha256Schema } from './name.ts';

/** How far contents that are brought in parts have come. */
export const uploadStandingSchema = z.object({ isHere: z.boolean(), offset: z.number().int().min(0) });
export type UploadStanding = z.infer<typeof uploadStandingSchema>;

/** What the vault asks of a compartment: contents to bring again, and contents that two operators erased. */
export const vaultDutiesSchema = z.object({
  wanted: z.array(sha256Schema).max(1000),
  erased: z.array(sha256Schema).max(1000),
});
export type VaultDuties = z.infer<typeof vaultDutiesSchema>;

/** Of the digests asked after: those the vault lacks, and those that two operators erased, which nobody need look for. */
export const missingBlobsSchema = z.object({ missing: z.array(sha256Schema), erased: z.array(sha256Schema).default([]) });

/** What an erasure did: whether a target's own retention still keeps the sealed bytes, which nobody can read. */
export const erasedBlobSchema = z.object({ sha256: sha256Schema, wasHere: z.boolean(), bytes: z.enum(['removed', 'locked']) });
export type ErasedBlob = z.infer<typeof erasedBlobSchema>;

/** A round of collection in one compartment. */
export const collectionRoundSchema = z.object({
  /** Up to where the rows' names were listed. */
  lsn: lsnSchema,
  /** The newest point that a drill has proved; without one nothing is taken away. */
  provenLsn: lsnSchema.nullable(),
  /** A lease must be older, by off-site's own time. */
  minimumAgeSeconds: z.number().int().min(3600).max(3_153_600_000),
  /** The digests that follow, each named by a row version that the archive keeps. */
  named: z.number().int().min(0),
});
export type CollectionRound = z.infer<typeof collectionRoundSchema>;

export const collectedSchema = z.object({
  compartment: compartmentNameSchema,
  /** Named by no row version that is kept, for the first time: they go when a later round finds the same. */
  marked: z.number().int().min(0),
  removed: z.number().int().min(0),
  removedBytes: z.number().int().min(0),
  /** Kept by the target's own retention. */
  locked: z.number().int().min(0),
});
export type Collected = z.infer<typeof collectedSchema>;
