import { EstateError, type Log, type Now, sha256Hex } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, transactFor } from '@bulkhead/web';
import type { KeyRing } from '#key/key.actions.ts';
import type { Schema } from '#schema.ts';
import type { SessionDesk } from '#session/session.actions.ts';
import { readErrand, writeErrand } from '#sign-in/sign-in.rules.ts';
import { makeShell, type Shell, type Site } from '#site/shell.rules.ts';
import { type BridgedAnswer, bridge } from './bridge.actions.ts';
import { findProvenClient } from './client-proof.actions.ts';
import type { EndedSessions } from './ended.actions.ts';
import type { ProviderDesk } from './provider.actions.ts';
import { faultPage, hopPage } from './provider.views.ts';
import { PATHS, type ProviderFault, pathAfterSignIn, queryOf } from './token.rules.ts';
import { Queue, runUnit, Unit } from './unit.actions.ts';
import { readUserinfo } from './userinfo.actions.ts';

export type ProviderRouteDeps = {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly provider: ProviderDesk;
  readonly keys: KeyRing;
  readonly desk: SessionDesk;
  readonly ended: EndedSessions;
  readonly issuer: string;
  readonly hosts: ReadonlySet<string>;
  readonly newNonce: () => string;
  readonly log: Log;
  readonly now: Now;
};

/** Below the minute for which the gateway waits for a reply, and below most proxies' patience. */
const WAIT_MS = 20_000;
const RELAYED = [
  'content-type',
  'cache-control',
  'pragma',
  'vary',
  'www-authenticate',
  'access-control-allow-origin',
  'access-control-expose-headers',
];

/** What other software asks: discovery, keys, tokens, claims, ends of sessions. And where people come who were sent here by it. */
export function addProviderRoutes(app: CompartmentApp, deps: ProviderRouteDeps): void {
  const queue = new Queue();
  app.get(PATHS.discovery, async (c) => answerDiscovery(c, deps));
  app.get(PATHS.jwks, async (c) => relay(c, await askProvider(c, deps, new Unit(null))));
  app.get(PATHS.authorization, (c) => answerAuthorization(c, deps));
  app.post(PATHS.token, (c) => queue.run(tokenIn(c), () => answerSoftware(c, deps)));
  app.post(PATHS.revocation, (c) => queue.run(tokenIn(c), () => answerSoftware(c, deps)));
  app.get(PATHS.userinfo, (c) => answerUserinfo(c, deps));
  app.post(PATHS.userinfo, (c) => answerUserinfo(c, deps));
  app.get(PATHS.endedSessions, (c) => answerEnded(c, deps));
}

async function answerDiscovery(c: CompartmentContext, deps: ProviderRouteDeps): Promise<Response> {
  const answer = await askProvider(c, deps, new Unit(null));
  const document: Record<string, unknown> = JSON.parse(answer.body.toString('utf8'));
  // Answers travel in the address only: what is posted to a client would be stopped by the policy of our own pages.
  document['response_modes_supported'] = ['query'];
  document['backchannel_logout_supported'] = true;
  document['bulkhead_ended_sessions_endpoint'] = `${deps.issuer}${PATHS.endedSessions}`;
  c.header('cache-control', 'public, max-age=300');
  c.header('access-control-allow-origin', '*');
  return c.json(document);
}

/**
 * An authorization request. The provider judges it; whoever must sign in or consent first is sent there, and comes back with the
 * very same request. Nothing of it is written, and nothing waits for it here [F2].
 */
async function answerAuthorization(c: CompartmentContext, deps: ProviderRouteDeps): Promise<Response> {
  const path = c.env.incoming.url ?? '';
  const shell = shellOf(c, deps.site);
  const mode = queryOf(path).get('response_mode');
  if (mode !== null && mode !== 'query')
    return tellFault(c, shell, { error: 'invalid_request', description: 'response_mode must be "query"' });
  const unit = new Unit(c.var.claims.sessionId);
  const answer = await askProvider(c, deps, unit);
  if (unit.fault) return tellFault(c, shell, unit.fault);
  if (unit.detour?.kind === 'consent') return c.redirect(`${PATHS.consent}?${queryOf(path).toString()}`, 303);
  if (unit.detour) return sendToSignIn(c, deps, shell, pathAfterSignIn(path, unit.detour.isFreshWanted));
  const { location } = answer.headers;
  if (typeof location !== 'string')
    throw new EstateError('input.invalid', 'answering an authorization request: it leads nowhere');
  return sendTo(c, shell, location);
}

function sendToSignIn(c: CompartmentContext, deps: ProviderRouteDeps, shell: Shell, path: string): Response {
  const errand = readErrand({ to: 'id', path, nonce: sha256Hex(deps.newNonce()) }, deps.hosts);
  if (errand) return c.redirect(`/sign-in?${writeErrand(errand)}`, 303);
  return tellFault(c, shell, { error: 'invalid_request', description: 'the request is too long to be taken up after sign-in' });
}

