import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { columnName } from '#value/value.rules.ts';
import { type RecordId, type Registered, unpackValues } from './record.rules.ts';

const rowSchema = z.looseObject({
  id: z.coerce.string(),
  reference: z.string(),
  state: z.string(),
  revision: z.number(),
  created_at: z.date(),
  changed_at: z.date(),
  source: z.string().nullable(),
  is_sample: z.boolean(),
  former_names: z.string().nullable(),
});
const COMMON = ['id', 'reference', 'state', 'revision', 'created_at', 'changed_at', 'source', 'is_sample', 'former_names'];

/** Every column of a module's table that a record is made of. */
export function recordColumnNames(module: Module): readonly string[] {
  return [
    ...COMMON,
    ...Object.entries(meaningsOf(module)).flatMap(([name, { columns }]) => columns.map(({ suffix }) => columnName(name, suffix))),
  ];
}

export function toRecord(module: Module, given: unknown): Registered {
  const row = rowSchema.parse(given);
  return {
    id: row.id as RecordId,
    reference: row.reference,
    state: row.state,
    revision: row.revision,
    createdAt: row.created_at,
    changedAt: row.changed_at,
    source: row.source,
    isSample: row.is_sample,
    formerNames: row.former_names,
    values: unpackValues(module, row),
  };
}
