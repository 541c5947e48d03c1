import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import type { Registered } from '#record/record.rules.ts';
import { recordColumnNames, toRecord } from '#record/row.rules.ts';
import type { Schema } from '#schema.ts';
import type { Stage } from '#workflow/reminder.rules.ts';
import {
  columnOf,
  type DutyOf,
  dueSql,
  type Owed,
  type OwedPlace,
  owingField,
  pendingSql,
  sinceSql,
  TOLD_BEFORE_DAYS,
  TOLD_UNTIL_DAYS,
} from './duty.rules.ts';
import { daysOf, owingSql, ownerColumn, unreportedSql, type YearlyOf, yearsOwed } from './yearly.rules.ts';

const owedSchema = z.object({
  module: z.string(),
  duty: z.string(),
  reference: z.string(),
  owed_by: z.string(),
  since: z.string(),
  due: z.string(),
});

type Narrowed = DutyOf & { readonly hidden: readonly string[] };
/** What is asked for: duties that follow from records, and reports of years that are over by a day. */
export type Asked = { readonly duties: readonly Narrowed[]; readonly yearly: readonly YearlyOf[]; readonly today: string };

/** What is pending of each duty: constants of the declarations alone, but for the State and the hidden states. */
export function pendingQuery({ duties, yearly, today }: Asked, state: string | null): RawBuilder<unknown> {
  const parts = duties.map((of) => {
    const owing = columnOf(of.module, owingField(of));
    return sql`(select ${of.module.name} as module, ${of.duty.name} as duty, reference, ${sql.ref(owing)} as owed_by,
      ${sql.raw(sinceSql(of))} as since, ${sql.raw(dueSql(of))} as due
      from ${sql.table(of.module.table)} where ${sql.raw(pendingSql(of))}
      ${state === null ? sql`` : sql` and ${sql.ref(owing)} = ${state}`}
      ${of.hidden.length === 0 ? sql`` : sql` and state <> all(${[...of.hidden]}::text[])`})`;
  });
  const missing = yearly.flatMap((of) => yearsOwed(of, today).map((year) => missingQuery(of, year, state)));
  return sql.join([...parts, ...missing], sql` union all `);
}

/** Records of which nobody reported for a year. */
function missingQuery(of: YearlyOf, year: number, state: string | null): RawBuilder<unknown> {
  const { module, report } = of;
  const owing = sql.ref(ownerColumn(module));
  const { since, due } = daysOf(of, year);
  return sql`(select ${module.name} as module, ${report.name} as duty, reference, ${owing} as owed_by, ${since}::date as since, ${due}::date as due
    from ${sql.table(module.table)} where ${sql.raw(owingSql(module, report))} and ${sql.raw(unreportedSql(of, year))}
    ${state === null ? sql`` : sql` and ${owing} = ${state}`})`;
}

/** What a State owes, by the day; `after` a place, and at most so many. */
export async function listOwedBy(
  db: Kysely<Schema>,
  asked: Asked,
  state: string,
  { after, limit }: { readonly after: OwedPlace | null; readonly limit: number },
): Promise<Owed[]> {
  if (asked.duties.length + asked.yearly.length === 0) return [];
  const place = after
    ? sql`where (due, module collate "C", duty collate "C", reference collate "C") > (${after.due}::date, ${after.module}, ${after.duty}, ${after.reference})`
    : sql``;
  const { rows } = await sql`select module, duty, reference, owed_by, since::text as since, due::text as due
    from (${pendingQuery(asked, state)}) owed ${place}
    order by due, module collate "C", duty collate "C", reference collate "C" limit ${limit}`.execute(db);
  return rows.map(toOwed);
}

function toOwed(row: unknown): Owed {
  const { owed_by: owedBy, ...owed } = owedSchema.parse(row);
  return { ...owed, owedBy };
}

/** How much each State owes, how much of it is overdue, and when the next falls due. */
export async function countOwed(
  db: Kysely<Schema>,
  asked: Asked,
): Promise<readonly { readonly state: string; readonly count: number; readonly overdue: number }[]> {
  if (asked.duties.length + asked.yearly.length === 0) return [];
  const { rows } =
    await sql`select owed_by as state, count(*)::int as count, count(*) filter (where due < ${asked.today}::date)::int as overdue
    from (${pendingQuery(asked, null)}) owed group by owed_by`.execute(db);
  return z.array(z.object({ state: z.string(), count: z.number(), overdue: z.number() })).parse(rows);
}

