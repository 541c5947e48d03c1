import { z } from 'zod';
import { compartmentNameSchema, instantSchema, sha256Schema } from './name.ts';

/** How an erasure's id begins: by it a decision is told from one on a recovery. */
export const ERASURE_ID = /^erasure-[a-z0-9-]{1,60}$/;

/** What two operators decide on one blob. */
export const erasureSchema = z.object({
  id: z.string().regex(ERASURE_ID),
  compartment: compartmentNameSchema,
  sha256: sha256Schema,
  /** True: contents that were erased may be brought again. */
  allows: z.boolean(),
  reason: z.string(),
  requestedBy: z.string(),
  requestedAt: instantSchema,
  /** What the second operator approves. */
  digest: sha256Schema,
  state: z.enum(['waiting', 'approved', 'refused', 'done']),
  decidedBy: z.string().nullable(),
});
export type Erasure = z.infer<typeof erasureSchema>;
export const erasuresSchema = z.object({ erasures: z.array(erasureSchema) });
