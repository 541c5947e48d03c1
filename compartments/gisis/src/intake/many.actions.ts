import type { Kysely, Transaction } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import { judgeOwner, type ReadDeps, writableFields } from '#record/record.actions.ts';
import { addFormerNames, listChanges, type Registered, STATE_FIELD, writeReference, yearOf } from '#record/record.rules.ts';
import { faultAt, readFields } from '#record/typed.rules.ts';
import type { Schema } from '#schema.ts';
import { seesRecord } from '#sight/sight.rules.ts';
import { inAllLanguages } from '#words/words.ts';
import { whomToTell } from '#workflow/workflow.rules.ts';
import {
  type GivenRow,
  judgeRow,
  keyOf,
  refusedAt,
  refusedTwice,
  type Surroundings,
  saysThat,
  type Terms,
  tupleOf,
  type Verdict,
  WHOLE_ROW,
} from './many.rules.ts';
import {
  drawNumbers,
  insertManyChanges,
  insertRecords,
  listByReference,
  listHeldSince,
  listKnown,
  listNamed,
  listTwins,
  type ManyChange,
  type NewRow,
  updateRecords,
} from './many.store.ts';
import { MANY_SENTENCES } from './many.words.ts';

/** What rows before these said, of which a later one may be a second. */
export type Seen = { readonly references: Set<string>; readonly alike: Set<string> };
export function nothingSeen(): Seen {
  return { references: new Set(), alike: new Set() };
}

/**
 * What rows of a file come to, by the rules of the form: each field by its kind, rules over several fields, owner, revision, references,
 * what is there already and what looks like it. With `isLocked`, records that stand are held until the transaction ends.
 */
export async function judgeMany(
  { db, modules }: ReadDeps,
  module: Module,
  rows: readonly GivenRow[],
  { isLocked, seen, ...terms }: Terms & { readonly isLocked: boolean; readonly seen: Seen },
): Promise<readonly Verdict[]> {
  const named = await resolveNames({ db, modules }, module, rows);
  const around = await lookAround({ db, modules }, module, named, { ...terms, isLocked });
  const verdicts = named.map((given) => {
    const key = keyOf(module, given, terms.at);
    if (key !== '' && seen.references.has(key)) return refusedTwice(given);
    if (key !== '') seen.references.add(key);
    return judgeOwned(module, judgeRow(module, given, around, terms), terms);
  });
  const judging = { db, module, terms, seen };
  return judgeTwins(judging, await refuseUniques(judging, verdicts));
}

function judgeOwned(module: Module, verdict: Verdict, { by }: Terms): Verdict {
  if (verdict.kind !== 'new' && verdict.kind !== 'changed') return verdict;
  const owned = judgeOwner(module, verdict.values, by);
  return owned === null ? verdict : { kind: 'refused', given: verdict.given, faults: owned.faults };
}

/**
 * A record whose number is drawn may be named by the one text of which its module has each once: whoever makes a file of what States
 * did about an instrument knows its short name, and not its number here.
 */
async function resolveNames({ db, modules }: ReadDeps, module: Module, rows: readonly GivenRow[]): Promise<readonly GivenRow[]> {
  let resolved = rows;
  for (const [name, field] of Object.entries(module.fields)) {
    const other = field.kind === 'reference' ? modules.get(field.to) : undefined;
    const [key, ...more] = other?.unique?.find((fields) => fields.length === 1) ?? [];
    if (!other || key === undefined || more.length > 0 || other.fields[key]?.kind !== 'text') continue;
    const texts = new Set(rows.flatMap(({ typed }) => (typeof typed[name] === 'string' ? [typed[name].trim()] : [])));
    const found = await listNamed(db, other, key, [...texts]);
    resolved = resolved.map((given) => {
      const text = given.typed[name];
      const reference = typeof text === 'string' ? found.get(text.trim()) : undefined;
      return reference === undefined ? given : { ...given, typed: { ...given.typed, [name]: reference } };
    });
  }
  return resolved;
}

async function lookAround(
  { db, modules }: ReadDeps,
  module: Module,
  rows: readonly GivenRow[],
  { by, at, isLocked }: Terms & { readonly isLocked: boolean },
): Promise<Surroundings> {
  const keys = [...new Set(rows.map((given) => keyOf(module, given, at)).filter((key) => key !== ''))];
  const records = await listByReference(db, module, keys, { isLocked });
  const hasDated = Object.values(module.fields).some(({ effective }) => effective === true);
  const held = hasDated
    ? await listHeldSince(
        db,
        module,
        records.map(({ id }) => id),
      )
    : new Map<string, Readonly<Record<string, string>>>();
  const forNew = writableFields(module, null, by);
  return {
    standing: new Map(records.map((record) => [record.reference, record])),
    seesWhole: await seesWholes({ db, modules }, module, records, by),
    heldSince: ({ id }) => held.get(id) ?? {},
    writable: (record) => (record === null ? forNew : writableFields(module, record, by)),
    known: await listReferences({ db, modules }, module, rows, at),
  };
}

