import { EstateError, type Now } from '@bulkhead/kernel';
import { violatedConstraint } from '@bulkhead/postgres';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Module, Told } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';
import { isAmong, mayAct, mayChange, mayFile, seesRecord, statesToFileFor, valuesOfFiler } from '#sight/sight.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { tellOf } from '#told/told.actions.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import type { Values } from '#value/record-rule.rules.ts';
import { inAllLanguages } from '#words/words.ts';
import { firstState, workflowOf } from '#workflow/workflow.rules.ts';
import { type Conflict, listConflicts } from './conflict.rules.ts';
import type { Outcome, Sent } from './outcome.rules.ts';
import {
  addFormerNames,
  type FieldChange,
  listChanges,
  type Registered,
  STATE_FIELD,
  shownFields,
  writeReference,
  yearOf,
} from './record.rules.ts';
import {
  drawNumber,
  findAlike,
  findRecord,
  insertChanges,
  insertRecord,
  listChangesOf,
  listKnown,
  listRecords,
  lockRecord,
  updateRecord,
} from './record.store.ts';
import { type FieldFault, faultAt, readFields, readSince, remarksOn } from './typed.rules.ts';

export type ReadDeps = { readonly db: Kysely<Schema>; readonly modules: ReadonlyMap<string, Module> };
export type ActDeps = ReadDeps & { readonly transact: Transact<Transaction<Schema>>; readonly now: Now };

/**
 * The record of a reference, as far as this viewer may see that there is one.
 * @throws EstateError `request.not_found`
 */
export async function readRecord(
  { db, modules }: ReadDeps,
  module: Module,
  reference: string,
  viewer: Viewer,
): Promise<Registered> {
  const record = await findRecord(db, module, reference);
  const [seen] = record ? await filterSeen({ db, modules }, module, [record], viewer) : [];
  if (seen) return seen;
  throw new EstateError('request.not_found', 'finding a record: there is none of this reference');
}

/** Those of some records that somebody sees. A part is seen where its whole is. */
export async function filterSeen(
  deps: ReadDeps,
  module: Module,
  records: readonly Registered[],
  viewer: Viewer,
): Promise<readonly Registered[]> {
  const own = records.filter((record) => seesRecord(module, record, viewer));
  const whole = findWhole(deps.modules, module);
  if (whole === undefined) return own;
  const wholes = await findWholes(deps, module, own);
  return own.filter((record) => {
    const found = wholes.get(record.id);
    return typeof record.values[module.partOf ?? ''] !== 'string' || (found !== undefined && seesRecord(whole, found, viewer));
  });
}

/** The module of whose records those of a module are parts. */
export function findWhole(modules: ReadDeps['modules'], { partOf, fields }: Module): Module | undefined {
  const field = partOf === undefined ? undefined : fields[partOf];
  return field?.kind === 'reference' ? modules.get(field.to) : undefined;
}

/** The wholes of some parts, by the parts' ids. */
export async function findWholes(
  { db, modules }: ReadDeps,
  module: Module,
  parts: readonly Registered[],
): Promise<ReadonlyMap<string, Registered>> {
  const whole = findWhole(modules, module);
  if (whole === undefined || parts.length === 0) return new Map();
  const referenceIn = ({ values }: Registered) => values[module.partOf ?? ''];
  const references = [...new Set(parts.map(referenceIn).filter((value) => typeof value === 'string'))];
  const found = new Map((await listRecords(db, whole, references)).map((record) => [record.reference, record]));
  return new Map(
    parts.flatMap((part) => {
      const reference = referenceIn(part);
      const record = typeof reference === 'string' ? found.get(reference) : undefined;
      return record === undefined ? [] : [[part.id, record] as const];
    }),
  );
}

/** The history of what somebody sees in a record, the newest first. */
export async function readHistory(
  { db }: ReadDeps,
  module: Module,
  record: Registered,
  viewer: Viewer,
): Promise<readonly FieldChange[]> {
  const shown = new Set([...shownFields(module, record, viewer), STATE_FIELD]);
  return (await listChangesOf(db, module.name, record.id)).filter(({ field }) => shown.has(field));
}

/**
 * Files a new record.
 * @throws EstateError `request.forbidden`
 */
