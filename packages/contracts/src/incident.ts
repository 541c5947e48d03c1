import { z } from 'zod';
import { findingSchema } from './finding.ts';
import { scopeCountSchema, scopeSchema } from './history.ts';
import { compartmentNameSchema, instantSchema } from './name.ts';

/** A stretch of time in which nothing tells an attacker's writes from others: a person decides. */
export const windowSchema = z.object({
  fromAt: instantSchema,
  toAt: instantSchema.nullable(),
  reason: z.string().max(500),
  transactions: z.number().int().min(0),
});

/** GET /incidents/:id of the desk. */
export const incidentSchema = z.object({
  id: z.number().int().positive(),
  compartment: compartmentNameSchema,
  openedAt: instantSchema,
  closedAt: instantSchema.nullable(),
  findings: z.array(findingSchema).max(1000),
  /** What the findings name: to be looked at, changed, and given to a repair. */
  proposed: scopeSchema,
  count: scopeCountSchema.nullable(),
  windows: z.array(windowSchema).max(100),
});
export type Incident = z.infer<typeof incidentSchema>;
export const incidentsSchema = z.object({
  incidents: z
    .array(
      z.object({
        id: z.number().int().positive(),
        compartment: compartmentNameSchema,
        openedAt: instantSchema,
        closedAt: instantSchema.nullable(),
        findings: z.number().int().min(0),
      }),
    )
    .max(1000),
});
