import type { Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import { findUsableClient } from '#client/client.actions.ts';
import type { Client } from '#client/client.rules.ts';
import type { Schema } from '#schema.ts';
import { type Connection, deleteConsent, findConsent, listConsents, upsertConsent } from './token.store.ts';

/** An authorization request, as far as consent goes. What else it asks is judged when it is taken up again. */
export type ConsentAsked = { readonly client: Client; readonly scopes: readonly string[]; readonly redirectUri: string };

/** Reads who asks for what; null unless a client that is in use asks to be answered at an address registered for it [F4]. */
export async function readConsentAsked(db: Kysely<Schema>, query: URLSearchParams): Promise<ConsentAsked | null> {
  const client = await findUsableClient(db, query.get('client_id') ?? '');
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!client?.redirectUris.includes(redirectUri)) return null;
  const asked = new Set((query.get('scope') ?? '').split(' '));
  return { client, scopes: client.scopes.filter((scope) => asked.has(scope)), redirectUri };
}

/** Lets a client know what was shown, besides what it may know already. */
export async function giveConsent(
  deps: { readonly db: Kysely<Schema>; readonly transact: Transact<Transaction<Schema>>; readonly now: Now },
  accountId: string,
  { client, scopes }: ConsentAsked,
): Promise<void> {
  const before = await findConsent(deps.db, accountId, client.id);
  const all = client.scopes.filter((scope) => scopes.includes(scope) || before.includes(scope));
  await deps.transact((trx) => upsertConsent(trx, { accountId, clientId: client.id, scopes: all, at: deps.now() }));
}

export async function takeConsentBack(
  deps: { readonly transact: Transact<Transaction<Schema>> },
  accountId: string,
  clientId: string,
): Promise<void> {
  await deps.transact((trx) => deleteConsent(trx, accountId, clientId));
}

export function listConnections(db: Kysely<Schema>, accountId: string): Promise<Connection[]> {
  return listConsents(db, accountId);
}
