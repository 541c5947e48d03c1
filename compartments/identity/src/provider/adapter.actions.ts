import { EstateError, type Now } from '@bulkhead/kernel';
import type { Kysely } from 'kysely';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { findUsableClient, listClients } from '#client/client.actions.ts';
import type { Client } from '#client/client.rules.ts';
import type { Schema } from '#schema.ts';
import type { SessionDesk } from '#session/session.actions.ts';
import type { CodeShelf } from './code-shelf.actions.ts';
import { findSubject } from './subject.actions.ts';
import { grantIdOf, REFRESH_TOKEN_SECONDS, readGrantId, scopesGranted, sidOf } from './token.rules.ts';
import {
  consumeRefreshToken,
  deleteRefreshToken,
  deleteRefreshTokensOfGrant,
  findConsent,
  findRefreshToken,
  insertPresence,
  insertRefreshToken,
  insertUsedAssertion,
  isAssertionUsed,
} from './token.store.ts';
import { currentUnit } from './unit.actions.ts';

export type AdapterDeps = {
  readonly db: Kysely<Schema>;
  readonly desk: Pick<SessionDesk, 'find'>;
  readonly codes: CodeShelf;
  /** Hears of a session that is in use elsewhere: its client has just renewed its tokens. */
  readonly used: (sessionId: string) => void;
  readonly issuer: string;
  readonly now: Now;
};

type Part = Partial<Pick<Adapter, 'find' | 'findByUid' | 'upsert' | 'consume' | 'destroy' | 'revokeByGrantId'>>;

/** How the provider keeps what it makes. What it would keep of browsers and interactions is dropped: the gateway's token says who asks. */
export function createAdapters(deps: AdapterDeps): (name: string) => Adapter {
  const parts: Readonly<Record<string, Part>> = {
    Session: sessionPart(deps),
    Grant: { find: (id) => findGrant(deps, id) },
    Client: { find: (id) => findClientMetadata(deps, id) },
    AuthorizationCode: codePart(deps),
    RefreshToken: refreshTokenPart(deps),
    ReplayDetection: assertionPart(deps),
  };
  return (name) => ({ ...NOTHING, ...parts[name] });
}

const nothing = () => Promise.resolve(undefined);
const NOTHING: Adapter = {
  find: nothing,
  findByUid: nothing,
  findByUserCode: nothing,
  upsert: nothing,
  consume: nothing,
  destroy: nothing,
  revokeByGrantId: nothing,
};

const seconds = (at: Date) => Math.floor(at.getTime() / 1000);

/** A session of the provider is one of ours, as it stands at this moment; it keeps none of its own. */
function sessionPart(deps: AdapterDeps): Part {
  const find = async (id: string): Promise<AdapterPayload | undefined> => {
    const subject = await findSubject(deps, id);
    if (!subject) return undefined;
    const clients = await listClients(deps.db);
    const { session } = subject;
    return {
      kind: 'Session',
      jti: id,
      uid: id,
      accountId: session.accountId,
      loginTs: seconds(subject.authenticatedAt),
      iat: seconds(new Date(session.startedAt)),
      exp: seconds(new Date(session.endsAt)),
      authorizations: Object.fromEntries(
        clients.map((client) => [client.id, { sid: sidOf(id, client.id), grantId: grantIdOf(id, client.id) }]),
      ),
    };
  };
  return { find, findByUid: find };
}

async function findGrant(deps: AdapterDeps, id: string): Promise<AdapterPayload | undefined> {
  const named = readGrantId(id);
  const client = named && (await findUsableClient(deps.db, named.clientId));
  const subject = named && (await findSubject(deps, named.sessionId));
  if (!client || !subject) return undefined;
  return grantPayload(deps, { client, accountId: subject.session.accountId, sessionId: subject.session.id });
}

/** What a session lets a client have; nothing of it before the person consented. */
export async function grantPayload(
  deps: Pick<AdapterDeps, 'db' | 'issuer' | 'now'>,
  given: { readonly client: Client; readonly accountId: string; readonly sessionId: string },
): Promise<AdapterPayload | undefined> {
  const { client, accountId, sessionId } = given;
  const scopes = scopesGranted(client, await findConsent(deps.db, accountId, client.id)).join(' ');
  if (scopes === '') return undefined;
  const at = seconds(deps.now());
  return {
    kind: 'Grant',
    jti: grantIdOf(sessionId, client.id),
    accountId,
    clientId: client.id,
    openid: { scope: scopes },
    resources: Object.fromEntries([deps.issuer, ...client.resources].map((resource) => [resource, scopes])),
    iat: at,
    // Read anew each time: the session's life decides.
    exp: at + REFRESH_TOKEN_SECONDS,
  };
}

