import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import type { ShipYear } from './shared-set.rules.ts';

const rowSchema = z.object({
  ship: z.string(),
  year: z.number(),
  type: z.string().nullable(),
  gross_tonnage: z.number(),
  fuel: z.coerce.number(),
  distance: z.coerce.number(),
  hours: z.coerce.number(),
});

/** The years of which there are reports, the last first. */
export async function listYears(db: Kysely<Schema>): Promise<number[]> {
  const { rows } = await sql`with recursive found as (
      (select year from fuel_consumption where id > 0 and year is not null order by year desc limit 1)
      union all
      select (select year from fuel_consumption where id > 0 and year < found.year order by year desc limit 1) from found where found.year is not null
    ) select year from found where year is not null`.execute(db);
  return z
    .array(z.object({ year: z.number() }))
    .parse(rows)
    .map(({ year }) => year);
}

/** What each ship reported of a year, as far as the shared set is made of it. */
export async function listShipYears(db: Kysely<Schema>, year: number): Promise<ShipYear[]> {
  const { rows } =
    await sql`select ship, year, type, gross_tonnage, coalesce(distance, 0) as distance, coalesce(hours, 0) as hours,
      coalesce(hfo, 0) + coalesce(lfo, 0) + coalesce(mdo, 0) + coalesce(lng, 0) + coalesce(other_fuel, 0) as fuel
    from fuel_consumption where year = ${year} and id > 0 and state <> 'withdrawn' and ship is not null and gross_tonnage is not null`.execute(
      db,
    );
  return z
    .array(rowSchema)
    .parse(rows)
    .map(({ ship, gross_tonnage: grossTonnage, type, ...row }) => ({
      ...row,
      imoNumber: ship,
      grossTonnage,
      type: type ?? 'other',
    }));
}
