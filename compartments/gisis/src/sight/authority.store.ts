import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import type { Authorized, PartyDeed } from './authority.rules.ts';

/** What States authorised an organization to do, whose people sign in under this delegation and may file for them. */
export async function listAuthorized(db: Kysely<Schema>, delegation: string): Promise<Authorized[]> {
  const { rows } =
    await sql`select country as state, functions, valid_from as "from", valid_to as "to" from recognized_organization
    where delegation = ${delegation} and may_file and state = 'current' and id > 0 and functions is not null`.execute(db);
  const day = z.string().nullable();
  return z.array(z.object({ state: z.string(), functions: z.array(z.string()), from: day, to: day })).parse(rows);
}

/** What a State did about the instruments, extensions to territories apart. */
export async function listPartyDeeds(db: Kysely<Schema>, state: string): Promise<PartyDeed[]> {
  const { rows } = await sql`select treaty.short_name as instrument, treaty_action.act, treaty_action.done_on as "on"
    from treaty_action join treaty on treaty.reference = treaty_action.treaty
    where treaty_action.party = ${state} and treaty_action.state <> 'withdrawn' and treaty_action.id > 0
      and treaty_action.territory is null and treaty_action.act is not null and treaty_action.done_on is not null`.execute(db);
  return z.array(z.object({ instrument: z.string(), act: z.string(), on: z.string() })).parse(rows);
}
