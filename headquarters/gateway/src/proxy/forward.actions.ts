import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import {
  BROWSER_HEADER,
  COMMITS_HEADER,
  type ManifestRoute,
  mintToken,
  REQUEST_ID_HEADER,
  type Session,
  type SigningKey,
  TOKEN_HEADER,
} from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import type { Receipts } from '#receipt/receipt.actions.ts';
import { readCommits } from '#receipt/receipt.rules.ts';
import type { Origin } from '#route/origin.rules.ts';
import { readApiToken } from '#software/software.rules.ts';
import { type BodyLimits, checkAnnounced, type ReceivedBody, receiveBody } from './body.actions.ts';
import { headersForCompartment } from './header.rules.ts';
import type { LiveConnections } from './live.actions.ts';
import type { Spool } from './spool.store.ts';
import { askCompartment, inDoubt, type Upstream } from './upstream.actions.ts';

/** One request on its way to a compartment, after everything at the door has let it pass. */
export type Passing = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly awaitsContinue: boolean;
  readonly requestId: string;
  readonly address: string;
  readonly origin: Origin;
  readonly route: ManifestRoute;
  readonly session: Session | null;
  /** With its query. */
  readonly path: string;
  readonly receivedAt: Date;
  /** What the compartment learns of the browser, where its route asks for that. */
  readonly browser?: string | null;
  /** The cookie by which that browser is known from now on. */
  readonly browserCookie?: string | null;
};

export type ForwardDeps = {
  readonly key: SigningKey;
  readonly now: Now;
  readonly monotonicMs: () => number;
  readonly log: Log;
  readonly spool: Spool;
  readonly limits: BodyLimits & { readonly replyMs: number };
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly live: LiveConnections;
  readonly receipts: Receipts;
  /** @throws EstateError when seal, state or lease keep the request out at this moment */
  readonly requireAdmission: (passing: Passing) => void;
  /** The headers with which a reply is released. */
  readonly headersOfReply: (passing: Passing, reply: IncomingMessage) => Record<string, string | string[]>;
};

/**
 * Passes a request on and its reply back. The journal has the receipt of a write before the reply is released.
 * @throws EstateError whatever kept it from being answered; then nothing has been sent
 */
export async function forward(deps: ForwardDeps, passing: Passing): Promise<void> {
  if (isWrite(passing)) deps.receipts.requireRoom();
  const cutter = new AbortController();
  const release = deps.live.add({
    compartment: passing.origin.compartment.name,
    isWebSocket: false,
    sessionId: passing.session?.id ?? null,
    cut: (reason) => {
      cutter.abort(reason);
      if (passing.response.headersSent) passing.response.destroy();
    },
  });
  passing.response.once('close', () => {
    // Somebody who hangs up ends a read. A write goes on until its receipt is known.
    if (!passing.response.writableFinished && !isWrite(passing))
      cutter.abort(new EstateError('request.malformed', 'the client hung up'));
  });
  let isSent = false;
  const onSent = () => {
    isSent = true;
  };
  try {
    await passThrough(deps, passing, { signal: cutter.signal, onSent });
  } catch (error) {
    const reason: unknown = cutter.signal.aborted ? cutter.signal.reason : error;
    throw isSent && isWrite(passing) ? inDoubt(reason) : reason;
  } finally {
    release();
  }
}

type Call = { readonly signal: AbortSignal; readonly onSent: () => void };

async function passThrough(deps: ForwardDeps, passing: Passing, { signal, onSent }: Call): Promise<void> {
  checkAnnounced(passing.request, passing.route.maxBodyBytes);
  if (passing.awaitsContinue) passing.response.writeContinue();
  const { limits, spool, monotonicMs } = deps;
  const body = await receiveBody(passing.request, { maxBytes: passing.route.maxBodyBytes, limits, spool, monotonicMs, signal });
  try {
    const reply = await askWithToken(deps, passing, { body, signal, onSent });
    await release(deps, passing, reply);
  } finally {
    await body.dispose();
  }
}

