import { hasCode } from '@bulkhead/kernel';
import type { Kysely } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import { findFitting } from '#list/list.actions.ts';
import { writeJson } from '#record/form.rules.ts';
import { readRecord } from '#record/record.actions.ts';
import { type Registered, shownFields } from '#record/record.rules.ts';
import { readKept } from '#saved-search/search.rules.ts';
import type { Schema } from '#schema.ts';
import { PUBLIC } from '#sight/viewer.rules.ts';
import { recordPath } from '#site/site.rules.ts';
import type { Delivery, Webhook, WebhookEvent } from './webhook.rules.ts';

type Deps = {
  readonly db: Kysely<Schema>;
  readonly modules: ReadonlyMap<string, Module>;
  readonly origin: string;
  readonly now: () => Date;
};

/**
 * What is sent, as it stands at this moment: what was taken back or hidden since then does not leave the house. It is what the public
 * sees, whoever registered the address.
 */
export async function writeMessage(deps: Deps, hook: Webhook, delivery: Delivery): Promise<string> {
  const { createdAt, reference } = delivery;
  const { name: module } = deps.modules.get(hook.module) ?? { name: hook.module };
  const about = reference === null ? {} : { reference, url: `${deps.origin}${recordPath({ name: module }, reference)}` };
  const { type, more } = await describeEvent(deps, hook, delivery);
  return JSON.stringify({ type, timestamp: createdAt.toISOString(), data: { module, ...about, ...more } });
}

type Event = { readonly type: WebhookEvent; readonly more: Readonly<Record<string, unknown>> };

async function describeEvent(deps: Deps, hook: Webhook, { event, reference }: Delivery): Promise<Event> {
  const { origin, modules } = deps;
  const module = modules.get(hook.module);
  if (event === 'registry.restored') {
    const changes = `${origin}/${hook.module}/changes.json${hook.query === '' ? '' : `?${hook.query}`}`;
    return { type: event, more: { readAnew: changes } };
  }
  if (module === undefined || reference === null || event === 'test') return { type: event, more: {} };
  const record = await findPublic(deps, module, reference);
  if (record === null) return { type: 'record.gone', more: {} };
  if (!(await fits(deps, module, hook, record))) return { type: 'record.left', more: { revision: record.revision } };
  const shown = writeJson(module, record, shownFields(module, record, PUBLIC), origin);
  return { type: 'record.changed', more: { revision: record.revision, record: shown } };
}

async function findPublic({ db, modules }: Deps, module: Module, reference: string): Promise<Registered | null> {
  return readRecord({ db, modules }, module, reference, PUBLIC).catch((error: unknown) => {
    if (hasCode(error, 'request.not_found')) return null;
    throw error;
  });
}

async function fits({ db, now }: Deps, module: Module, hook: Webhook, { id }: Registered): Promise<boolean> {
  if (hook.query === '') return true;
  const query = readKept(module, hook.query, PUBLIC, { now: now() });
  return query !== null && (await findFitting({ db }, module, query, { viewer: PUBLIC, ids: [id] })).has(id);
}
