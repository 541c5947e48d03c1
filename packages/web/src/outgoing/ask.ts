import { lookup as lookUp } from 'node:dns';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { LookupFunction } from 'node:net';
import { EstateError } from '@bulkhead/kernel';
import { isOuterAddress, judgeOutgoingUrl } from './outer-address.ts';

const ANSWER_BYTES = 1_048_576;
const WAIT_MS = 10_000;

export type OutgoingRequest = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly waitMs?: number;
};
export type OutgoingAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};
/** Asks a server of the world outside. */
export type Ask = (url: string, asked?: OutgoingRequest) => Promise<OutgoingAnswer>;

/**
 * The only way in which compartments ask servers that somebody named in a form: https, addresses of the world outside only (judged
 * on what is connected to, so that a name that changes its address gains nothing), no redirect followed, time and bytes bounded.
 * @throws EstateError `address.refused`, `address.unreachable`
 */
export function createAsk(options: { readonly mayBeInner: boolean }): Ask {
  return async (url, asked = {}) => {
    const fault = judgeOutgoingUrl(url, options.mayBeInner);
    if (fault !== null) throw new EstateError('address.refused', `asking another server: its address is refused: ${fault}`);
    try {
      return await ask(url, asked, options.mayBeInner);
    } catch (cause) {
      if (cause instanceof EstateError) throw cause;
      throw new EstateError('address.unreachable', `asking ${new URL(url).host}`, { cause });
    }
  };
}

function ask(url: string, asked: OutgoingRequest, mayBeInner: boolean): Promise<OutgoingAnswer> {
  const open = url.startsWith('https:') ? requestTls : requestPlain;
  const body = asked.body === undefined ? undefined : Buffer.from(asked.body);
  return new Promise((resolve, reject) => {
    const outgoing = open(url, {
      method: asked.method ?? 'GET',
      headers: { ...asked.headers, ...(body ? { 'content-length': String(body.length) } : {}) },
      agent: false,
      signal: AbortSignal.timeout(asked.waitMs ?? WAIT_MS),
      ...(mayBeInner ? {} : { lookup: outerLookup }),
    });
    outgoing.once('error', reject);
    outgoing.once('response', (reply) => void readAnswer(reply).then(resolve, reject));
    outgoing.end(body);
  });
}

async function readAnswer(reply: IncomingMessage): Promise<OutgoingAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES) throw new EstateError('address.unreachable', `reading an answer: over ${ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  const headers = Object.fromEntries(
    Object.entries(reply.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
  return { status: reply.statusCode ?? 0, headers, body: Buffer.concat(chunks) };
}

/** Resolves a name to addresses of the world outside; if one of them is not, none is used. */
export const outerLookup: LookupFunction = (hostname, options, done) => {
  lookUp(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, []);
    if (addresses.length === 0 || addresses.some(({ address }) => !isOuterAddress(address)))
      return done(new EstateError('address.refused', 'asking another server: its name leads to an inner address'), []);
    if (options.all) return done(null, addresses);
    const [first] = addresses;
    return done(null, first?.address ?? '', first?.family);
  });
};

/** The same, in the shape in which libraries ask. */
export function fetchWith(ask: Ask): (url: string, init: FetchInit) => Promise<Response> {
  return async (url, init) => {
    const headers = Object.fromEntries(new Headers(init.headers ?? {}).entries());
    const { body } = init;
    const text = body === undefined || body === null ? undefined : textOf(body);
    const answer = await ask(url, { method: init.method ?? 'GET', headers, ...(text === undefined ? {} : { body: text }) });
    const isEmpty = answer.status === 204 || answer.status === 304;
    return new Response(isEmpty ? null : new Uint8Array(answer.body), { status: answer.status, headers: answer.headers });
  };
}

export type FetchInit = {
  readonly method?: string | undefined;
  readonly headers?: Record<string, string> | Headers | [string, string][] | undefined;
  readonly body?: unknown;
};

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  throw new EstateError('address.refused', 'asking another server: a body of an unknown kind');
}
