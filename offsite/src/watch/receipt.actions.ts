import { openSigned, PURPOSES, receiptBatchSchema, type Signed, signedSchema, type TokenKey } from '@bulkhead/contracts';
import { EstateError, type Now, sha256Hex, sleepMs } from '@bulkhead/kernel';
import { type FindingDeps, raiseFinding } from './finding.actions.ts';
import type { NumberedBatch, ReceiptStore, StoredBatch } from './receipt.store.ts';

export type ReceiptDeps = {
  readonly receipts: ReceiptStore;
  readonly gatewayKeys: () => readonly TokenKey[];
  readonly finding: FindingDeps;
  readonly now: Now;
  readonly listeners: ReceiptListeners;
};

const BATCHES_AT_ONCE = 20;
const POLL_MS = 20_000;

/** Who waits for the next batch, and when headquarters was heard last. */
export class ReceiptListeners {
  #next = Promise.withResolvers<void>();
  #heardAt: Date | null = null;

  get heardAt(): Date | null {
    return this.#heardAt;
  }

  /** Headquarters called, whatever for: the link stands. */
  hear(at: Date): void {
    this.#heardAt = at;
  }

  announce(): void {
    const { resolve } = this.#next;
    this.#next = Promise.withResolvers();
    resolve();
  }

  /** Resolves with the next batch, when the time is over or when the signal aborts. */
  async untilNext(withinMs: number, signal: AbortSignal): Promise<void> {
    const patience = new AbortController();
    const both = AbortSignal.any([signal, patience.signal]);
    await Promise.race([this.#next.promise, sleepMs(withinMs, both).catch(() => undefined)]);
    patience.abort();
  }
}

/** The batches after the one of this id; waits for one if there is none, but not for long. */
export async function listReceipts(
  { receipts, listeners }: Pick<ReceiptDeps, 'receipts' | 'listeners'>,
  after: string,
  signal: AbortSignal,
  pollMs = POLL_MS,
): Promise<{ readonly batches: readonly NumberedBatch[]; readonly heardAt: string | null }> {
  const waiting = new AbortController();
  // Before the look: a batch that comes while it is made must not be slept over.
  const next = listeners.untilNext(pollMs, AbortSignal.any([signal, waiting.signal]));
  try {
    const found = await receipts.listAfter(after, BATCHES_AT_ONCE);
    if (found.length === 0) await next;
    const batches = found.length > 0 ? found : await receipts.listAfter(after, BATCHES_AT_ONCE);
    return { batches, heardAt: listeners.heardAt?.toISOString() ?? null };
  } finally {
    waiting.abort();
  }
}

/**
 * Keeps the gateway's testimony: every batch once, none left out [C8].
 * Another content under a used number comes from a gateway that lost its journal, or its key: it is a finding, and the answer
 * tells the gateway from where to go on.
 * @returns the highest sequence that is durable
 * @throws EstateError `signature.invalid`, `receipt.out_of_sequence` for a hole
 */
export async function keepReceipts(deps: ReceiptDeps, signed: Signed): Promise<number> {
  const { value: batch, keyId } = openSigned(signed, {
    purpose: PURPOSES.receipts,
    // What was replaced testifies no more.
    keys: deps.gatewayKeys().filter(({ until }) => until === undefined),
    schema: receiptBatchSchema,
  });
  const own = await deps.receipts.lastSequence(keyId);
  // A new key goes on where the gateway's journal stands, and may say again what the one before said last.
  const last = own > 0 ? own : Math.min(batch.sequence - 1, await deps.receipts.lastOfAny());
  if (batch.sequence > last + 1) {
    throw new EstateError('receipt.out_of_sequence', `keeping receipts: batch ${last + 1} must come before ${batch.sequence}`);
  }
  const stored: StoredBatch = {
    keyId,
    sequence: batch.sequence,
    sha256: sha256Hex(signed.message),
    receipts: batch.receipts.length,
    signed: signedSchema.parse(signed),
    receivedAt: deps.now(),
  };
  if (batch.sequence === last + 1 && (await deps.receipts.addBatch(stored))) {
    deps.listeners.announce();
    return batch.sequence;
  }
  if ((await deps.receipts.findDigest(keyId, batch.sequence)) === stored.sha256) return deps.receipts.lastSequence(keyId);
  await reportSecondTestimony(deps, keyId, batch.sequence);
  return goOnBehind(deps, stored);
}

// The gateway goes on behind an answer that is higher than what it sent: where there is none yet, its batch takes that place.
async function goOnBehind(deps: ReceiptDeps, stored: StoredBatch): Promise<number> {
  const last = await deps.receipts.lastSequence(stored.keyId);
  if (last === stored.sequence) await deps.receipts.addBatch({ ...stored, sequence: last + 1 });
  deps.listeners.announce();
  return deps.receipts.lastSequence(stored.keyId);
}

async function reportSecondTestimony(deps: ReceiptDeps, keyId: string, sequence: number): Promise<void> {
  const report = {
    rule: 'stream.mismatch' as const,
    compartment: null,
    summary: 'the gateway signed two different batches of receipts under one number',
    evidence: { keyId, sequence: String(sequence) },
    seenAt: deps.now().toISOString(),
  };
  await raiseFinding(deps.finding, report, 'recovery');
}
