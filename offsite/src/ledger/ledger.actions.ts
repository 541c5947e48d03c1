import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type LedgerEntry,
  type LedgerHead,
  type LedgerRequest,
  ledgerLine,
  PURPOSES,
  type Signed,
  type SigningKey,
  signedSchema,
  signMessage,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { EstateError, hasCode, type Log, type Now, sha256Hex } from '@bulkhead/kernel';
import type { Seen } from '#finding/finding-queue.actions.ts';
import { readLedger } from './read-ledger.actions.ts';
import { findSpan, lengthOf, nameOfSegment, type Segment } from './segment.rules.ts';
import { readSpan, truncateSegment } from './segment-files.actions.ts';
import { SegmentWriter } from './segment-writer.actions.ts';

/** Entries that are written and flushed together, at most. */
const BATCH_ENTRIES = 256;
/** Entries that wait for the disk, at most. */
const QUEUE_ENTRIES = 10_000;
/** Bytes of entries that are listed at once, about. */
const LIST_BYTES = 8_388_608;

type Waiting = {
  readonly by: string;
  readonly request: LedgerRequest;
  readonly resolve: (head: LedgerHead) => void;
  readonly reject: (error: unknown) => void;
};
type Chained = { readonly line: Buffer; readonly head: LedgerHead };

export type Verdict = { readonly ok: boolean; readonly checked: number; readonly fault: string | null };
export type LedgerDeps = {
  readonly directory: string;
  readonly signingKey: SigningKey;
  /** Keys that entries may be signed with, older ones included. */
  readonly keys: readonly VerifyingKey[];
  readonly now: Now;
  readonly log: Log;
  readonly raise: (seen: Seen) => void;
  readonly segmentBytes?: number;
};

/**
 * Opens a ledger's directory and verifies all of it. A torn last line is cut off: no entry is acknowledged before
 * its whole line is flushed [L2]. A chain that does not hold is told, and nothing is appended to it.
 */
export async function openLedger(deps: LedgerDeps): Promise<Ledger> {
  const heads = new Map<string, LedgerHead>();
  await mkdir(deps.directory, { recursive: true, mode: 0o700 });
  const found = await readLedger(deps.directory, deps.keys, {
    onEntry: (entry, head) => heads.set(keyOf(entry.by, entry.idempotencyKey), head),
  });
  const last = found.segments.at(-1);
  if (last && found.tornBytes > 0 && !found.fault) {
    deps.log.warn({ bytes: found.tornBytes, after: found.head.sequence }, 'cutting off an entry that was never acknowledged');
    await truncateSegment(join(deps.directory, nameOfSegment(last.firstSequence)), lengthOf(last));
  }
  const ledger = new Ledger(deps, found.segments, heads, found.head);
  if (found.fault) ledger.tellBroken(found.fault);
  else if (found.head.sequence === 0)
    await ledger.append('ledger', { kind: 'ledger.begun', idempotencyKey: 'begun', body: { keyId: deps.signingKey.keyId } });
  return ledger;
}

/** The record of what was done and on whose word: entries are added to its end, and never changed. */
export class Ledger {
  readonly #deps: LedgerDeps;
  readonly #segments: Segment[];
  readonly #writer: SegmentWriter;
  readonly #heads: Map<string, LedgerHead>;
  readonly #underWay = new Map<string, Promise<LedgerHead>>();
  readonly #queue: Waiting[] = [];
  #head: LedgerHead;
  #fault: EstateError | null = null;
  #writing: Promise<void> | undefined;
  #checking: Promise<Verdict> | undefined;

  constructor(deps: LedgerDeps, segments: Segment[], heads: Map<string, LedgerHead>, head: LedgerHead) {
    this.#deps = deps;
    this.#segments = segments;
    this.#writer = new SegmentWriter(deps.directory, segments, deps.segmentBytes);
    this.#heads = heads;
    this.#head = head;
  }

  get head(): LedgerHead {
    return this.#head;
  }

  /** Why nothing is appended any more; null while all is well. */
  get fault(): EstateError | null {
    return this.#fault;
  }

