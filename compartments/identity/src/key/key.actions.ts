import { createHash, generateKeyPair, type JsonWebKey, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import { KEY_ALGS, type KeyAlg, orderKeys, planKeys, type SigningKeyRow } from './key.rules.ts';
import { insertKey, listKeys, retireKeys } from './key.store.ts';
import { seal, sealKeyFor, unseal } from './seal.rules.ts';

const generate = promisify(generateKeyPair);
const RSA_BITS = 2048;

/** A key as it signs: its private JWK. */
export type PrivateKey = SigningKeyRow & { readonly privateJwk: JsonWebKey };

/** The keys that tokens for other software are signed with. Their private parts lie sealed in the database. */
export class KeyRing {
  readonly #db: Kysely<Schema>;
  readonly #now: Now;
  readonly #sealKey: Buffer;
  #keys: readonly PrivateKey[] | null = null;

  /** @param given.sealingKey what the private parts are sealed with: it lies in no database */
  constructor(given: { readonly db: Kysely<Schema>; readonly now: Now; readonly sealingKey: Buffer }) {
    this.#db = given.db;
    this.#now = given.now;
    this.#sealKey = sealKeyFor(given.sealingKey, 'signing keys');
  }

  /** The keys that are shown now, for each algorithm the one that signs first. */
  async list(): Promise<readonly PrivateKey[]> {
    this.#keys ??= await this.#load();
    return orderKeys(this.#keys, this.#now());
  }

  /** Makes and retires what is due; what was sealed with another secret is retired at once. */
  async keepUp(transact: Transact<Transaction<Schema>>): Promise<void> {
    const rows = await listKeys(this.#db);
    const lost = rows.filter((row) => this.#open(row) === null).map((row) => row.id);
    const known = rows.filter((row) => !lost.includes(row.id));
    const plan = planKeys(known, this.#now());
    await this.#change(transact, { make: plan.make, retire: [...plan.retire, ...lost] });
  }

  /** Replaces every key at once: nothing that was signed before is good any more. */
  async replaceAll(transact: Transact<Transaction<Schema>>): Promise<void> {
    const rows = await listKeys(this.#db);
    const make = KEY_ALGS.map((alg) => ({ alg, useFrom: this.#now() }));
    await this.#change(transact, { make, retire: rows.map((row) => row.id) });
  }

  async #change(
    transact: Transact<Transaction<Schema>>,
    plan: { readonly make: readonly { readonly alg: KeyAlg; readonly useFrom: Date }[]; readonly retire: readonly string[] },
  ): Promise<void> {
    if (plan.make.length > 0 || plan.retire.length > 0) {
      const made = await Promise.all(plan.make.map(({ alg, useFrom }) => this.#make(alg, useFrom)));
      await transact(async (trx) => {
        await retireKeys(trx, plan.retire, this.#now());
        for (const key of made) await insertKey(trx, key);
      });
    }
    this.#keys = await this.#load();
  }

  async #load(): Promise<PrivateKey[]> {
    const rows = await listKeys(this.#db);
    return rows.flatMap((row) => {
      const privateJwk = this.#open(row);
      return privateJwk === null ? [] : [{ ...row, privateJwk }];
    });
  }

  async #make(alg: KeyAlg, useFrom: Date): Promise<Omit<SigningKeyRow, 'retiredAt'>> {
    const { publicKey, privateKey } = await generateFor(alg);
    const publicJwk = publicKey.export({ format: 'jwk' });
    const id = createHash('sha256').update(JSON.stringify(publicJwk)).digest('base64url');
    const text = JSON.stringify(privateKey.export({ format: 'jwk' }));
    const sealed = seal(this.#sealKey, id, text, randomBytes(12));
    return { id, alg, publicJwk: { ...publicJwk, kid: id, alg, use: 'sig' }, sealed, madeAt: this.#now(), useFrom };
  }

  #open(row: SigningKeyRow): JsonWebKey | null {
    const text = unseal(this.#sealKey, row.id, row.sealed);
    if (text === null) return null;
    const jwk: JsonWebKey = JSON.parse(text);
    return { ...jwk, kid: row.id, alg: row.alg, use: 'sig' };
  }
}

async function generateFor(alg: KeyAlg): Promise<{ readonly publicKey: KeyObject; readonly privateKey: KeyObject }> {
  if (alg === 'EdDSA') return generate('ed25519', {});
  if (alg === 'RS256') return generate('rsa', { modulusLength: RSA_BITS });
  throw new EstateError('config.invalid', 'making a key: its algorithm is not known');
}
