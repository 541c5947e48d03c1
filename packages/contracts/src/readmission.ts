import { z } from 'zod';
import { instantSchema, sha256Schema } from './name.ts';
import { pinSchema } from './site.ts';

/** How a readmission's id begins: by it a decision is told from one on a recovery. */
export const READMISSION_ID = /^readmission-[a-z0-9-]{1,60}$/;

/** What two operators decide: that headquarters, whose keys are lost, is no longer known, and that a new one may join. */
export const readmissionSchema = z.object({
  id: z.string().regex(READMISSION_ID),
  reason: z.string(),
  requestedBy: z.string(),
  requestedAt: instantSchema,
  /** What the second operator approves. */
  digest: sha256Schema,
  /** Approved: one headquarters may join with a code, within the hour. Done: it has. */
  state: z.enum(['waiting', 'approved', 'refused', 'done']),
  decidedBy: z.string().nullable(),
  decidedAt: instantSchema.nullable(),
});
export type Readmission = z.infer<typeof readmissionSchema>;
export const readmissionsSchema = z.object({ readmissions: z.array(readmissionSchema) });

/** Who is known from now on, and who no longer is: POST /readmissions/:id/use of the desk. */
export const readmittedSchema = z.object({
  /** Pins of the headquarters that is lost. */
  revoked: z.array(pinSchema).max(2),
  pin: pinSchema,
  gatewayKey: z.string().max(100),
  jobKey: z.string().max(100),
});
export type Readmitted = z.infer<typeof readmittedSchema>;