  /**
   * Adds an entry; resolves when it would survive a power failure. Asking again with the same key answers the first entry's head.
   * @throws EstateError `ledger.broken_chain`, `disk.full`, `request.too_many`
   */
  append(by: string, request: LedgerRequest): Promise<LedgerHead> {
    const key = keyOf(by, request.idempotencyKey);
    const known = this.#heads.get(key);
    if (known) return Promise.resolve(known);
    const running = this.#underWay.get(key);
    if (running) return running;
    if (this.#fault) return Promise.reject(this.#fault);
    if (this.#queue.length >= QUEUE_ENTRIES)
      return Promise.reject(new EstateError('request.too_many', 'adding an entry: too many are waiting for the disk'));
    const { promise, resolve, reject } = Promise.withResolvers<LedgerHead>();
    const forget = () => this.#underWay.delete(key);
    promise.then(forget, forget);
    this.#underWay.set(key, promise);
    this.#queue.push({ by, request, resolve, reject });
    this.#writing ??= this.#writeAll();
    return promise;
  }

  /** Entries after a number, oldest first: at most `limit`, and about 8 MiB. */
  async list(after: number, limit: number): Promise<Signed[]> {
    const entries: Signed[] = [];
    let bytesLeft = LIST_BYTES;
    let from = after;
    while (entries.length < limit && bytesLeft > 0) {
      const span = findSpan(this.#segments, from, { entries: limit - entries.length, bytes: bytesLeft });
      if (!span) break;
      for (const line of await readSpan(this.#deps.directory, span)) entries.push(signedSchema.parse(JSON.parse(line)));
      bytesLeft -= span.to - span.from;
      from = span.lastSequence;
    }
    return entries;
  }

  /** Reads from the disk, and verifies, all that was acknowledged before the call. */
  verify(): Promise<Verdict> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  /** Waits for what is being written, and lets go of the files. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#writer.close();
  }

  /** Refuses entries from now on, and raises the finding. */
  tellBroken(fault: EstateError): void {
    if (this.#fault) return;
    this.#fault = fault;
    this.#deps.log.error({ err: fault }, 'the ledger is broken: no entry is added to it');
    this.#deps.raise({
      rule: 'ledger.broken',
      compartment: null,
      summary: 'the chain of the ledger does not hold; it takes no entries until a person has looked at it',
      evidence: { after: String(this.#head.sequence), fault: fault.message.slice(0, 500) },
    });
  }

  async #check(): Promise<Verdict> {
    const expected = this.#head;
    const bytes = new Map(this.#segments.map((segment) => [segment.firstSequence, lengthOf(segment)]));
    const { head, fault } = await readLedger(this.#deps.directory, this.#deps.keys, {
      bytesOf: (first) => bytes.get(first) ?? 0,
    });
    if (fault) this.tellBroken(fault);
    else if (head.sha256 !== expected.sha256) this.tellBroken(endsElsewhere(head, expected));
    return { ok: this.#fault === null, checked: head.sequence, fault: this.#fault?.message ?? null };
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, BATCH_ENTRIES);
      try {
        if (this.#fault) throw this.#fault;
        await this.#writeBatch(batch);
      } catch (error) {
        if (error instanceof EstateError && hasCode(error, 'ledger.broken_chain')) this.tellBroken(error);
        for (const waiting of batch) waiting.reject(error);
      }
    }
    this.#writing = undefined;
  }

  /** One write and one flush for all that came while the last flush ran. */
  async #writeBatch(batch: readonly Waiting[]): Promise<void> {
    const chained: (Chained & { readonly waiting: Waiting })[] = [];
    for (const waiting of batch) chained.push({ waiting, ...this.#chain(waiting, chained.at(-1)?.head ?? this.#head) });
    await this.#writer.append(
      chained.map(({ line }) => line),
      this.#head.sequence + 1,
    );
    for (const { waiting, head } of chained) {
      this.#heads.set(keyOf(waiting.by, waiting.request.idempotencyKey), head);
      this.#head = head;
      waiting.resolve(head);
    }
  }

  #chain({ by, request }: Waiting, before: LedgerHead): Chained {
    const at = this.#deps.now().toISOString();
    const sequence = before.sequence + 1;
    const entry: LedgerEntry = { sequence, previousSha256: before.sha256, at, by, ...request };
    const line = ledgerLine(signMessage(this.#deps.signingKey, PURPOSES.ledger, entry));
    return { line: Buffer.from(`${line}\n`), head: { sequence, sha256: sha256Hex(line), at } };
  }
}

/** Keys are a caller's own: none can take another's. */
function keyOf(by: string, idempotencyKey: string): string {
  return `${by}\n${idempotencyKey}`;
}

function endsElsewhere(head: LedgerHead, expected: LedgerHead): EstateError {
  return new EstateError(
    'ledger.broken_chain',
    `reading the ledger: it ends with entry ${head.sequence}, though entry ${expected.sequence} was acknowledged`,
  );
}