export async function fileRecord(deps: ActDeps, module: Module, sent: Sent, by: Viewer): Promise<Outcome> {
  if (!mayFile(module, by)) throw new EstateError('request.forbidden', `filing in ${module.name}: the person files nothing here`);
  const at = deps.now();
  const names = writableFields(module, null, by);
  const { values, faults } = readFields(module, names, sent.typed, valuesOfFiler(module, by), { now: at });
  const judged = await judge(deps, module, { values, faults, isSure: sent.isSure, except: null, at });
  if (judged) return judged;
  const owned = judgeOwner(module, values, by);
  if (owned) return owned;
  return refusingTwins(module, () =>
    deps.transact(async (trx) => ({ kind: 'done', reference: await writeNew(trx, module, { values, sent, by, at }) })),
  );
}

async function writeNew(
  trx: Transaction<Schema>,
  module: Module,
  { values, sent, by, at }: { readonly values: Values; readonly sent: Sent; readonly by: Viewer; readonly at: Date },
): Promise<string> {
  const reference = await drawReference(trx, module, values, at);
  const { source, isSample = false } = sent;
  const state = firstState(module);
  const recordId = await insertRecord(trx, module, { reference, state, source, isSample, values, by, at });
  const begun = { field: STATE_FIELD, before: null, after: state, effectiveOn: null };
  const note = { module: module.name, recordId, revision: 1, act: 'create', source, by, at };
  await insertChanges(trx, note, [begun, ...listChanges({}, values)]);
  await tellOf(trx, module, { reference, values, act: 'create', tells: ['own-state', 'secretariat'], by, at });
  return reference;
}

async function drawReference(trx: Transaction<Schema>, module: Module, values: Values, at: Date): Promise<string> {
  const { reference, name } = module;
  if ('prefix' in reference) {
    const year = yearOf(module, values, at);
    return writeReference(reference.prefix, year, await drawNumber(trx, name, year));
  }
  const value = values[reference.field];
  const meaning = meaningsOf(module)[reference.field];
  if (value === null || value === undefined || !meaning)
    throw new EstateError('input.invalid', `filing in ${name}: the field that names the record is empty`);
  return meaning.write(value);
}

/**
 * Changes fields of a record. Somebody who was overtaken is shown what others wrote meanwhile, and what they typed.
 * @throws EstateError `request.not_found`, `request.forbidden`
 */
export async function changeRecord(
  deps: ActDeps,
  module: Module,
  { reference, revision }: { readonly reference: string; readonly revision: number },
  sent: Sent,
  by: Viewer,
): Promise<Outcome> {
  const standing = await readRecord(deps, module, reference, by);
  if (!mayChange(module, standing, by)) throw new EstateError('request.forbidden', `changing a record of ${module.name}`);
  const at = deps.now();
  const read = readFields(module, writableFields(module, standing, by), sent.typed, standing.values, { now: at });
  const history = await listChangesOf(deps.db, module.name, standing.id);
  if (standing.revision !== revision) {
    const theirs = history.filter((change) => change.revision > revision);
    return { kind: 'overtaken', record: standing, conflicts: findConflicts(module, standing, { mine: read.values, theirs, by }) };
  }
  const dated = readSince(module, listChanges(standing.values, read.values), sent.typed, {
    today: at.toISOString().slice(0, 10),
    heldSince: heldSinceOf(history),
  });
  const faults = [...read.faults, ...dated.faults];
  const judged = await judge(deps, module, { values: read.values, faults, isSure: sent.isSure, except: reference, at });
  if (judged) return judged;
  const owned = judgeOwner(module, read.values, by);
  if (owned) return owned;
  return refusingTwins(module, () =>
    deps.transact((trx) =>
      writeChange(trx, module, { reference, revision, values: read.values, since: dated.since, source: sent.source, by, at }),
    ),
  );
}

type Change = {
  readonly reference: string;
  readonly revision: number;
  readonly values: Values;
  readonly since: Readonly<Record<string, string>>;
  readonly source: string | null;
  readonly by: Viewer;
  readonly at: Date;
};

