import { EstateError, hasCode, type Log, type Now } from '@bulkhead/kernel';
import type { Ask, Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import type { Change } from '#feed/change.rules.ts';
import { findPresentPlace, readChanges } from '#feed/feed.actions.ts';
import { readPlace, writePlace } from '#feed/place.rules.ts';
import { readKept } from '#saved-search/search.rules.ts';
import type { Schema } from '#schema.ts';
import { PUBLIC } from '#sight/viewer.rules.ts';
import {
  countWaiting,
  deleteOldDeliveries,
  endDelivery,
  hasOldDeliveries,
  insertDeliveries,
  listDue,
  listLastTold,
  type NewDelivery,
  putOff,
} from './delivery.store.ts';
import { writeMessage } from './message.actions.ts';
import {
  ATTEMPT_MS,
  type Delivery,
  deriveSecret,
  headersOf,
  judgeAnswer,
  KEPT_MS,
  MOST_WAITING,
  REST_MS,
  retryAfterMs,
  STOPPED_AFTER_MS,
  type StopReason,
  type Webhook,
} from './webhook.rules.ts';
import { findWebhook, listActive, moveOn, setFailing, setStopped, setWell } from './webhook.store.ts';

const ROUND_DELIVERIES = 200;
/** Below the lifetime of the round's token, with the last attempts. */
const ROUND_MS = 12_000;
const AT_ONCE = 8;
const FORGOTTEN_AT_ONCE = 2000;

export type CourierDeps = {
  readonly db: Kysely<Schema>;
  readonly modules: ReadonlyMap<string, Module>;
  readonly ask: Ask;
  readonly origin: string;
  readonly sealingKey: Uint8Array;
  readonly newId: () => string;
  readonly now: Now;
  readonly log: Log;
};
type Transacting = Transact<Transaction<Schema>>;

/**
 * Tells addresses outside what changed: takes up changes from the feed into a table, sends what is due, and notes how it went, one
 * transaction each. A kill loses nothing; what was sent just before one is sent again under the same id.
 */
export class Courier {
  readonly #deps: CourierDeps;
  #running: Promise<number> | undefined;

  constructor(deps: CourierDeps) {
    this.#deps = deps;
  }

  /** One round after the other. @returns how many were taken */
  async runRound(transact: Transacting): Promise<number> {
    this.#running ??= this.#round(transact).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #round(transact: Transacting): Promise<number> {
    for (const hook of await listActive(this.#deps.db)) await this.#takeUp(transact, hook);
    const endsMs = performance.now() + ROUND_MS;
    const due = Map.groupBy(await listDue(this.#deps.db, this.#deps.now(), ROUND_DELIVERIES), ({ webhookId }) => webhookId);
    const waiting = [...due.values()];
    let taken = 0;
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        taken += await this.#sendAll(transact, next, endsMs);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return taken;
  }

  /** Forgets what was told long ago. */
  async forgetOld(transact: Transacting): Promise<void> {
    const before = new Date(this.#deps.now().getTime() - KEPT_MS);
    if (await hasOldDeliveries(this.#deps.db, before))
      await transact((trx) => deleteOldDeliveries(trx, before, FORGOTTEN_AT_ONCE));
  }

  async #takeUp(transact: Transacting, hook: Webhook): Promise<void> {
    const { db, modules, now } = this.#deps;
    const module = modules.get(hook.module);
    const query = module && hook.query !== '' ? readKept(module, hook.query, PUBLIC, { now: now() }) : undefined;
    const since = readPlace(hook.place);
    if (module === undefined || query === null || since === undefined) return this.#stop(transact, hook, 'query');
    if ((await countWaiting(db, hook.id, MOST_WAITING)) >= MOST_WAITING) return;
    try {
      const { changes, next, hasMore } = await readChanges({ db, modules }, module, {
        since,
        query: query ?? null,
        viewer: PUBLIC,
      });
      if (changes.length === 0 && !hasMore) return;
      await this.#add(transact, hook, writePlace(next), await this.#choose(hook, changes));
    } catch (error) {
      if (!hasCode(error, 'feed.begun_anew')) throw error;
      const told = [{ event: 'registry.restored', reference: null, revision: null } as const];
      await this.#add(transact, hook, writePlace(await findPresentPlace(db)), told);
    }
  }

  /** That a record is gone or fits no more is told to whoever was told that it stands there. */
  async #choose(hook: Webhook, changes: readonly Change[]): Promise<readonly Told[]> {
    const told = changes.map((change) => tellOf(change));
    if (hook.query === '') return told;
    const absent = told.flatMap(({ event, reference }) => (event === 'record.changed' || reference === null ? [] : [reference]));
    const last = await listLastTold(this.#deps.db, hook.id, absent);
    return told.filter(({ event, reference }) => event === 'record.changed' || last.get(reference ?? '') === 'record.changed');
  }

  async #add(transact: Transacting, hook: Webhook, next: string, told: readonly Told[]): Promise<void> {
    const { newId, now } = this.#deps;
    const createdAt = now();
    await transact(async (trx) => {
      if (!(await moveOn(trx, hook, next))) return;
      await insertDeliveries(
        trx,
        told.map((one) => ({ ...one, webhookId: hook.id, message: newId(), createdAt })),
      );
    });
  }

  /** Sends what is due at one address, in order, until one fails. */
  async #sendAll(transact: Transacting, deliveries: readonly Delivery[], endsMs: number): Promise<number> {
    let taken = 0;
    for (const delivery of deliveries) {
      const hook = performance.now() > endsMs ? undefined : await findWebhook(this.#deps.db, delivery.webhookId);
      if (hook === undefined || hook.stoppedWhy !== null || !(await this.#send(transact, hook, delivery))) break;
      taken += 1;
    }
    return taken;
  }

  async #send(transact: Transacting, hook: Webhook, delivery: Delivery): Promise<boolean> {
    const { ask, now, sealingKey } = this.#deps;
    const secret = deriveSecret(sealingKey, { id: hook.id, generation: hook.secretGeneration });
    if (secret.check !== hook.secretCheck) {
      await this.#stop(transact, hook, 'other-key');
      return false;
    }
    const body = await writeMessage(this.#deps, hook, delivery);
    const headers = headersOf(secret, delivery.message, now(), body);
    const asked = { method: 'POST', headers, body, waitMs: ATTEMPT_MS };
    const outcome = await ask(hook.url, asked).then(
      ({ status }) => ({ status, fault: null }),
      (error: unknown) => ({ status: null, fault: faultOf(error) }),
    );
    return this.#note(transact, hook, delivery, { ...outcome, at: now() });
  }

  async #note(
    transact: Transacting,
    hook: Webhook,
    delivery: Delivery,
    attempt: { readonly at: Date; readonly status: number | null; readonly fault: string | null },
  ): Promise<boolean> {
    const { at, status } = attempt;
    const judged = status === null ? 'failed' : judgeAnswer(status);
    this.#deps.log.info({ webhook: hook.id, message: delivery.message, status, judged }, 'told an address outside');
    if (judged === 'taken') {
      await transact(async (trx) => {
        await endDelivery(trx, delivery, 'sent', attempt);
        await setWell(trx, hook.id);
      });
      return true;
    }
    const failingSince = hook.failingSince ?? at;
    const pause = retryAfterMs(delivery.attempts + 1);
    const isOver = at.getTime() - failingSince.getTime() >= STOPPED_AFTER_MS;
    await transact(async (trx) => {
      // What an address that is stopped did not take waits until it is started again.
      if (pause === null && !isOver) await endDelivery(trx, delivery, 'given-up', attempt);
      else await putOff(trx, delivery, new Date(at.getTime() + (pause ?? REST_MS)), attempt);
      await setFailing(trx, hook.id, at, new Date(at.getTime() + REST_MS));
      if (judged === 'gone') await setStopped(trx, hook.id, 'gone');
      else if (isOver) await setStopped(trx, hook.id, 'failing');
    });
    return false;
  }

  async #stop(transact: Transacting, { id }: Webhook, why: StopReason): Promise<void> {
    this.#deps.log.warn({ webhook: id, why }, 'a webhook stops');
    await transact((trx) => setStopped(trx, id, why));
  }
}

type Told = Pick<NewDelivery, 'event' | 'reference' | 'revision'>;

function tellOf(change: Change): Told {
  if (change.kind === 'gone') return { event: 'record.gone', reference: change.reference, revision: null };
  const { reference, revision } = change.record;
  return { event: change.kind === 'changed' ? 'record.changed' : 'record.left', reference, revision };
}

/** What of a fault its owner may know: which rule refused the address, or that nobody answered. */
function faultOf(error: unknown): string {
  return error instanceof EstateError ? error.code : 'address.unreachable';
}
