import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import type { Half, HolderOf, LiveHalf, Pair } from './break-glass.rules.ts';

const halfSchema = z.union([z.literal(1), z.literal(2)]);

/** The newest pairs first, those in use before those that ended. */
export async function listPairs(db: Kysely<Schema>, limit: number): Promise<Pair[]> {
  const rows = await db
    .selectFrom('break_glass')
    .select(['id', 'created_at', 'ended_at', 'ended_why', 'first_until', 'reason'])
    .orderBy('ended_at', (order) => order.desc().nullsFirst())
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  const ids = rows.map((row) => row.id);
  const halves = await db
    .selectFrom('break_glass_half')
    .innerJoin('account', 'account.id', 'break_glass_half.holder_id')
    .select(['pair_id', 'half', 'holder_id', 'display_name', 'status', 'shown_at'])
    .where('pair_id', 'in', ids.length > 0 ? ids : [''])
    .orderBy('half')
    .execute();
  const byPair = Map.groupBy(halves, (half) => half.pair_id);
  return rows.map((row) => ({
    id: row.id,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    endedWhy: row.ended_why,
    firstUntil: row.first_until,
    reason: row.reason,
    holders: (byPair.get(row.id) ?? []).map(
      (half): HolderOf => ({
        half: halfSchema.parse(half.half),
        holderId: half.holder_id,
        holderName: half.display_name,
        isActive: half.status === 'active',
        shownAt: half.shown_at,
      }),
    ),
  }));
}

/** The pairs of which somebody holds a half that they have not been shown. */
export async function listUnseen(db: Kysely<Schema>, holderId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('break_glass_half')
    .innerJoin('break_glass', 'break_glass.id', 'break_glass_half.pair_id')
    .select('pair_id')
    .where('holder_id', '=', holderId)
    .where('code_sha256', 'is', null)
    .where('ended_at', 'is', null)
    .orderBy('pair_id')
    .execute();
  return rows.map((row) => row.pair_id);
}

export async function countOpenPairs(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('break_glass')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** How many of these accounts can hold a half. */
export async function countFitHolders(db: Kysely<Schema>, ids: readonly string[]): Promise<number> {
  const rows = await db
    .selectFrom('account')
    .select('id')
    .where('id', 'in', [...ids])
    .where('status', '=', 'active')
    .execute();
  return rows.length;
}

export async function insertPair(
  trx: Transaction<Schema>,
  pair: { readonly id: string; readonly by: string; readonly at: Date; readonly holders: readonly [string, string] },
): Promise<void> {
  await trx.insertInto('break_glass').values({ id: pair.id, created_by: pair.by, created_at: pair.at }).execute();
  await trx
    .insertInto('break_glass_half')
    .values(pair.holders.map((holder, at) => ({ pair_id: pair.id, half: at + 1, holder_id: holder })))
    .execute();
}

/** Keeps the hash of a half's code, if its holder was shown none before. */
export async function keepHash(
  trx: Transaction<Schema>,
  given: { readonly pairId: string; readonly holderId: string; readonly codeSha256: string; readonly at: Date },
): Promise<boolean> {
  const row = await trx
    .updateTable('break_glass_half')
    .set({ code_sha256: given.codeSha256, shown_at: given.at })
    .from('break_glass')
    .whereRef('break_glass.id', '=', 'break_glass_half.pair_id')
    .where('break_glass.ended_at', 'is', null)
    .where('break_glass_half.pair_id', '=', given.pairId)
    .where('break_glass_half.holder_id', '=', given.holderId)
    .where('break_glass_half.code_sha256', 'is', null)
    .returning('break_glass_half.half')
    .executeTakeFirst();
  return row !== undefined;
}

/** Every half that can be used: of a pair that has not ended, seen by a holder who is still with us. */
export async function listLiveHalves(db: Kysely<Schema>): Promise<LiveHalf[]> {
  const rows = await db
    .selectFrom('break_glass_half')
    .innerJoin('break_glass', 'break_glass.id', 'break_glass_half.pair_id')
    .innerJoin('account', 'account.id', 'break_glass_half.holder_id')
    .select(['pair_id', 'half', 'code_sha256'])
    .where('break_glass.ended_at', 'is', null)
    .where('account.status', '=', 'active')
    .where('code_sha256', 'is not', null)
    .execute();
  return rows.flatMap((row) =>
    row.code_sha256 === null ? [] : [{ pairId: row.pair_id, half: halfSchema.parse(row.half), codeSha256: row.code_sha256 }],
  );
}

/** Holds a pair until the transaction ends: what it waits for, if it has not ended. */
export async function holdPair(
  trx: Transaction<Schema>,
  id: string,
): Promise<{ readonly firstHalf: Half | null; readonly firstUntil: Date | null; readonly reason: string | null } | undefined> {
  const row = await trx
    .selectFrom('break_glass')
    .select(['first_half', 'first_until', 'reason'])
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return undefined;
  const firstHalf = row.first_half === null ? null : halfSchema.parse(row.first_half);
  return { firstHalf, firstUntil: row.first_until, reason: row.reason };
}

export async function keepFirst(
  trx: Transaction<Schema>,
  id: string,
  given: { readonly half: Half; readonly until: Date; readonly reason: string },
): Promise<void> {
  await trx
    .updateTable('break_glass')
    .set({ first_half: given.half, first_until: given.until, reason: given.reason })
    .where('id', '=', id)
    .execute();
}

/** Ends a pair. False if it had ended. */
export async function endPair(
  trx: Transaction<Schema>,
  id: string,
  given: { readonly at: Date; readonly why: 'used' | 'withdrawn' },
): Promise<boolean> {
  const row = await trx
    .updateTable('break_glass')
    .set({ ended_at: given.at, ended_why: given.why })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}
