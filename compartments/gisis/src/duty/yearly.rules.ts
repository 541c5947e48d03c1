import type { Module, YearlyReport } from '#declaration/module.rules.ts';
import { seesEverywhere } from '#sight/sight.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { quoteSql } from '#value/single-column.rules.ts';
import { columnName } from '#value/value.rules.ts';
import { GONE_STATES, statesOf } from '#workflow/workflow.rules.ts';

/** A report that is owed every year of each record of a module, with the module that holds the reports. */
export type YearlyOf = { readonly module: Module; readonly report: YearlyReport; readonly holder: Module };

/** So many years are looked at: what was not reported longer ago stands in no calendar. */
const YEARS = 2;

export function yearlyOf(modules: ReadonlyMap<string, Module>): readonly YearlyOf[] {
  return [...modules.values()].flatMap((module) =>
    (module.yearlyReports ?? []).flatMap((report) => {
      const holder = modules.get(report.heldIn.module);
      return holder ? [{ module, report, holder }] : [];
    }),
  );
}

/** The years that are over and of which a report is looked for, the last one first. */
export function yearsOwed({ report }: Pick<YearlyOf, 'report'>, today: string): readonly number[] {
  const last = Number(today.slice(0, 4)) - 1;
  return Array.from({ length: YEARS }, (_, at) => last - at).filter((year) => year >= report.firstYear);
}

/** Since when a year's report is owed, and by when. */
export function daysOf({ report }: Pick<YearlyOf, 'report'>, year: number): { readonly since: string; readonly due: string } {
  return { since: `${year + 1}-01-01`, due: `${year + 1}-${report.dueOn}` };
}

export function ownerColumn({ owner, ...module }: Module): string {
  return owner === 'secretariat' ? '' : firstColumn({ owner, ...module }, owner.stateIn);
}

/** SQL of constants alone that holds for records of which a report may be owed: the same in a partial index and in queries. */
export function owingSql(module: Module, { states, atLeast, among }: YearlyReport): string {
  const kept = firstColumn(module, among.field);
  return [
    'id > 0',
    `${ownerColumn(module)} is not null`,
    `state in (${states.map(quoteSql).join(', ')})`,
    `${firstColumn(module, atLeast.field)} >= ${atLeast.value}`,
    `(${kept} is null or ${kept} in (${among.values.map(quoteSql).join(', ')}))`,
  ].join(' and ');
}

/** SQL that holds where nobody reported of a year. */
export function unreportedSql({ module, report, holder }: YearlyOf, year: number): string {
  const { record, year: named } = report.heldIn;
  const since = firstColumn(module, report.since);
  const standing = statesOf(holder).filter((state) => !GONE_STATES.includes(state));
  return `(${since} is null or ${since} <= ${year}) and not exists (select from ${holder.table} held where held.${firstColumn(holder, record)} = ${module.table}.reference
    and held.${firstColumn(holder, named)} = ${year} and held.state in (${standing.map(quoteSql).join(', ')}) and held.id > 0)`;
}

/** Whether somebody may know that a report is missing: who sees of each report what it is of. */
export function seesYearly({ holder, report }: YearlyOf, state: string, viewer: Viewer): boolean {
  const field = holder.fields[report.heldIn.record];
  return viewer.isSecretariat || viewer.state === state || (field !== undefined && seesEverywhere(field, viewer));
}

function firstColumn(module: Module, field: string): string {
  return columnName(field, meaningsOf(module)[field]?.columns[0]?.suffix ?? '');
}
