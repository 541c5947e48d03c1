import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { KEY_ALGS, type SigningKeyRow } from './key.rules.ts';

const algSchema = z.enum(KEY_ALGS);
const jwkSchema = z.record(z.string(), z.unknown());

/** All keys that are not retired, oldest first. */
export async function listKeys(db: Kysely<Schema>): Promise<SigningKeyRow[]> {
  const rows = await db
    .selectFrom('oidc_key')
    .select(['id', 'alg', 'public_jwk', 'sealed', 'made_at', 'use_from', 'retired_at'])
    .where('retired_at', 'is', null)
    .orderBy('use_from')
    .limit(100)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    alg: algSchema.parse(row.alg),
    publicJwk: jwkSchema.parse(row.public_jwk),
    sealed: row.sealed,
    madeAt: row.made_at,
    useFrom: row.use_from,
    retiredAt: row.retired_at,
  }));
}

export async function insertKey(trx: Transaction<Schema>, key: Omit<SigningKeyRow, 'retiredAt'>): Promise<void> {
  await trx
    .insertInto('oidc_key')
    .values({
      id: key.id,
      alg: key.alg,
      public_jwk: JSON.stringify(key.publicJwk),
      sealed: key.sealed,
      made_at: key.madeAt,
      use_from: key.useFrom,
    })
    .execute();
}

/** Destroys the private parts. */
export async function retireKeys(trx: Transaction<Schema>, ids: readonly string[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  await trx
    .updateTable('oidc_key')
    .set({ retired_at: at, sealed: null })
    .where('id', 'in', [...ids])
    .where('retired_at', 'is', null)
    .execute();
}
