import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import { unpackValues } from '#record/record.rules.ts';
import type { Schema } from '#schema.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { columnName } from '#value/value.rules.ts';
import { type Area, type CellPart, type Mapped, MOST_GATHERED, type Placed } from './mapped.rules.ts';
import { type Grid, spanOf } from './view.rules.ts';

type Db = Kysely<Schema>;
type Asked = { readonly module: Module; readonly mapped: Mapped; readonly condition: RawBuilder<unknown> };

const partSchema = z.array(
  z.object({
    column: z.number(),
    row: z.number(),
    code: z.string().nullable(),
    count: z.number(),
    longitude: z.number(),
    latitude: z.number(),
    reference: z.string(),
  }),
);

/** How the records with a position are spread over the cells of a grid, by colour. */
export async function listCells(db: Db, asked: Asked, grid: Grid): Promise<CellPart[]> {
  const { rows } = await cellQuery(asked, grid).execute(db);
  return partSchema.parse(rows);
}

/** The statement, apart, so that tests can have it explained. */
export function cellQuery({ module, mapped, condition }: Asked, { box, columns, rows }: Grid): RawBuilder<unknown> {
  const { lat, lon } = columnsOf(mapped);
  const { wide, high } = spanOf(box);
  const [across, up] = [Math.max(wide, 1e-6) / columns, Math.max(high, 1e-6) / rows];
  return sql`select least(greatest(floor((x - ${box.west}) / ${across})::int, 0), ${columns - 1}) as "column",
      least(greatest(floor((y - ${box.south}) / ${up})::int, 0), ${rows - 1}) as "row", code, count(*)::int as count,
      avg(x) as longitude, avg(y) as latitude, min(reference) as reference
    from (select case when ${lon} < ${box.west}::float8 then ${lon} + 360 else ${lon} end as x, ${lat} as y, ${codeOf(module, mapped)} as code, reference
      from ${sql.table(module.table)} where ${condition} and ${lat} is not null limit ${MOST_GATHERED}) placed
    group by 1, 2, 3`;
}

/** How many have a position, up to one more than the limit. */
export async function countPlaced(db: Db, { module, mapped, condition }: Asked, limit: number): Promise<number> {
  const { lat } = columnsOf(mapped);
  const { rows } = await sql`select count(*)::int as count from (select from ${sql.table(module.table)}
    where ${condition} and ${lat} is not null limit ${limit + 1}) placed`.execute(db);
  return z.object({ count: z.number() }).parse(rows[0]).count;
}

/** Records one by one, up to one more than the limit, with what their label needs. */
export async function listPlaced(db: Db, { module, mapped, condition }: Asked, limit: number): Promise<Placed[]> {
  const { lat, lon } = columnsOf(mapped);
  const labels = module.label.flatMap((name) =>
    (meaningsOf(module)[name]?.columns ?? []).map(({ suffix }) => sql.ref(columnName(name, suffix))),
  );
  const named = labels.length === 0 ? sql`` : sql`, ${sql.join(labels)}`;
  const { rows } = await sql`select reference as placed_reference, ${lon} as placed_longitude, ${lat} as placed_latitude,
      ${codeOf(module, mapped)} as placed_code${named}
    from ${sql.table(module.table)} where ${condition} and ${lat} is not null limit ${limit + 1}`.execute(db);
  return rows.map((row) => toPlaced(module, row));
}

/** Some records by their references. */
export function listNamed(db: Db, asked: Asked, references: readonly string[]): Promise<Placed[]> {
  const condition = sql`${asked.condition} and reference = any(${references}::text[])`;
  return listPlaced(db, { ...asked, condition }, references.length);
}

const placedSchema = z.looseObject({
  placed_reference: z.string(),
  placed_longitude: z.number(),
  placed_latitude: z.number(),
  placed_code: z.string().nullable(),
});

function toPlaced(module: Module, given: unknown): Placed {
  const row = placedSchema.parse(given);
  return {
    reference: row.placed_reference,
    longitude: row.placed_longitude,
    latitude: row.placed_latitude,
    code: row.placed_code,
    values: unpackValues(module, row),
  };
}

/** The areas that records tell, up to the limit. */
export async function listAreas(db: Db, { module, mapped, condition }: Asked, limit: number): Promise<Area[]> {
  if (mapped.area === null) return [];
  const area = sql.ref(columnName(mapped.area, ''));
  const { rows } = await sql`select reference, ${codeOf(module, mapped)} as code, ${area} as value
    from ${sql.table(module.table)} where ${condition} and ${area} is not null order by id limit ${limit}`.execute(db);
  return z.array(z.object({ reference: z.string(), code: z.string().nullable(), value: z.string() })).parse(rows);
}

function columnsOf({ position }: Mapped) {
  return { lat: sql.ref(columnName(position, 'lat')), lon: sql.ref(columnName(position, 'lon')) };
}

function codeOf(module: Module, { colour }: Mapped): RawBuilder<unknown> {
  const by = colour === null ? undefined : meaningsOf(module)[colour]?.facet?.by((suffix) => columnName(colour, suffix));
  return sql.raw(by === undefined ? 'null::text' : `(${by})::text`);
}
