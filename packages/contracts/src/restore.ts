import { z } from 'zod';
import { compartmentNameSchema, instantSchema, lsnSchema } from './name.ts';

/** Where a restore is to end, if not at the newest position. */
export const restoreTargetSchema = z.discriminatedUnion('to', [
  /** With every commit up to an instant. */
  z.object({ to: z.literal('time'), at: instantSchema }),
  z.object({ to: z.literal('lsn'), lsn: lsnSchema }),
  /** With every commit before that of a transaction. */
  z.object({ to: z.literal('before'), xid: z.string().regex(/^\d{1,10}$/, 'must be a transaction id such as 8412') }),
]);
export type RestoreTarget = z.infer<typeof restoreTargetSchema>;

/** What was wanted, and the position that it came to. */
export const resolvedTargetSchema = z.object({ asked: restoreTargetSchema, lsn: lsnSchema });
export type ResolvedTarget = z.infer<typeof resolvedTargetSchema>;

/** A quarantine that an operator looks at: `q` and twelve digits. */
export const quarantineIdSchema = z.string().regex(/^q[0-9a-f]{12}$/, 'must be a quarantine such as q1a2b3c4d5e6');

/** How far a jail has come with building and replaying. */
export const restoreProgressSchema = z.object({
  phase: z.enum(['copying', 'replaying', 'flushing']),
  bytesDone: z.number().int().min(0),
  bytesTotal: z.number().int().min(0),
});
export type RestoreProgress = z.infer<typeof restoreProgressSchema>;

/** GET /quarantines/:id of the desk. */
export const lookedAtSchema = z.object({
  id: quarantineIdSchema,
  compartment: compartmentNameSchema,
  requestedBy: z.string().max(100),
  startedAt: instantSchema,
  targetLsn: lsnSchema.nullable(),
  /** As the jail tells of itself; `waiting` while it does not answer. */
  state: z.enum(['waiting', 'building', 'replaying', 'ready', 'imaged', 'failed']),
  message: z.string(),
  replayLsn: lsnSchema.nullable(),
  progress: restoreProgressSchema.nullable(),
  /** Where its PostgreSQL has its socket: root and the jail's own user may connect. */
  socketDirectory: z.string().nullable(),
});
export type LookedAt = z.infer<typeof lookedAtSchema>;
export const lookedAtListSchema = z.object({ quarantines: z.array(lookedAtSchema).max(100) });
