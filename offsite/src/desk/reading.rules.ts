import { historySearchSchema, planRequestSchema, rowLifeRequestSchema, scopeSchema } from '@bulkhead/contracts';
import { z } from 'zod';

const FINDINGS_AT_ONCE = 1000;

/** `?after=` and `?limit=` of GET /findings. */
export const findingsQuerySchema = z.object({
  after: z.coerce.number().int().min(0).max(2_147_483_647).default(0),
  limit: z.coerce.number().int().min(1).max(FINDINGS_AT_ONCE).default(100),
});

export const numberSchema = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);

/** A plan for a look: whoever asks names neither tables nor id, which the desk fills in. */
export const previewSchema = planRequestSchema
  .omit({ id: true, tables: true })
  .extend({ way: planRequestSchema.shape.way.default('undo'), cleanLsn: planRequestSchema.shape.cleanLsn.default(null) });

export const askedSchemas = { search: historySearchSchema, row: rowLifeRequestSchema, scope: scopeSchema } as const;