async function writeChange(
  trx: Transaction<Schema>,
  module: Module,
  { reference, revision, values, since, source, by, at }: Change,
): Promise<Outcome> {
  const record = await lockRecord(trx, module, reference);
  if (!record) throw new EstateError('request.not_found', 'changing a record: it is gone');
  if (record.revision !== revision) {
    const theirs = await listChangesOf(trx, module.name, record.id, revision);
    return { kind: 'overtaken', record, conflicts: findConflicts(module, record, { mine: values, theirs, by }) };
  }
  const changes = listChanges(record.values, values, since);
  if (changes.length === 0) return { kind: 'done', reference };
  const next = record.revision + 1;
  const changed = Object.fromEntries(changes.map(({ field }) => [field, values[field] ?? null]));
  const formerNames = addFormerNames(module, record.formerNames, changes);
  await updateRecord(trx, module, {
    id: record.id,
    state: record.state,
    revision: next,
    formerNames,
    values: changed,
    source,
    by,
    at,
  });
  await insertChanges(trx, { module: module.name, recordId: record.id, revision: next, act: 'change', source, by, at }, changes);
  await tellOf(trx, module, { reference, values, act: 'change', tells: ['own-state', ...(module.tellsOfChange ?? [])], by, at });
  return { kind: 'done', reference };
}

/**
 * Does an act of a record's workflow, with the fields that it needs.
 * @throws EstateError `request.not_found`, `request.forbidden`
 */
export async function actOnRecord(
  deps: ActDeps,
  module: Module,
  { reference, revision, act: name }: { readonly reference: string; readonly revision: number; readonly act: string },
  sent: Sent,
  by: Viewer,
): Promise<Outcome> {
  const act = workflowOf(module).acts[name];
  if (act === undefined) throw new EstateError('request.not_found', `acting in ${module.name}: there is no such act`);
  const standing = await readRecord(deps, module, reference, by);
  if (!mayAct(module, act, standing, by))
    throw new EstateError('request.forbidden', `acting in ${module.name}: not from this state, or not by this person`);
  const at = deps.now();
  const needs = act.needs ?? [];
  const emptied = Object.fromEntries((act.clears ?? []).map((field) => [field, null]));
  const { values, faults } = readFields(module, needs, sent.typed, { ...standing.values, ...emptied }, { now: at });
  const faulty = new Set(faults.map(({ field }) => field));
  const missing = needs
    .filter((field) => values[field] === null && !faulty.has(field))
    .map((field) => faultAt(field, inAllLanguages('fieldNeeded')));
  const judged = await judge(deps, module, { values, faults: [...faults, ...missing], isSure: true, except: reference, at });
  if (judged) return judged;
  const written = { reference, revision, state: act.to, act: name, tells: act.tells ?? [], values, source: sent.source, by, at };
  return refusingTwins(module, () => deps.transact((trx) => writeAct(trx, module, written)));
}

/** What others wrote meanwhile, of the fields that this person sees. */
function findConflicts(
  module: Module,
  record: Registered,
  { mine, theirs, by }: { readonly mine: Values; readonly theirs: readonly FieldChange[]; readonly by: Viewer },
): readonly Conflict[] {
  const shown = shownFields(module, record, by);
  return listConflicts(mine, record.values, theirs).filter(({ field }) => shown.includes(field));
}

type Done = Omit<Change, 'since'> & { readonly state: string; readonly act: string; readonly tells: readonly Told[] };

async function writeAct(trx: Transaction<Schema>, module: Module, done: Done): Promise<Outcome> {
  const { reference, revision, state, act, tells, values, source, by, at } = done;
  const record = await lockRecord(trx, module, reference);
  if (!record) throw new EstateError('request.not_found', 'acting on a record: it is gone');
  if (record.revision !== revision) return { kind: 'overtaken', record, conflicts: [] };
  const moved = record.state === state ? [] : [{ field: STATE_FIELD, before: record.state, after: state, effectiveOn: null }];
  const filled = listChanges(record.values, values);
  const next = record.revision + 1;
  const changed = Object.fromEntries(filled.map(({ field }) => [field, values[field] ?? null]));
  const formerNames = addFormerNames(module, record.formerNames, filled);
  await updateRecord(trx, module, { id: record.id, state, revision: next, formerNames, values: changed, source, by, at });
  await insertChanges(trx, { module: module.name, recordId: record.id, revision: next, act, source, by, at }, [
    ...moved,
    ...filled,
  ]);
  await tellOf(trx, module, { reference, values, act, tells, by, at });
  return { kind: 'done', reference };
}