async function seesWholes({ db, modules }: ReadDeps, module: Module, records: readonly Registered[], by: Terms['by']) {
  const part = module.partOf;
  const field = part === undefined ? undefined : module.fields[part];
  const whole = field?.kind === 'reference' ? modules.get(field.to) : undefined;
  if (part === undefined || whole === undefined) return () => true;
  const named = records.flatMap(({ values }) => (typeof values[part] === 'string' ? [values[part]] : []));
  const wholes = await listByReference(db, whole, [...new Set(named)], { isLocked: false });
  const seen = new Set(wholes.filter((record) => seesRecord(whole, record, by)).map(({ reference }) => reference));
  return ({ values }: Registered) => typeof values[part] !== 'string' || seen.has(values[part]);
}

/** Which of the records that the rows refer to stand: one question for each other module. */
async function listReferences({ db, modules }: ReadDeps, module: Module, rows: readonly GivenRow[], at: Date) {
  const names = Object.entries(module.fields).flatMap(([name, field]) =>
    field.kind === 'reference' ? [{ name, to: field.to }] : [],
  );
  const wanted = new Map<string, Set<string>>();
  for (const { typed } of rows)
    for (const { name, to } of names) {
      const value = readFields(module, [name], typed, {}, { now: at }).values[name];
      if (typeof value === 'string') wanted.set(to, (wanted.get(to) ?? new Set()).add(value));
    }
  const known = new Map<string, ReadonlySet<string>>();
  for (const [to, references] of wanted) {
    const other = modules.get(to);
    if (other) known.set(to, await listKnown(db, other, [...references]));
  }
  // What stood already is not asked for anew.
  return (to: string, reference: string) => wanted.get(to)?.has(reference) !== true || known.get(to)?.has(reference) === true;
}

type Judging = { readonly db: Kysely<Schema>; readonly module: Module; readonly terms: Terms; readonly seen: Seen };

/** Of records with the same values in some fields there is one: a row that says what it says is the same, another is refused. */
async function refuseUniques({ db, module, terms, seen }: Judging, verdicts: readonly Verdict[]): Promise<readonly Verdict[]> {
  let judged = verdicts;
  for (const fields of module.unique ?? []) {
    const candidates = judged.filter((one) => one.kind === 'new' || one.kind === 'changed');
    const twins = await listTwins(
      db,
      module,
      fields,
      candidates.map(({ values }) => values),
    );
    const standing = await readTwins({ db, module, terms }, candidates, twins);
    const rejudged = new Map<Verdict, Verdict>();
    candidates.forEach((one, place) => {
      const own = one.kind === 'changed' ? one.standing.reference : null;
      const others = (twins.get(place) ?? []).filter((twin) => twin !== own);
      const tuple = tupleOf(module, one.values, fields);
      const mark = `${fields.join()} ${tuple ?? ''}`;
      const isSecond = tuple !== null && seen.references.has(mark);
      const isSame =
        !isSecond && one.kind === 'new' && standing(others).some((twin) => saysThat(module, one, twin, terms.columns));
      if (isSame) rejudged.set(one, { kind: 'same', given: one.given });
      // Where one of the fields is empty there may be several: each stands for itself.
      else if (isSecond || (tuple !== null && others.length > 0))
        rejudged.set(one, refusedAt(one.given, fields[0] ?? WHOLE_ROW, inAllLanguages('filedAlready')));
      if (tuple !== null) seen.references.add(mark);
    });
    judged = judged.map((one) => rejudged.get(one) ?? one);
  }
  return judged;
}

/**
 * New rows that look like a record that stands, or like an earlier row, are asked about. One that says all that such a record holds,
 * and nothing else, is the same: the file was sent before.
 */
async function judgeTwins({ db, module, terms, seen }: Judging, verdicts: readonly Verdict[]): Promise<readonly Verdict[]> {
  let judged = verdicts;
  for (const fields of module.alike ?? []) {
    const fresh = judged.filter((one) => one.kind === 'new').filter(({ values }) => tupleOf(module, values, fields) !== null);
    const twins = await listTwins(
      db,
      module,
      fields,
      fresh.map(({ values }) => values),
    );
    const standing = await readTwins({ db, module, terms }, fresh, twins);
    const rejudged = new Map<Verdict, Verdict>();
    fresh.forEach((one, place) => {
      const found = twins.get(place) ?? [];
      const mark = `${fields.join()} ${tupleOf(module, one.values, fields)}`;
      const isSame = standing(found).some((twin) => saysThat(module, one, twin, new Set(Object.keys(one.values))));
      if (isSame) rejudged.set(one, { kind: 'same', given: one.given });
      else if (found.length > 0 || seen.alike.has(mark)) {
        const fault = faultAt(fields[0] ?? WHOLE_ROW, MANY_SENTENCES.alike, found.slice(0, 1));
        rejudged.set(one, { ...one, asked: [...one.asked, fault] });
      }
      seen.alike.add(mark);
    });
    judged = judged.map((one) => rejudged.get(one) ?? one);
  }
  return judged;
}

