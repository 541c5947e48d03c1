import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ErrorCode, EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { CALLER_IDLE_MS } from './idle.ts';

/** A process of ours, as another reaches it: its socket and the secret that it asks for. */
export type WirePeer = { readonly socket: string; readonly secret?: string };

export type WireCall = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in chunks. */
  readonly stream?: Readable;
  /** Writes the body and ends it; for whoever uses the same memory again once a part is sent. */
  readonly sendBody?: (to: Writable) => Promise<void>;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the whole call; 10 s unless told. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
};

export type WireReply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: IncomingMessage };

const agent = new Agent({ keepAlive: true, maxSockets: 64, timeout: CALLER_IDLE_MS });
const REPLY_LIMIT = 67_108_864;
const refusalSchema = z.object({ code: z.string(), message: z.string().optional() });

/**
 * Calls a process of ours and checks the reply's form.
 * @throws EstateError `wire.unreachable`, `wire.refused` (its cause carries the peer's own code and sentence), `wire.invalid_reply`
 */
export async function callWire<Schema extends z.ZodType>(
  peer: WirePeer,
  call: WireCall,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const reply = await openWire(peer, call);
  const text = await readText(reply.body, REPLY_LIMIT);
  const parsed = schema.safeParse(text === '' ? undefined : parseJson(text));
  if (parsed.success) return parsed.data;
  throw new EstateError('wire.invalid_reply', `reading the reply to ${call.method} ${call.path}`, { cause: parsed.error });
}

/**
 * Calls a process of ours and hands over the reply as a stream, which the caller must consume.
 * @throws EstateError `wire.unreachable`, `wire.refused`
 */
export async function openWire(peer: WirePeer, call: WireCall): Promise<WireReply> {
  const reply = await send(peer, call);
  if (reply.status < 400) return reply;
  const text = await readText(reply.body, 65_536).catch(() => '');
  const refusal = refusalSchema.safeParse(parseJsonOrNothing(text));
  const cause = refusal.success
    ? new EstateError(refusal.data.code as ErrorCode, refusal.data.message ?? 'no sentence given')
    : new Error(`status ${reply.status}`);
  throw new EstateError('wire.refused', `calling ${call.method} ${call.path}: status ${reply.status}`, { cause });
}

async function send(peer: WirePeer, call: WireCall): Promise<WireReply> {
  const json = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
  const headers: Record<string, string> = { host: 'wire', ...call.headers };
  if (peer.secret) headers['authorization'] = `Bearer ${peer.secret}`;
  if (json) Object.assign(headers, { 'content-type': 'application/json', 'content-length': String(json.length) });
  const timeout = AbortSignal.timeout(call.timeoutMs ?? 10_000);
  const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown) =>
      reject(new EstateError('wire.unreachable', `calling ${call.method} ${call.path}`, { cause }));
    const outgoing = request({ socketPath: peer.socket, method: call.method, path: call.path, headers, agent, signal }, (body) =>
      resolve({ status: body.statusCode ?? 0, headers: body.headers, body }),
    );
    outgoing.on('error', failed);
    if (call.stream) pipeline(call.stream, outgoing).catch(failed);
    else if (call.sendBody) call.sendBody(outgoing).catch((cause: unknown) => (failed(cause), outgoing.destroy()));
    else outgoing.end(json);
  });
}

async function readText(body: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) throw new EstateError('wire.invalid_reply', `reading a reply: longer than ${limit} bytes`);
      chunks.push(chunk);
    }
  } catch (cause) {
    throw cause instanceof EstateError ? cause : new EstateError('wire.unreachable', 'reading a reply: it broke off', { cause });
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EstateError('wire.invalid_reply', 'reading a reply: it is not JSON', { cause });
  }
}

function parseJsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
