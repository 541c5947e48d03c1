import { z } from 'zod';
import { lsnSchema, sha256Schema } from './name.ts';

/** How far contents that are brought in parts have come. */
export const uploadStandingSchema = z.object({ isHere: z.boolean(), offset: z.number().int().min(0) });
export type UploadStanding = z.infer<typeof uploadStandingSchema>;

/** What became of small blobs that were brought at once: `refused` is an error's code, or nothing. */
export const parcelOutcomesSchema = z.object({
  outcomes: z.array(z.object({ sha256: sha256Schema, refused: z.string().max(100).nullable() })).max(256),
});
export type ParcelOutcomes = z.infer<typeof parcelOutcomesSchema>;

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

/** So many blobs are judged in one round of collection. */
export const CANDIDATES_LIMIT = 50_000;
const listedSchema = z.array(sha256Schema).max(CANDIDATES_LIMIT);
/** The candidates, and names by which the search itself is tried. */
const searchedSchema = z.array(sha256Schema).max(60_000);

/** POST …/collection begins a round: whose lease, by off-site's own time, is older than this is judged in it. */
export const collectionAskedSchema = z.object({ minimumAgeSeconds: z.number().int().min(3600).max(3_153_600_000) });
export type CollectionAsked = z.infer<typeof collectionAskedSchema>;

/** The blobs that the round is about, those asked for longest ago first. No other goes in it. */
export const collectionBegunSchema = z.object({
  candidates: z
    .array(
      z.object({
        sha256: sha256Schema,
        bytes: z.number().int().min(0),
        /** Up to where an earlier round had looked, and found nothing that names it. */
        markedLsn: lsnSchema.nullable(),
      }),
    )
    .max(CANDIDATES_LIMIT),
});
export type CollectionBegun = z.infer<typeof collectionBegunSchema>;
export type Candidate = CollectionBegun['candidates'][number];

/** POST …/collection/finish: what was found of the candidates. */
export const collectionFoundSchema = z.object({
  /** Up to where it was looked for. */
  lsn: lsnSchema,
  /** The newest point that a drill has proved; without one nothing is let go. */
  provenLsn: lsnSchema.nullable(),
  /** The candidates that stand anywhere in what is kept. */
  named: listedSchema,
});
export type CollectionFound = z.infer<typeof collectionFoundSchema>;

/** GET …/collection/leaving: what is here for nobody any more, and whose bytes have yet to go. */
export const leavingSchema = z.object({
  blobs: z.number().int().min(0),
  bytes: z.number().int().min(0),
  /** SHA-256 of their names in order, a name and a line feed each. */
  sha256: sha256Schema,
});
export type Leaving = z.infer<typeof leavingSchema>;

export const collectionFinishedSchema = z.object({
  /** Named by nothing that is kept, for the first time: they go when a later round finds the same. */
  marked: z.number().int().min(0),
  named: z.number().int().min(0),
  /** Kept by the target's own retention. */
  locked: z.number().int().min(0),
  leaving: leavingSchema,
});
export type CollectionFinished = z.infer<typeof collectionFinishedSchema>;

/** POST …/collection/remove: the bytes of what is leaving go. */
export const collectionRemovedSchema = z.object({
  removed: z.number().int().min(0),
  removedBytes: z.number().int().min(0),
  locked: z.number().int().min(0),
});
export type CollectionRemoved = z.infer<typeof collectionRemovedSchema>;

/** POST …/named at the receiver and at history: which of these digests stand in what is kept. */
export const namedAskedSchema = z.object({ digests: searchedSchema });
export const namedFoundSchema = z.object({ found: searchedSchema });
/** Of the archive: every base and all WAL, read as bytes. */
export const archiveNamesSchema = namedFoundSchema.extend({
  systemId: z.string().max(40),
  /** Everything up to here was read. */
  lsn: lsnSchema,
  bases: z.number().int().min(0),
  segments: z.number().int().min(0),
  bytes: z.number().int().min(0),
});
export type ArchiveNames = z.infer<typeof archiveNamesSchema>;