/** Sends a browser on. One that is on its way from a form of ours gets a page in between. */
export function sendTo(c: CompartmentContext, shell: Shell, address: string): Response {
  const isFromUs = c.req.method === 'POST' || c.req.header('sec-fetch-site') === 'same-origin' || isOwnReferer(c);
  return isFromUs ? showHop(c, shell, address) : c.redirect(address, 303);
}

/** The page in between; browsers that know the header go on by themselves. */
export function showHop(c: CompartmentContext, shell: Shell, address: string): Response {
  c.header('refresh', `0;url=${address}`);
  return c.html(hopPage(shell, address).toString());
}

function isOwnReferer(c: CompartmentContext): boolean {
  const referer = c.req.header('referer') ?? '';
  return URL.canParse(referer) && new URL(referer).host === c.req.header('host');
}

function tellFault(c: CompartmentContext, shell: Shell, fault: ProviderFault): Response {
  return c.html(faultPage(shell, fault).toString(), 400);
}

/** What software asks in its own name: the answer leaves when everything it rests on is committed, in one transaction [F3]. */
async function answerSoftware(c: CompartmentContext, deps: ProviderRouteDeps): Promise<Response> {
  const unit = new Unit(null);
  const answer = await askProvider(c, deps, unit);
  if (unit.writes.length > 0) {
    await transactFor(
      c,
      deps.database,
    )(async (trx) => {
      for (const write of unit.writes) await write(trx);
    });
  }
  return relay(c, answer);
}

async function answerUserinfo(c: CompartmentContext, deps: ProviderRouteDeps): Promise<Response> {
  const token = /^Bearer ([\x21-\x7e]+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  c.header('access-control-allow-origin', '*');
  const claims = token === undefined ? null : await readUserinfo({ ...deps, db: deps.database.read }, token);
  if (claims) return c.json(claims);
  c.header('access-control-expose-headers', 'www-authenticate');
  c.header('www-authenticate', `Bearer realm="${deps.issuer}"${token === undefined ? '' : ', error="invalid_token"'}`);
  return c.json({ error: 'invalid_token', error_description: 'the access token is missing, over, or not for this' }, 401);
}

async function answerEnded(c: CompartmentContext, deps: ProviderRouteDeps): Promise<Response> {
  const client = await findProvenClient(
    deps.database.read,
    c.req.header('authorization'),
    `${deps.issuer}${PATHS.endedSessions}`,
  );
  if (!client) {
    c.header('www-authenticate', `Basic realm="${deps.issuer}"`);
    return c.json({ error: 'invalid_client', error_description: 'the client did not prove who it is' }, 401);
  }
  const answer = await deps.ended.after(client.id, (c.req.query('after') ?? '').slice(0, 100), WAIT_MS);
  if (answer) return c.json(answer);
  c.header('retry-after', '20');
  return c.json({ error: 'too_many_requests', error_description: 'the client waits here several times already' }, 429);
}

async function askProvider(c: CompartmentContext, deps: ProviderRouteDeps, unit: Unit): Promise<BridgedAnswer> {
  const issuer = new URL(deps.issuer);
  const { body } = c.var;
  const passed = Object.fromEntries(
    ['authorization', 'content-type', 'origin'].flatMap((name) => {
      const value = c.req.header(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const isPage = new URL(c.env.incoming.url ?? '/', issuer).pathname === PATHS.authorization;
  const headers = {
    ...passed,
    host: issuer.host,
    'x-forwarded-proto': issuer.protocol.slice(0, -1),
    accept: isPage ? 'text/html' : 'application/json',
    ...(body.length > 0 ? { 'content-length': String(body.length) } : {}),
    // Who asks is what the gateway's token says; the provider reads it where it would read its own cookie [F1].
    ...(unit.sessionId === null ? {} : { cookie: `session=${unit.sessionId}` }),
  };
  const listener = await deps.provider.listener();
  const asked = { method: c.req.method, path: c.env.incoming.url ?? '/', headers, body };
  const answer = await runUnit(unit, () => bridge(listener, asked));
  if (answer.status >= 500)
    throw new EstateError('provider.failed', `asking the OpenID provider: ${answer.body.toString('utf8').slice(0, 200)}`);
  return answer;
}

function relay(c: CompartmentContext, answer: BridgedAnswer): Response {
  const headers = new Headers();
  for (const name of RELAYED) {
    const value = answer.headers[name];
    if (value !== undefined) headers.set(name, String(value));
  }
  const body = answer.body.length === 0 ? null : new Uint8Array(answer.body);
  return new Response(body, { status: answer.status, headers });
}

/** The code or token that a request uses, by which it waits its turn; requests that use none wait for nobody. */
function tokenIn(c: CompartmentContext): string {
  const form = new URLSearchParams(Buffer.from(c.var.body).toString('utf8'));
  const used = form.get('code') ?? form.get('refresh_token') ?? form.get('token');
  return used === null ? c.var.requestId : sha256Hex(used);
}

export function shellOf(c: CompartmentContext, site: Site): Shell {
  return makeShell({ site, query: c.req.query('lang'), language: c.var.language, at: '/' });
}
