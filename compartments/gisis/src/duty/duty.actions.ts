import type { Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import type { Registered } from '#record/record.rules.ts';
import type { Schema } from '#schema.ts';
import { seesRecord } from '#sight/sight.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { remindOf } from '#told/told.actions.ts';
import { actOfReminder } from '#workflow/reminder.rules.ts';
import { owedOf } from './casualty-owed.rules.ts';
import {
  comparePlaces,
  dutiesOf,
  hiddenFrom,
  OWED_A_PAGE,
  type Owed,
  type OwedLine,
  type OwedPlace,
  seesDuty,
  stageOf,
} from './duty.rules.ts';
import { countOwed, listOwedBy, listRecordsOf, listToldOf, listUntold, listVerySerious, noteTold } from './duty.store.ts';
import { seesYearly, yearlyOf } from './yearly.rules.ts';

export type DutyDeps = {
  readonly db: Kysely<Schema>;
  readonly modules: ReadonlyMap<string, Module>;
  readonly now: Now;
};
export type OwedPage = { readonly lines: readonly OwedLine[]; readonly next: OwedPlace | null };

/** More lines than any State's calendar has; a calendar program takes all at once. */
const MOST_LINES = 5000;

/** A page of what a State owes, as far as the viewer may know. */
export async function readOwed(
  deps: DutyDeps,
  state: string,
  viewer: Viewer,
  { after = null, limit = OWED_A_PAGE }: { readonly after?: OwedPlace | null; readonly limit?: number } = {},
): Promise<OwedPage> {
  const duties = dutiesOf(deps.modules.values())
    .filter((of) => seesDuty(of, state, viewer))
    .map((of) => ({ ...of, hidden: hiddenFrom(of, state, viewer) }));
  const yearly = yearlyOf(deps.modules).filter((of) => seesYearly(of, state, viewer));
  const asked = { duties, yearly, today: deps.now().toISOString().slice(0, 10) };
  const declared = await listOwedBy(deps.db, asked, state, { after, limit: limit + 1 });
  const computed = (await readOfCasualties(deps, state)).filter((owed) => after === null || comparePlaces(owed, after) > 0);
  const all = [...declared, ...computed].toSorted(comparePlaces);
  const shown = all.slice(0, limit);
  const lines = (await withRecords(deps, shown)).filter(({ module, record }) => seesRecord(module, record, viewer));
  return { lines, next: all.length > limit ? (shown.at(-1) ?? null) : null };
}

/** All that a State owes, for its calendar. */
export async function readWholeCalendar(deps: DutyDeps, state: string, viewer: Viewer): Promise<readonly OwedLine[]> {
  return (await readOwed(deps, state, viewer, { limit: MOST_LINES })).lines;
}

async function readOfCasualties({ db, now }: DutyDeps, state: string | null): Promise<readonly Owed[]> {
  const all = owedOf(await listVerySerious(db, state), now().toISOString().slice(0, 10));
  return all.filter(({ owedBy }) => state === null || owedBy === state);
}

async function withRecords(
  { db, modules }: Pick<DutyDeps, 'db' | 'modules'>,
  all: readonly Owed[],
): Promise<readonly OwedLine[]> {
  const found = new Map<string, Registered>();
  for (const [name, owed] of Map.groupBy(all, ({ module }) => module)) {
    const module = modules.get(name);
    const references = [...new Set(owed.map(({ reference }) => reference))];
    for (const record of module ? await listRecordsOf(db, module, references) : [])
      found.set(`${name}/${record.reference}`, record);
  }
  return all.flatMap((owed) => {
    const [module, record] = [modules.get(owed.module), found.get(`${owed.module}/${owed.reference}`)];
    return module && record ? [{ owed, module, record }] : [];
  });
}

/** How much each State owes that the viewer may know of, the most overdue first. */
export async function readDebts(
  deps: DutyDeps,
  viewer: Viewer,
): Promise<readonly { readonly state: string; readonly count: number; readonly overdue: number }[]> {
  const today = deps.now().toISOString().slice(0, 10);
  // What one State alone may know of itself is not counted here: nobody is every State.
  const duties = dutiesOf(deps.modules.values())
    .filter((of) => seesDuty(of, '', viewer))
    .map((of) => ({ ...of, hidden: hiddenFrom(of, '', viewer) }));
  const yearly = yearlyOf(deps.modules).filter((of) => seesYearly(of, '', viewer));
  const debts = new Map((await countOwed(deps.db, { duties, yearly, today })).map((debt) => [debt.state, debt]));
  for (const { owedBy, due } of await readOfCasualties(deps, null)) {
    const { count, overdue } = debts.get(owedBy) ?? { count: 0, overdue: 0 };
    debts.set(owedBy, { state: owedBy, count: count + 1, overdue: overdue + (due < today ? 1 : 0) });
  }
  return [...debts.values()].toSorted((a, b) => b.overdue - a.overdue || b.count - a.count || (a.state < b.state ? -1 : 1));
}

/** Reminders of one transaction, and how long a run begins new ones: its token is good for little longer. What is left waits for the next. */
const REMINDERS = 40;
const LONGEST_RUN_MS = 15_000;

/**
 * Tells States what falls due soon and what is overdue, of each day once: it asks what was not told, so it may run at any time, twice,
 * or after a pause. @returns how many were told
 */
export async function tellDuties(deps: DutyDeps & { readonly transact: Transact<Transaction<Schema>> }): Promise<number> {
  const at = deps.now();
  const today = at.toISOString().slice(0, 10);
  const computed = await readUntoldOfCasualties(deps, today);
  let told = 0;
  while (deps.now().getTime() - at.getTime() < LONGEST_RUN_MS) {
    const part = computed.splice(0, REMINDERS);
    const owed = part.length > 0 ? part : await listUntold(deps.db, dutiesOf(deps.modules.values()), today, REMINDERS);
    if (owed.length === 0) break;
    const now = await tellBatch(deps, owed, at);
    // Another run tells the same just now: it goes on.
    if (now === 0) break;
    told += now;
  }
  return told;
}

async function readUntoldOfCasualties(deps: DutyDeps, today: string): Promise<Owed[]> {
  const told = await listToldOf(deps.db, 'casualty');
  return (await readOfCasualties(deps, null)).filter(({ duty, reference, owedBy, due }) => {
    const stage = stageOf(due, today);
    return stage !== null && !told.has([duty, reference, owedBy, due, stage].join(' '));
  });
}

async function tellBatch(
  deps: DutyDeps & { readonly transact: Transact<Transaction<Schema>> },
  all: readonly Owed[],
  at: Date,
): Promise<number> {
  const lines = await withRecords(deps, all);
  return deps.transact(async (trx) => {
    let told = 0;
    for (const { owed, module, record } of lines) {
      const stage = stageOf(owed.due, at.toISOString().slice(0, 10));
      if (stage === null || !(await noteTold(trx, owed, stage, at))) continue;
      const duty = module.duties?.find(({ name }) => name === owed.duty);
      const act = actOfReminder(stage, owed.duty);
      await remindOf(trx, module, { record, act, owedBy: owed.owedBy, tells: duty?.tells ?? [], at });
      told += 1;
    }
    return told;
  });
}