/** The fields that somebody may fill in: those that they see. A record that is named by a field keeps its name. */
export function writableFields(module: Module, record: Registered | null, by: Viewer): readonly string[] {
  const own = by.state === null || module.owner === 'secretariat' ? {} : { [module.owner.stateIn]: by.state };
  const names = shownFields(module, record ?? { values: { ...own, ...valuesOfFiler(module, by) } }, by).filter(
    (name) =>
      module.fields[name]?.decidedBy === undefined &&
      module.fields[name]?.filledBy === undefined &&
      name !== module.organizations?.filedBy,
  );
  return record !== null && 'field' in module.reference
    ? names.filter((name) => !('field' in module.reference) || name !== module.reference.field)
    : names;
}

type Judged = {
  readonly values: Values;
  readonly faults: readonly FieldFault[];
  readonly isSure: boolean;
  readonly except: string | null;
  readonly at: Date;
};

async function judge(deps: ReadDeps, module: Module, { values, faults, isSure, except, at }: Judged): Promise<Outcome | null> {
  const remarks = remarksOn(module, values, { now: at });
  const refused = remarks.filter(({ weight }) => weight === 'refused').map(({ field, sentence }) => faultAt(field, sentence));
  const all = [...faults, ...refused, ...(await findUnknown(deps, module, values))];
  if (all.length > 0) return { kind: 'faults', faults: all };
  if (isSure) return null;
  const asked = remarks.filter(({ weight }) => weight === 'asked').map(({ field, sentence }) => faultAt(field, sentence));
  // Whoever changes a record knows that it is there: only a new one may be a second one.
  const alike = except === null ? ((await findAlike(deps.db, module, values)) ?? null) : null;
  return asked.length === 0 && alike === null ? null : { kind: 'asked', asked, alike };
}

/** References to records of other modules that are not there. */
async function findUnknown({ db, modules }: ReadDeps, module: Module, values: Values): Promise<FieldFault[]> {
  const faults: FieldFault[] = [];
  for (const [name, field] of Object.entries(module.fields)) {
    const value = values[name];
    const other = field.kind === 'reference' ? modules.get(field.to) : undefined;
    if (other === undefined || typeof value !== 'string') continue;
    if (!(await listKnown(db, other.table, [value])).has(value)) faults.push(faultAt(name, inAllLanguages('recordUnknown')));
  }
  return faults;
}

/** An officer files for the own State, an organization for those that authorised it; nobody gives a record away. */
export function judgeOwner(module: Module, values: Values, by: Viewer): Extract<Outcome, { kind: 'faults' }> | null {
  if (isAmong(module.writers, module, { values }, by)) return null;
  const field = module.owner === 'secretariat' ? (module.groups[0]?.fields[0] ?? '') : module.owner.stateIn;
  const isOrganization = statesToFileFor(module, by).length > 0;
  return { kind: 'faults', faults: [faultAt(field, inAllLanguages(isOrganization ? 'authorityOnly' : 'ownStateOnly'))] };
}

function heldSinceOf(history: readonly FieldChange[]): Readonly<Record<string, string>> {
  const held: Record<string, string> = {};
  for (const { field, effectiveOn } of history) if (effectiveOn !== null && held[field] === undefined) held[field] = effectiveOn;
  return held;
}

async function refusingTwins(module: Module, write: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await write();
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === undefined) throw error;
    if (constraint === `${module.table}_reference` && 'field' in module.reference)
      return { kind: 'faults', faults: [faultAt(module.reference.field, inAllLanguages('filedAlready'))] };
    const twin = (module.unique ?? []).find((names) =>
      constraint.startsWith(`${module.table}_one_${names.join('_')}`.slice(0, 50)),
    );
    if (twin?.[0] === undefined) throw error;
    return { kind: 'faults', faults: [faultAt(twin[0], inAllLanguages('filedAlready'))] };
  }
}
