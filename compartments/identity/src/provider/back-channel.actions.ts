import type { Log, Now } from '@bulkhead/kernel';
import type { Ask, Transact } from '@bulkhead/web';
import { importJWK, SignJWT } from 'jose';
import type { Kysely, Transaction } from 'kysely';
import { findUsableClient } from '#client/client.actions.ts';
import type { IdTokenAlg } from '#client/client.rules.ts';
import type { KeyRing } from '#key/key.actions.ts';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { listUntold, setPresenceTold, type Untold } from './token.store.ts';

export type BackChannelDeps = {
  readonly db: Kysely<Schema>;
  readonly feed: ChangeFeed;
  readonly keys: KeyRing;
  readonly ask: Ask;
  readonly issuer: string;
  readonly newId: () => string;
  readonly now: Now;
  readonly log: Log;
};

/** Who cannot be reached for so long is not told any more: its tokens are long over. */
const GIVE_UP_MS = 24 * 3_600_000;
const ROUND = 200;
const ATONCE = 8;
const WAIT_MS = 5000;
const FEED_MS = 9000;
const RETRIES_MS = [1000, 5000, 30_000, 120_000, 600_000];

type Told = { readonly sessionId: string; readonly clientId: string; readonly at: Date };
type Attempts = { readonly count: number; readonly notBeforeMs: number };

/**
 * Tells clients of the ends of sessions (OpenID Connect Back-Channel Logout 1.0): at once, and again until they answer. What is
 * to be told stands in the rows; that it was told is noted with the next round's token, so a kill in between tells it twice [F6].
 */
export class BackChannel {
  readonly #deps: BackChannelDeps;
  readonly #told = new Map<string, Told>();
  readonly #attempts = new Map<string, Attempts>();
  #isClosed = false;
  #running: Promise<void> | null = null;
  #isAskedAgain = false;

  constructor(deps: BackChannelDeps) {
    this.#deps = deps;
  }

  /** Follows the ends of sessions until it is closed. */
  async follow(): Promise<void> {
    let sequence = 0;
    while (!this.#isClosed) {
      const changes = await this.#deps.feed.after(sequence, FEED_MS);
      sequence = changes.sequence;
      if (!this.#isClosed && changes.sessions.length > 0) void this.tell();
    }
  }

  close(): void {
    this.#isClosed = true;
  }

  /** Tells whoever is to be told now. Asked while it tells, it looks once more when it is done. */
  tell(): Promise<void> {
    if (this.#running) this.#isAskedAgain = true;
    this.#running ??= this.#rounds().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #rounds(): Promise<void> {
    do {
      this.#isAskedAgain = false;
      await this.#round().catch((err: unknown) => this.#deps.log.warn({ err }, 'telling clients of ended sessions'));
    } while (this.#isAskedAgain && !this.#isClosed);
  }

  /** Notes what was told; and what nobody could be told of in a day. */
  async keep(transact: Transact<Transaction<Schema>>): Promise<void> {
    const told = [...this.#told.entries()];
    if (told.length === 0) return;
    await transact(async (trx) => {
      for (const [, one] of told) await setPresenceTold(trx, one, one.at);
    });
    for (const [name] of told) this.#told.delete(name);
  }

  async #round(): Promise<void> {
    const { db, now } = this.#deps;
    const all = await listUntold(db, new Date(now().getTime() - GIVE_UP_MS), ROUND);
    const due = all.filter((untold) => {
      const name = nameOf(untold);
      return !this.#told.has(name) && (this.#attempts.get(name)?.notBeforeMs ?? 0) <= performance.now();
    });
    for (let at = 0; at < due.length; at += ATONCE)
      await Promise.all(due.slice(at, at + ATONCE).map((untold) => this.#tellOne(untold)));
  }

  async #tellOne(untold: Untold): Promise<void> {
    const name = nameOf(untold);
    const fault = await this.#send(untold);
    if (fault === null) {
      this.#attempts.delete(name);
      this.#told.set(name, { sessionId: untold.sessionId, clientId: untold.clientId, at: this.#deps.now() });
      return;
    }
    const count = (this.#attempts.get(name)?.count ?? 0) + 1;
    const waitMs = RETRIES_MS[Math.min(count, RETRIES_MS.length) - 1] ?? 0;
    this.#attempts.set(name, { count, notBeforeMs: performance.now() + waitMs });
    this.#deps.log.warn({ client: untold.clientId, count, waitMs, fault }, 'a client did not hear of an ended session');
    setTimeout(() => void (this.#isClosed || this.tell()), waitMs + 10).unref();
  }

  /** Null when the client took it; else why not. */
  async #send(untold: Untold): Promise<string | null> {
    try {
      const body = new URLSearchParams({ logout_token: await this.#makeToken(untold) }).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await this.#deps.ask(untold.uri, { method: 'POST', headers, body, waitMs: WAIT_MS });
      // 400 is the client's word that it will not have this token; asking again changes nothing.
      return (answer.status >= 200 && answer.status < 300) || answer.status === 400 ? null : `status ${answer.status}`;
    } catch (error) {
      return error instanceof Error ? error.message : 'unknown';
    }
  }

  async #makeToken(untold: Untold): Promise<string> {
    const client = await findUsableClient(this.#deps.db, untold.clientId);
    const alg: IdTokenAlg = client?.idTokenAlg ?? 'RS256';
    const key = (await this.#deps.keys.list()).find((one) => one.alg === alg);
    if (!key) throw new Error('there is no key to sign with');
    const iat = Math.floor(this.#deps.now().getTime() / 1000);
    return new SignJWT({ sid: untold.sid, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } })
      .setProtectedHeader({ alg, kid: key.id, typ: 'logout+jwt' })
      .setIssuer(this.#deps.issuer)
      .setAudience(untold.clientId)
      .setSubject(untold.accountId)
      .setIssuedAt(iat)
      .setExpirationTime(iat + 120)
      .setJti(this.#deps.newId())
      .sign(await importJWK({ ...key.privateJwk, kty: key.privateJwk.kty ?? '' }, alg));
  }
}

function nameOf({ sessionId, clientId }: Pick<Untold, 'sessionId' | 'clientId'>): string {
  return `${sessionId} ${clientId}`;
}
