import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { EstateError } from '@bulkhead/kernel';
import type { Spool, SpooledBody } from './spool.store.ts';

/** Bodies up to this size stay in memory. */
const MEMORY_BYTES = 1_048_576;

/** A whole body with its hash, ready to be passed on. */
export type ReceivedBody = {
  readonly bytes: number;
  /** Null when there is no body. */
  readonly sha256: string | null;
  readonly open: () => Readable | Buffer | null;
  readonly dispose: () => Promise<void>;
};

export type BodyLimits = {
  /** The longest pause between two parts of a body. */
  readonly bodyIdleMs: number;
  /** A body may always take this long; a large one longer, by the rate below. */
  readonly bodyGraceMs: number;
  readonly bodyBytesPerSecond: number;
};

const NO_BODY: ReceivedBody = { bytes: 0, sha256: null, open: () => null, dispose: () => Promise.resolve() };

/** Whether a request announces a body. */
export function announcesBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/**
 * Refuses a body that is announced as too large, before any of it is read [G10].
 * @throws EstateError `input.too_large`
 */
export function checkAnnounced(request: IncomingMessage, maxBytes: number): void {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBytes || (maxBytes === 0 && announcesBody(request))) throw tooLarge(maxBytes);
}

/**
 * Receives a whole body: in memory when it is small, else on disk.
 * @throws EstateError `input.too_large` as soon as the limit is passed, `request.timed_out`, `request.malformed`, `disk.full`
 */
export async function receiveBody(
  request: IncomingMessage,
  given: {
    readonly maxBytes: number;
    readonly limits: BodyLimits;
    readonly spool: Spool;
    readonly monotonicMs: () => number;
    /** Ends the waiting with the signal's reason. */
    readonly signal: AbortSignal;
  },
): Promise<ReceivedBody> {
  checkAnnounced(request, given.maxBytes);
  if (!announcesBody(request)) return NO_BODY;
  const sink = new BodySink(given.maxBytes, given.spool);
  try {
    await takeChunks(request, sink, given);
    return sink.finish();
  } catch (error) {
    await sink.dispose();
    throw error;
  }
}

async function takeChunks(
  request: IncomingMessage,
  sink: BodySink,
  given: { readonly limits: BodyLimits; readonly monotonicMs: () => number; readonly signal: AbortSignal },
): Promise<void> {
  // The stream stays whole on an early end: its refusal still has to be answered.
  const chunks: AsyncIterator<Buffer> = request.iterator({ destroyOnReturn: false });
  const startedAtMs = given.monotonicMs();
  for (;;) {
    const deadlineMs = startedAtMs + given.limits.bodyGraceMs + (sink.bytes / given.limits.bodyBytesPerSecond) * 1000;
    const leftMs = Math.min(given.limits.bodyIdleMs, deadlineMs - given.monotonicMs());
    const next = await withinMs(leftMs, given.signal, chunks.next());
    if (next.done) break;
    await sink.take(next.value);
  }
  if (!request.complete) throw new EstateError('request.malformed', 'receiving a body: it broke off');
}

class BodySink {
  readonly #maxBytes: number;
  readonly #spool: Spool;
  readonly #hash = createHash('sha256');
  #memory: Buffer[] = [];
  #file: SpooledBody | null = null;
  bytes = 0;

  constructor(maxBytes: number, spool: Spool) {
    this.#maxBytes = maxBytes;
    this.#spool = spool;
  }

  async take(chunk: Buffer): Promise<void> {
    this.bytes += chunk.length;
    if (this.bytes > this.#maxBytes) throw tooLarge(this.#maxBytes);
    this.#hash.update(chunk);
    if (this.bytes <= MEMORY_BYTES) {
      this.#memory.push(chunk);
      return;
    }
    this.#file ??= await this.#moveToDisk();
    await this.#file.write(chunk);
  }

  finish(): ReceivedBody {
    if (this.bytes === 0) return NO_BODY;
    const file = this.#file;
    const memory = file ? null : Buffer.concat(this.#memory);
    return {
      bytes: this.bytes,
      sha256: this.#hash.digest('hex'),
      open: () => (file ? file.read() : memory),
      dispose: () => this.dispose(),
    };
  }

  async dispose(): Promise<void> {
    this.#memory = [];
    await this.#file?.remove();
  }

  async #moveToDisk(): Promise<SpooledBody> {
    const file = await this.#spool.create();
    this.#file = file;
    for (const chunk of this.#memory.splice(0)) await file.write(chunk);
    return file;
  }
}

/** What comes within the time, unless the signal ends the waiting. @throws EstateError `request.timed_out`, `request.malformed` */
export function withinMs<Value>(ms: number, signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new EstateError('request.timed_out', 'receiving a body: it came too slowly'));
    const broken = (cause: unknown) => reject(new EstateError('request.malformed', 'receiving a body: it broke off', { cause }));
    const cut = () => reject(signal.reason);
    const timer = setTimeout(late, Math.max(0, ms));
    signal.addEventListener('abort', cut, { once: true });
    if (signal.aborted) cut();
    work.then(resolve, broken).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cut);
    });
  });
}

export function tooLarge(maxBytes: number): EstateError {
  const what = maxBytes === 0 ? 'this address takes none' : `it is over ${maxBytes} bytes`;
  return new EstateError('input.too_large', `receiving a body: ${what}`);
}