async function findClientMetadata(deps: AdapterDeps, id: string): Promise<AdapterPayload | undefined> {
  const client = /^[a-z][a-z0-9-]{2,39}$/.test(id) ? await findUsableClient(deps.db, id) : undefined;
  if (!client) return undefined;
  return {
    client_id: client.id,
    client_name: client.name,
    // The hash: what a client presents is hashed before the two are compared.
    ...(client.secretSha256 === null ? {} : { client_secret: client.secretSha256 }),
    ...(client.jwks === null ? {} : { jwks: { keys: client.jwks.keys.map((key) => ({ ...key })) } }),
    token_endpoint_auth_method: client.authentication,
    redirect_uris: [...client.redirectUris],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    id_token_signed_response_alg: client.idTokenAlg,
    scope: client.scopes.join(' '),
    // Whether or not it is told of ends, its tokens name the session.
    backchannel_logout_uri: client.backchannelLogoutUri ?? deps.issuer,
    backchannel_logout_session_required: true,
  };
}

function codePart({ codes, now }: AdapterDeps): Part {
  return {
    upsert: async (id, payload, expiresIn) => codes.add(id, { ...payload }, payload.grantId ?? '', expiresIn ?? 0),
    find: async (id) => {
      const kept = codes.find(id);
      return kept && { ...kept.payload, ...(kept.isConsumed ? { consumed: seconds(now()) } : {}) };
    },
    consume: async (id) => {
      const payload: AdapterPayload | undefined = codes.find(id)?.payload;
      if (!codes.consume(id)) throw new EstateError('token.replayed', 'using a code: it was used before');
      const { sessionUid: sessionId, clientId, accountId } = payload ?? {};
      if (!sessionId || !clientId || !accountId) return;
      const presence = { sessionId, clientId, accountId, sid: sidOf(sessionId, clientId), begunAt: now() };
      currentUnit().writes.push((trx) => insertPresence(trx, presence));
    },
    revokeByGrantId: async (grantId) => codes.forgetGrant(grantId),
  };
}

function refreshTokenPart({ db, now, used }: AdapterDeps): Part {
  return {
    upsert: async (id, payload, expiresIn) => {
      const { jti: _secret, ...kept } = payload;
      const at = now();
      const row = {
        grantId: payload.grantId ?? '',
        clientId: payload.clientId ?? '',
        accountId: payload.accountId ?? '',
        payload: kept,
        at,
        expiresAt: new Date(at.getTime() + (expiresIn ?? 0) * 1000),
      };
      if (payload.sessionUid) used(payload.sessionUid);
      currentUnit().writes.push((trx) => insertRefreshToken(trx, id, row));
    },
    find: async (id) => {
      const found = await findRefreshToken(db, id);
      return found && { ...found.payload, jti: id, ...(found.consumedAt ? { consumed: seconds(found.consumedAt) } : {}) };
    },
    consume: async (id) => {
      currentUnit().writes.push(async (trx) => {
        if (await consumeRefreshToken(trx, id, now())) return;
        throw new EstateError('token.replayed', 'using a refresh token: it was used before');
      });
    },
    destroy: async (id) => void currentUnit().writes.push((trx) => deleteRefreshToken(trx, id)),
    revokeByGrantId: async (grantId) => void currentUnit().writes.push((trx) => deleteRefreshTokensOfGrant(trx, grantId)),
  };
}

function assertionPart({ db, now }: AdapterDeps): Part {
  return {
    find: async (id) => ((await isAssertionUsed(db, id, now())) ? { jti: id } : undefined),
    upsert: async (id, _payload, expiresIn) => {
      const expiresAt = new Date(now().getTime() + (expiresIn ?? 0) * 1000);
      currentUnit().writes.push(async (trx) => {
        if (await insertUsedAssertion(trx, id, expiresAt)) return;
        throw new EstateError('token.replayed', 'using a client assertion: it was used before');
      });
    },
  };
}