/** The records that new rows may be, of those that their sender sees. */
async function readTwins(
  { db, module, terms }: Omit<Judging, 'seen'>,
  candidates: readonly Verdict[],
  twins: ReadonlyMap<number, readonly string[]>,
): Promise<(references: readonly string[]) => readonly Registered[]> {
  const wanted = [...twins].flatMap(([place, references]) => (candidates[place]?.kind === 'new' ? references : []));
  const records = await listByReference(db, module, [...new Set(wanted)], { isLocked: false });
  const seen = new Map(
    records.filter((record) => seesRecord(module, record, terms.by)).map((record) => [record.reference, record] as const),
  );
  return (references) => references.flatMap((reference) => seen.get(reference) ?? []);
}

export type Written = {
  /** Rows of tables that were written, lines of history among them. */
  readonly lines: number;
  readonly added: number;
  readonly changed: number;
  readonly concerned: readonly string[];
};

/** Files and changes what the rows came to, each with its lines of history; @returns also the codes of those whom it concerns */
export async function writeMany(
  trx: Transaction<Schema>,
  module: Module,
  verdicts: readonly Verdict[],
  note: Pick<Terms, 'by' | 'at'> & { readonly source: string; readonly isSample: boolean },
): Promise<Written> {
  const fresh = verdicts.filter((one) => one.kind === 'new');
  const moved = verdicts.filter((one) => one.kind === 'changed');
  const references = await drawReferences(trx, module, fresh, note.at);
  const rows = fresh.map(({ given, values, state }, place): NewRow => {
    const { isSample, formerNames } = given;
    return {
      reference: references[place] ?? '',
      state,
      isSample: isSample || note.isSample,
      formerNames: cleanNames(formerNames),
      values,
    };
  });
  const ids = await insertRecords(trx, module, rows, note);
  const created = rows.flatMap(({ reference, values, state }): ManyChange[] => {
    const recordId = ids.get(reference);
    if (recordId === undefined) return [];
    const begun = { field: STATE_FIELD, before: null, after: state, effectiveOn: null };
    return [begun, ...listChanges({}, values)].map((change) => ({ ...change, recordId, revision: 1, act: 'create' }));
  });
  const changed = moved.flatMap(({ standing, changes }) =>
    changes.map((change): ManyChange => ({ ...change, recordId: standing.id, revision: standing.revision + 1, act: 'change' })),
  );
  await updateRecords(
    trx,
    module,
    moved.map(({ standing, values, changes }) => ({
      id: standing.id,
      revision: standing.revision + 1,
      formerNames: addFormerNames(module, standing.formerNames, changes),
      values,
    })),
    note,
  );
  await insertManyChanges(trx, module, [...created, ...changed], note);
  const concerned = [...fresh, ...moved].flatMap(({ values }) => whomToTell(module, ['own-state'], { values }));
  const lines = fresh.length + moved.length + created.length + changed.length;
  return { lines, added: fresh.length, changed: moved.length, concerned: [...new Set(concerned)] };
}

type Fresh = Extract<Verdict, { kind: 'new' }>;

async function drawReferences(
  trx: Transaction<Schema>,
  module: Module,
  fresh: readonly Fresh[],
  at: Date,
): Promise<readonly string[]> {
  const { reference, name } = module;
  if ('field' in reference) return fresh.map(({ given }) => keyOf(module, given, at));
  const years = fresh.map(({ values }) => yearOf(module, values, at));
  const next = new Map<number, number>();
  // In one order for all who draw: two imports at once wait for each other, and do not block each other.
  for (const year of [...new Set(years)].toSorted((left, right) => left - right))
    next.set(year, await drawNumbers(trx, name, year, years.filter((one) => one === year).length));
  return years.map((year) => {
    const number = next.get(year) ?? 1;
    next.set(year, number + 1);
    return writeReference(reference.prefix, year, number);
  });
}

function cleanNames(given: string): string | null {
  const names = given
    .split(';')
    .map((name) =>
      name
        .normalize('NFC')
        .replaceAll(/[\p{Cc}\s]+/gu, ' ')
        .trim(),
    )
    .filter((name) => name !== '');
  return names.length === 0 ? null : [...new Set(names)].join('\n').slice(0, 10_000);
}