/** What is to be told and was not: of each day and stage once. */
export async function listUntold(db: Kysely<Schema>, duties: readonly DutyOf[], today: string, limit: number): Promise<Owed[]> {
  if (duties.length === 0) return [];
  // Of reports that nobody began the calendar tells: a reminder for each ship would bury the others.
  const all: Asked = { duties: duties.map((of) => ({ ...of, hidden: [] })), yearly: [], today };
  const { rows } = await sql`select module, duty, reference, owed_by, since::text as since, due::text as due
    from (${pendingQuery(all, null)}) owed
    where due between ${today}::date - ${TOLD_UNTIL_DAYS}::int and ${today}::date + ${TOLD_BEFORE_DAYS}::int and not exists (select from duty_told told where told.module = owed.module
      and told.duty = owed.duty and told.reference = owed.reference and told.owed_by = owed.owed_by and told.due = owed.due
      and told.stage = case when owed.due < ${today}::date then 'overdue' else 'soon' end)
    order by due, module, duty, reference limit ${limit}`.execute(db);
  return rows.map(toOwed);
}

/** What was told already of duties that stand in no declaration. */
export async function listToldOf(db: Kysely<Schema>, module: string): Promise<ReadonlySet<string>> {
  const { rows } =
    await sql`select duty, reference, owed_by, due::text as due, stage from duty_told where module = ${module}`.execute(db);
  const told = z
    .array(z.object({ duty: z.string(), reference: z.string(), owed_by: z.string(), due: z.string(), stage: z.string() }))
    .parse(rows);
  return new Set(told.map(({ duty, reference, owed_by: owedBy, due, stage }) => [duty, reference, owedBy, due, stage].join(' ')));
}

/** Notes that something is told; whether nobody noted it before. */
export async function noteTold(trx: Transaction<Schema>, owed: Owed, stage: Stage, at: Date): Promise<boolean> {
  const { module, duty, reference, owedBy, due } = owed;
  const { rows } = await sql`insert into duty_told (module, duty, reference, owed_by, due, stage, at)
    values (${module}, ${duty}, ${reference}, ${owedBy}, ${due}::date, ${stage}, ${at}) on conflict do nothing returning stage`.execute(
    trx,
  );
  return rows.length > 0;
}

export async function listRecordsOf(db: Kysely<Schema>, module: Module, references: readonly string[]): Promise<Registered[]> {
  const columns = sql.join(recordColumnNames(module).map((name) => sql.ref(name)));
  const { rows } =
    await sql`select ${columns} from ${sql.table(module.table)} where id > 0 and reference = any(${[...references]})`.execute(db);
  return rows.map((row) => toRecord(module, row));
}

const casualtySchema = z.object({
  reference: z.string(),
  title: z.string(),
  happened_on: z.string(),
  flags: z.array(z.string()),
  investigations: z.array(
    z.object({
      state: z.string(),
      part: z.string(),
      begun_on: z.string().nullable(),
      interim_on: z.string().nullable(),
      reported_on: z.string().nullable(),
    }),
  ),
});
export type CasualtyRow = z.infer<typeof casualtySchema>;

/** Very serious casualties that were reported, with the flags of their ships and their investigations; of one State those that concern it. */
export async function listVerySerious(db: Kysely<Schema>, state: string | null): Promise<CasualtyRow[]> {
  const concerning =
    state === null
      ? sql``
      : sql`and reference in (select casualty from casualty_ship where flag = ${state} and state <> 'withdrawn'
          union select casualty from casualty_investigation where investigating_state = ${state} and state <> 'withdrawn')`;
  const { rows } = await sql`select reference, title, (happened_at at time zone 'UTC')::date::text as happened_on,
      array(select distinct flag from casualty_ship s where s.casualty = c.reference and s.flag is not null and s.state <> 'withdrawn' and s.id > 0 order by flag) as flags,
      (select coalesce(jsonb_agg(jsonb_build_object('state', i.investigating_state, 'part', i.part, 'begun_on', i.begun_on,
          'interim_on', i.interim_on, 'reported_on', i.reported_on) order by i.id), '[]')
        from casualty_investigation i where i.casualty = c.reference and i.state <> 'withdrawn' and i.id > 0) as investigations
    from casualty c where severity = 'very-serious' and state in ('reported', 'reviewed', 'closed') and id > 0
      and happened_at is not null ${concerning}`.execute(db);
  return z.array(casualtySchema).parse(rows);
}
