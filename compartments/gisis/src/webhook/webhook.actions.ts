import { EstateError, type Now } from '@bulkhead/kernel';
import { judgeOutgoingUrl, type Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import { findPresentPlace } from '#feed/feed.actions.ts';
import { writePlace } from '#feed/place.rules.ts';
import { isForEverybody } from '#saved-search/search.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { insertDeliveries, listDeliveries, wakeDeliveries } from './delivery.store.ts';
import { type Delivery, deriveSecret, type Webhook } from './webhook.rules.ts';
import { deleteWebhook, findWebhook, insertWebhook, listWebhooks, setSecret, setStarted, setStopped } from './webhook.store.ts';

export type ReadDeps = { readonly db: Kysely<Schema> };
export type WriteDeps = ReadDeps & {
  readonly transact: Transact<Transaction<Schema>>;
  readonly now: Now;
  readonly newId: () => string;
  readonly sealingKey: Uint8Array;
};

const LISTED = 50;

/** The webhooks that somebody registered; the Secretariat sees all. */
export function listFor({ db }: ReadDeps, { accountId, isSecretariat }: Viewer): Promise<readonly Webhook[]> {
  if (accountId === null) return Promise.resolve([]);
  return listWebhooks(db, isSecretariat ? null : accountId);
}

/** Somebody's own that were stopped, but not by them. */
export async function listStopped({ db }: ReadDeps, { accountId }: Viewer): Promise<readonly Webhook[]> {
  if (accountId === null) return [];
  return (await listWebhooks(db, accountId)).filter(({ stoppedWhy }) => stoppedWhy !== null && stoppedWhy !== 'asked');
}

/** @throws EstateError `request.not_found` */
export async function readWebhook(
  { db }: ReadDeps,
  id: string,
  viewer: Viewer,
): Promise<{ readonly hook: Webhook; readonly deliveries: readonly Delivery[] }> {
  const hook = await requireHook({ db }, id, viewer);
  return { hook, deliveries: await listDeliveries(db, hook.id, LISTED) };
}

async function requireHook({ db }: ReadDeps, id: string, { accountId, isSecretariat }: Viewer): Promise<Webhook> {
  const hook = await findWebhook(db, id);
  if (hook && accountId !== null && (isSecretariat || hook.accountId === accountId)) return hook;
  throw new EstateError('request.not_found', 'finding a webhook: the account has none of this id');
}

export type Wish = { readonly module: Module; readonly query: string; readonly url: string };
export type Registered =
  | { readonly kind: 'made'; readonly id: string; readonly secret: string }
  | { readonly kind: 'refused'; readonly fault: 'url' | 'query' | 'too many' };

/** Registers an address for what changes from now on; its secret is told once and kept nowhere. */
export async function registerWebhook(
  deps: WriteDeps,
  wish: Wish,
  by: Viewer & { readonly accountId: string },
): Promise<Registered> {
  const { db, transact, now, newId, sealingKey } = deps;
  const { module, query, url } = wish;
  if (judgeOutgoingUrl(url, false) !== null) return { kind: 'refused', fault: 'url' };
  if (query !== '' && !isForEverybody(module, query, { now: now() })) return { kind: 'refused', fault: 'query' };
  const id = newId();
  const secret = deriveSecret(sealingKey, { id, generation: 1 });
  const hook: Webhook = {
    id,
    accountId: by.accountId,
    accountName: by.name,
    delegation: by.delegation,
    module: module.name,
    query,
    url,
    secretGeneration: 1,
    secretCheck: secret.check,
    stoppedWhy: null,
    place: writePlace(await findPresentPlace(db)),
    failingSince: null,
    createdAt: now(),
  };
  const isKept = await transact((trx) => insertWebhook(trx, hook));
  return isKept ? { kind: 'made', id, secret: secret.text } : { kind: 'refused', fault: 'too many' };
}

export async function stopWebhook(deps: WriteDeps, id: string, viewer: Viewer): Promise<void> {
  const hook = await requireHook(deps, id, viewer);
  await deps.transact((trx) => setStopped(trx, hook.id, 'asked'));
}

/** Goes on where it stopped: what waits is tried at once, and what changed meanwhile is told. */
export async function startWebhook(deps: WriteDeps, id: string, viewer: Viewer): Promise<void> {
  const hook = await requireHook(deps, id, viewer);
  await deps.transact(async (trx) => {
    await setStarted(trx, hook.id);
    await wakeDeliveries(trx, hook.id, deps.now());
  });
}

/** Gives a webhook another secret; the first is good no more. */
export async function renewSecret(deps: WriteDeps, id: string, viewer: Viewer): Promise<string> {
  const hook = await requireHook(deps, id, viewer);
  const generation = hook.secretGeneration + 1;
  const secret = deriveSecret(deps.sealingKey, { id: hook.id, generation });
  await deps.transact((trx) => setSecret(trx, hook.id, { generation, check: secret.check }));
  return secret.text;
}

/** Has the address told something without meaning, to see whether it arrives. */
export async function tryWebhook(deps: WriteDeps, id: string, viewer: Viewer): Promise<void> {
  const hook = await requireHook(deps, id, viewer);
  const message = deps.newId();
  const test = { webhookId: hook.id, message, event: 'test', reference: null, revision: null, createdAt: deps.now() } as const;
  await deps.transact((trx) => insertDeliveries(trx, [test]));
}

export async function endWebhook(deps: WriteDeps, id: string, viewer: Viewer): Promise<void> {
  const hook = await requireHook(deps, id, viewer);
  await deps.transact((trx) => deleteWebhook(trx, hook.id));
}
