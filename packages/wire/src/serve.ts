import { createServer } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type ErrorCode, EstateError, isSameSecret, type Log } from '@bulkhead/kernel';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import type { z } from 'zod';
import { SERVER_IDLE_MS } from './idle.ts';
import { listenOnSocket } from './listen.ts';

/** What handlers know of a caller: which of the known secrets it presented. */
export type WireEnv = { Bindings: HttpBindings; Variables: { caller: string } };
export type WireApp = Hono<WireEnv>;

const STATUS: Partial<Record<ErrorCode, 400 | 401 | 403 | 404 | 409 | 410 | 413 | 422 | 429 | 503 | 507>> = {
  'input.invalid': 400,
  'signature.invalid': 403,
  'request.unauthenticated': 401,
  'request.forbidden': 403,
  'operator.unknown': 403,
  'approval.same_person': 403,
  'order.not_allowed': 403,
  'request.not_found': 404,
  'compartment.unknown': 404,
  'incident.not_found': 404,
  'blob.not_found': 404,
  'blob.erased': 410,
  'account.administrator_exists': 409,
  'order.stale': 409,
  'site.not_in_charge': 409,
  'failover.wrong_state': 409,
  'vault.append_only': 409,
  'vault.upload_interrupted': 409,
  'vault.target_failed': 503,
  'blob.hash_mismatch': 422,
  'receiver.sealed': 409,
  'compartment.sealed': 409,
  'compartment.wrong_state': 409,
  'approval.wrong_digest': 409,
  'hole.open': 409,
  'repair.needs_redo': 409,
  'history.behind': 409,
  'repair.wrong_digest': 409,
  'repair.not_valid': 422,
  'input.too_large': 413,
  'blob.too_large': 413,
  'request.too_many': 429,
  'vault.quota_exceeded': 507,
  'disk.full': 507,
  'wire.unreachable': 503,
  'history.unreadable': 503,
  'ledger.broken_chain': 503,
  'request.timed_out': 503,
};

/**
 * Begins the API of a process: every call must present one of `secrets` (name → secret) as a bearer;
 * errors answer as `{ code, message }`, unknown ones as 500 and are logged once, here.
 */
export function createWireApp(options: { readonly secrets: Readonly<Record<string, string>>; readonly log: Log }): WireApp {
  const app = new Hono<WireEnv>();
  app.use(async (c, next) => {
    const given = c.req.header('authorization')?.replace(/^Bearer /, '') ?? '';
    const callers = Object.entries(options.secrets).filter(([, secret]) => isSameSecret(given, secret));
    const caller = callers[0]?.[0];
    if (caller === undefined) throw new EstateError('request.unauthenticated', 'answering a call: it presents no known secret');
    c.set('caller', caller);
    await next();
  });
  app.notFound((c) => c.json({ code: 'request.not_found', message: `there is no ${c.req.method} ${c.req.path} here` }, 404));
  app.onError((error, c) => {
    const known = error instanceof EstateError ? STATUS[error.code] : undefined;
    if (known) return c.json({ code: (error as EstateError).code, message: error.message }, known);
    options.log.error({ err: error, path: c.req.path }, 'answering a call');
    return c.json({ code: error instanceof EstateError ? error.code : 'wire.invalid_reply', message: error.message }, 500);
  });
  return app;
}

/**
 * Reads a call's JSON body, at most `limit` bytes, in the form of the schema.
 * @throws EstateError `input.invalid`, `input.too_large`
 */
export async function readWireBody<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
  limit = 4_194_304,
): Promise<z.infer<Schema>> {
  const length = Number(request.headers.get('content-length') ?? 0);
  if (length > limit) throw new EstateError('input.too_large', `reading a call's body: over ${limit} bytes`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > limit) throw new EstateError('input.too_large', `reading a call's body: over ${limit} bytes`);
    chunks.push(chunk);
  }
  const parsed = schema.safeParse(parseJson(Buffer.concat(chunks).toString('utf8')));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ');
  throw new EstateError('input.invalid', `reading a call's body: ${where}`, { cause: parsed.error });
}

/**
 * Answers a call with bytes as they come, straight to the socket: by way of web streams the same costs twice the
 * processor time. A source that fails before its first bytes is answered like any fault; where it fails later the
 * connection breaks off, and it must have told why by itself.
 * @param headers with `content-length`: a reader must be able to tell that a body broke off
 */
export async function answerStream(
  c: Context<WireEnv>,
  headers: Readonly<Record<string, string>> & { readonly 'content-length': string },
  source: Iterable<Buffer> | AsyncIterable<Buffer>,
): Promise<Response> {
  const chunks = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const first = await chunks.next();
  async function* all(): AsyncGenerator<Buffer> {
    try {
      for (let next = first; !next.done; next = await chunks.next()) yield next.value;
    } finally {
      await chunks.return?.();
    }
  }
  c.env.outgoing.writeHead(200, headers);
  await pipeline(all, c.env.outgoing).catch(() => c.env.outgoing.destroy());
  return RESPONSE_ALREADY_SENT;
}

/** Serves an API on a unix socket. `close` ends idle connections at once and running ones after a second. */
export async function serveWire(options: {
  readonly app: WireApp;
  readonly socket: string;
  /** Who may connect: 0o600 the owner, 0o666 whoever reaches the directory (and knows a secret). */
  readonly mode?: number;
}): Promise<{ readonly close: () => Promise<void> }> {
  const listener = getRequestListener(options.app.fetch, { overrideGlobalObjects: false });
  const server = createServer(
    { maxHeaderSize: 16_384, requestTimeout: 0, keepAliveTimeout: SERVER_IDLE_MS },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  await listenOnSocket(server, options.socket, options.mode);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 1000).unref();
      }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EstateError('input.invalid', "reading a call's body: it is not JSON", { cause });
  }
}
