import type { Kysely, Transaction } from 'kysely';
import type { Module, Told as Whom } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';
import { codesOf, PUBLIC, type Viewer } from '#sight/viewer.rules.ts';
import type { Values } from '#value/record-rule.rules.ts';
import { whomToTell } from '#workflow/workflow.rules.ts';
import { TOLD_A_PAGE, type Told } from './told.rules.ts';
import { insertTold, listTold } from './told.store.ts';

/** Tells those of an act whom it concerns, in the act's own transaction. */
export function tellOf(
  trx: Transaction<Schema>,
  module: Module,
  done: {
    readonly reference: string;
    readonly values: Values;
    readonly act: string;
    readonly tells: readonly Whom[];
    readonly by: Viewer;
    readonly at: Date;
  },
): Promise<void> {
  const { reference, values, act, tells, by, at } = done;
  return insertTold(trx, { module: module.name, reference, act, by, at }, whomToTell(module, tells, { values }));
}

/** Reminds a State of what it owes, and tells those whom that concerns besides. */
export function remindOf(
  trx: Transaction<Schema>,
  module: Module,
  given: {
    readonly record: { readonly reference: string; readonly values: Values };
    readonly act: string;
    readonly owedBy: string;
    readonly tells: readonly Whom[];
    readonly at: Date;
  },
): Promise<void> {
  const { record, act, owedBy, tells, at } = given;
  const whom = [...new Set([owedBy, ...whomToTell(module, tells, record)])];
  // Nobody did anything: the day came.
  return insertTold(trx, { module: module.name, reference: record.reference, act, by: PUBLIC, at }, whom);
}

/** Tells of something done to a module's records as a whole, such as an import, in the transaction in which it is done. */
export function tellCodes(
  trx: Transaction<Schema>,
  module: Module,
  done: { readonly reference: string; readonly act: string; readonly by: Viewer; readonly at: Date },
  codes: readonly string[],
): Promise<void> {
  return insertTold(trx, { module: module.name, ...done }, codes);
}

/** A page of what was told to somebody, the newest first. */
export async function readTold(
  { db }: { readonly db: Kysely<Schema> },
  viewer: Viewer,
  before: string | null,
): Promise<{ readonly told: readonly Told[]; readonly older: string | null }> {
  const found = await listTold(db, codesOf(viewer), before);
  const told = found.slice(0, TOLD_A_PAGE);
  return { told, older: found.length > TOLD_A_PAGE ? (told.at(-1)?.id ?? null) : null };
}
