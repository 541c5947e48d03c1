import { z } from 'zod';
import { compartmentNameSchema, instantSchema, lsnSchema } from './name.ts';

/** How a collection is called, such as c1a2b3c4d5e6. */
export const collectionIdSchema = z.string().regex(/^c[0-9a-f]{12}$/, 'is called like c1a2b3c4d5e6');

const amountSchema = z.object({ blobs: z.number().int().min(0), bytes: z.number().min(0) });

/** What a collection of blobs that nothing names did, or, of a preview, would have done. */
export const collectionOutcomeSchema = z.object({
  /** Up to where was looked for names, and what a drill had proved. */
  lsn: lsnSchema.nullable(),
  provenLsn: lsnSchema.nullable(),
  /** Blobs that nobody asked for during the minimum age, and how many of them something names. */
  judged: z.number().int().min(0),
  named: z.number().int().min(0),
  /** Found unnamed for the first time. */
  marked: amountSchema,
  /** Found unnamed again, behind a proven point: taken away. */
  taken: amountSchema,
  /** Of these, what the target's own retention keeps. */
  locked: z.number().int().min(0),
  /** What was read for it: bases and segments of the archive. */
  read: z.object({ bases: z.number().int().min(0), segments: z.number().int().min(0), bytes: z.number().min(0) }),
  /** Names that rows have now, looked for beside the candidates: all of them must be found. */
  controls: z.number().int().min(0),
});
export type CollectionOutcome = z.infer<typeof collectionOutcomeSchema>;

export const collectionSchema = z.object({
  id: collectionIdSchema,
  compartment: compartmentNameSchema,
  /** Whether only to tell what would go. */
  isPreview: z.boolean(),
  requestedBy: z.string(),
  requestedAt: instantSchema,
  endedAt: instantSchema.nullable(),
  outcome: collectionOutcomeSchema.nullable(),
  /** Why it came to nothing; nothing went then. */
  failure: z.string().max(1000).nullable(),
});
export type Collection = z.infer<typeof collectionSchema>;

/** GET /collections at the desk, newest first. */
export const collectionsSchema = z.object({
  collections: z.array(collectionSchema),
  compartments: z.array(z.object({ name: compartmentNameSchema, nextAt: instantSchema })),
});
export type Collections = z.infer<typeof collectionsSchema>;