async function askWithToken(
  deps: ForwardDeps,
  passing: Passing,
  given: Call & { readonly body: ReceivedBody },
): Promise<IncomingMessage> {
  const { origin, request, path } = passing;
  const upstream = deps.upstreams.get(origin.compartment.name);
  if (!upstream) throw new EstateError('compartment.unreachable', 'passing a request on: its compartment has no socket');
  const headers = await headersWithToken(deps, passing, given.body.sha256);
  if (given.body.bytes > 0) headers['content-length'] = String(given.body.bytes);
  // A large body may have taken minutes: what held at the door may not hold any more. Nothing may come between this and the call.
  deps.requireAdmission(passing);
  const call = { upstream, method: request.method ?? 'GET', path, headers, replyMs: deps.limits.replyMs, ...given };
  try {
    return await askCompartment(call);
  } catch (error) {
    // Nobody knows whether it committed: off-site learns that this request was passed on.
    if (isWrite(passing)) await keepReceipt(deps, passing, { status: 502, xids: [] });
    throw error;
  }
}

/** Mints the request's one token and lists the headers that go with it. */
export async function headersWithToken(
  deps: Pick<ForwardDeps, 'key' | 'now'>,
  passing: Pick<Passing, 'request' | 'requestId' | 'address' | 'origin' | 'route' | 'session' | 'path' | 'browser'>,
  bodySha256: string | null,
): Promise<Record<string, string | string[]>> {
  const { origin, session, requestId } = passing;
  const token = await mintToken(
    deps.key,
    {
      requestId,
      compartment: origin.compartment.name,
      accountId: session?.accountId ?? null,
      sessionId: session?.id ?? null,
      displayName: session?.displayName ?? null,
      delegation: session?.delegation ?? null,
      roles: session?.roles[origin.compartment.name] ?? [],
      address: passing.address,
      method: passing.request.method ?? 'GET',
      path: passing.path,
      bodySha256,
      route: passing.route.id,
    },
    deps.now,
  );
  const own = {
    host: origin.authority,
    [TOKEN_HEADER]: token,
    [REQUEST_ID_HEADER]: requestId,
    ...credentialsFor(passing),
    ...(passing.browser ? { [BROWSER_HEADER]: passing.browser } : {}),
  };
  return headersForCompartment(passing.request.rawHeaders, own);
}

// Other software proves to identity who it is, at routes that are for software. A personal API token is the gateway's matter [G8].
function credentialsFor(passing: Pick<Passing, 'request' | 'origin' | 'route'>): Record<string, string> {
  const { authorization } = passing.request.headers;
  const isForIdentity = passing.origin.compartment.name === 'identity' && passing.route.callers === 'software';
  return isForIdentity && authorization !== undefined && readApiToken({ authorization }) === null ? { authorization } : {};
}

async function release(deps: ForwardDeps, passing: Passing, reply: IncomingMessage): Promise<void> {
  const xids = readCommits(reply.headers[COMMITS_HEADER]);
  const status = reply.statusCode ?? 502;
  if (status === 503 && passing.route.resting !== undefined && !isWrite(passing)) {
    reply.destroy();
    throw new EstateError('compartment.unreachable', 'asking for a page that another stands in for: it cannot be told now');
  }
  if (xids === null)
    deps.log.error({ requestId: passing.requestId }, 'a compartment named its transactions in a form that cannot be read');
  if (isWrite(passing) || xids === null || xids.length > 0) {
    await keepReceipt(deps, passing, { status, xids: xids ?? [] }).catch((error: unknown) => {
      reply.destroy();
      throw error;
    });
  }
  if (passing.response.destroyed) {
    reply.destroy();
    return;
  }
  passing.response.writeHead(status, deps.headersOfReply(passing, reply));
  await pipeline(reply, passing.response).catch((error: unknown) => {
    // The status is out already; the person sees the connection end, which is the truth.
    deps.log.debug({ err: error, requestId: passing.requestId }, 'a reply broke off');
    passing.response.destroy();
  });
}

function keepReceipt(
  deps: ForwardDeps,
  passing: Passing,
  given: { readonly status: number; readonly xids: readonly string[] },
): Promise<void> {
  const { origin, session, requestId } = passing;
  return deps.receipts.keep({
    requestId,
    compartment: origin.compartment.name,
    route: passing.route.id,
    accountId: session?.accountId ?? null,
    sessionId: session?.id ?? null,
    address: passing.address,
    status: given.status,
    xids: [...given.xids],
    receivedAt: passing.receivedAt.toISOString(),
    answeredAt: deps.now().toISOString(),
  });
}

function isWrite(passing: Pick<Passing, 'request'>): boolean {
  return passing.request.method !== 'GET' && passing.request.method !== 'HEAD';
}
