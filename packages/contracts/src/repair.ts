import { z } from 'zod';
import { systemIdSchema, timelineSchema } from './archive.ts';
import { historyTableSchema, rowImageSchema, scopeSchema } from './history.ts';
import { compartmentNameSchema, lsnSchema, sha256Schema } from './name.ts';

const columnSchema = z.string().min(1).max(63);

/** A table as the catalog of a copy describes it: GET /schema of a jail. Hostile until it was parsed. */
export const tableDescriptionSchema = z.object({
  table: historyTableSchema,
  /** Column → type as `format_type` writes it, in the order of the table. */
  columns: z
    .array(
      z.object({
        name: columnSchema,
        type: z.string().max(200),
        isGenerated: z.boolean(),
        isIdentity: z.boolean(),
      }),
    )
    .max(1600),
  /** Columns of the primary key, in its order; empty if there is none. */
  primaryKey: z.array(columnSchema).max(32),
  /** Columns of each further unique constraint or index. */
  uniques: z.array(z.array(columnSchema).max(32)).max(100),
  foreignKeys: z
    .array(
      z.object({
        name: z.string().max(63),
        columns: z.array(columnSchema).max(32),
        references: historyTableSchema,
        referenced: z.array(columnSchema).max(32),
      }),
    )
    .max(500),
  /** The partitioned table that it is a part of. */
  partitionOf: historyTableSchema.nullable(),
});
export type TableDescription = z.infer<typeof tableDescriptionSchema>;
export const tableDescriptionsSchema = z.object({ lsn: lsnSchema, tables: z.array(tableDescriptionSchema).max(10_000) });

/** How two changes of one cell are put together. */
export const MERGE_CLASSES = ['replace', 'counter', 'set', 'json-path', 'derived'] as const;
export const mergeClassSchema = z.enum(MERGE_CLASSES);
export type MergeClass = z.infer<typeof mergeClassSchema>;

/** The transaction whose change a step takes back, or does again. */
const originSchema = z.object({ timeline: timelineSchema, commitLsn: lsnSchema, xid: z.string().regex(/^\d{1,10}$/) });

/** A cell: taken from `from` to `to`, if it still stands at `from`; else as its merge class says. */
const cellSchema = z.object({
  column: columnSchema,
  from: z.string().nullable(),
  to: z.string().nullable(),
  merge: mergeClassSchema,
});

/** One step of a repair: a change of one row, by compare-and-set. Steps are carried out in their order, in one transaction. */
export const repairStepSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('update'),
    table: historyTableSchema,
    /** The row's key as it is now. */
    key: rowImageSchema,
    cells: z.array(cellSchema).min(1).max(1600),
    origin: originSchema,
  }),
  z.object({ kind: z.literal('insert'), table: historyTableSchema, row: rowImageSchema, origin: originSchema }),
  z.object({
    kind: z.literal('delete'),
    table: historyTableSchema,
    key: rowImageSchema,
    /** The row as the change left it: another content means that somebody built on it. */
    expected: rowImageSchema,
    origin: originSchema,
  }),
]);
export type RepairStep = z.infer<typeof repairStepSchema>;

/** Something that a person must look at: nothing is kept or dropped in silence. */
export const dependentSchema = z.object({
  reason: z.enum([
    /** An honest change of the same cell came after: it is kept. */
    'cell.changed_later',
    /** An honest row refers to an attacker's row: that one becomes a tombstone, or is kept. */
    'row.referred_to',
    /** An honest change rests on a row version that the attacker wrote. */
    'basis.compromised',
    /** An honest row took the unique value that would be brought back. */
    'unique.taken',
    /** A row that would be brought back refers to one that is gone. */
    'reference.gone',
    /** The row is gone, or stands otherwise than history tells. */
    'row.not_as_told',
    /** A state that only the compartment's own action may take back. */
    'state.needs_action',
    /** What cannot be taken back: mail that was sent, files that were taken. */
    'effect.outside',
    /** Changes that history cannot tell: found by comparing two restored points. */
    'history.unknown',
  ]),
  table: historyTableSchema.nullable(),
  key: z.string().max(1000).nullable(),
  /** What was decided, for a person. */
  detail: z.string().max(1000),
  /** The honest transaction, where there is one. */
  by: originSchema.nullable(),
});
export type Dependent = z.infer<typeof dependentSchema>;

export const REPAIR_WAYS = ['undo', 'redo'] as const;

/** POST /compartments/:c/plans of history. `undo` takes the scope back; `redo` does everything else again from a clean point on. */
export const planRequestSchema = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,80}$/),
  way: z.enum(REPAIR_WAYS),
  scope: scopeSchema,
  /** `redo`: the copy stands just before this position. */
  cleanLsn: lsnSchema.nullable(),
  tables: z.array(tableDescriptionSchema).max(10_000),
});
export type PlanRequest = z.infer<typeof planRequestSchema>;

/** A plan, before anything is done. Its steps come from GET /compartments/:c/plans/:id/steps, a step a line. */
export const repairPlanSchema = z.object({
  id: z.string(),
  compartment: compartmentNameSchema,
  way: z.enum(REPAIR_WAYS),
  scope: scopeSchema,
  systemId: systemIdSchema.nullable(),
  /** SHA-256 of its steps, a line each. */
  digest: sha256Schema,
  transactions: z.number().int().min(0),
  changes: z.number().int().min(0),
  steps: z.number().int().min(0),
  tables: z.array(
    z.object({
      table: historyTableSchema,
      updates: z.number().int(),
      inserts: z.number().int(),
      deletes: z.number().int(),
    }),
  ),
  dependents: z.array(dependentSchema).max(10_000),
  dependentCount: z.number().int().min(0),
  /** Tables that were truncated or dropped in the scope: their rows come from a copy restored to just before. */
  fromCopy: z.array(z.object({ table: historyTableSchema, beforeLsn: lsnSchema })).max(1000),
});
export type RepairPlan = z.infer<typeof repairPlanSchema>;

/** The first line of POST /repair of a quarantine; a step a line follows. */
export const repairHeadSchema = z.object({
  plan: z.string().max(80),
  digest: sha256Schema,
  /** Provenance token of the repair: its own transaction carries it. */
  token: z.string().min(1).max(8192),
  /** How rows that honest rows refer to are marked as gone. */
  tombstones: z.array(z.object({ table: historyTableSchema, column: columnSchema, value: z.string().max(1000) })).max(500),
  /** By which statement a journal is told of rows of a table that the repair wrote. */
  lines: z
    .array(z.object({ table: historyTableSchema, sql: z.string().max(20_000) }))
    .max(500)
    .default([]),
});

/** What a repair did. */
export const repairOutcomeSchema = z.object({
  plan: z.string(),
  xid: z.string().regex(/^\d{1,20}$/),
  applied: z.number().int().min(0),
  /** Steps, or cells of steps, that were left as they stood. */
  kept: z.number().int().min(0),
  tombstones: z.number().int().min(0),
  dependents: z.array(dependentSchema).max(10_000),
  dependentCount: z.number().int().min(0),
  /** Constraints that were validated afterwards. */
  validated: z.number().int().min(0),
});
export type RepairOutcome = z.infer<typeof repairOutcomeSchema>;
