import { openSigned, PURPOSES, receiptBatchSchema, type Signed, signedSchema, type VerifyingKey } from '@bulkhead/contracts';
import { EstateError, type Now, sha256Hex } from '@bulkhead/kernel';
import { type FindingDeps, raiseFinding } from './finding.actions.ts';
import type { ReceiptStore, StoredBatch } from './receipt.store.ts';

export type ReceiptDeps = {
  readonly receipts: ReceiptStore;
  readonly gatewayKeys: readonly VerifyingKey[];
  readonly finding: FindingDeps;
  readonly now: Now;
};

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
    keys: deps.gatewayKeys,
    schema: receiptBatchSchema,
  });
  const last = await deps.receipts.lastSequence(keyId);
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
  if (batch.sequence === last + 1 && (await deps.receipts.addBatch(stored))) return batch.sequence;
  if ((await deps.receipts.findDigest(keyId, batch.sequence)) === stored.sha256) return deps.receipts.lastSequence(keyId);
  await reportSecondTestimony(deps, keyId, batch.sequence);
  return goOnBehind(deps, stored);
}

// The gateway goes on behind an answer that is higher than what it sent: where there is none yet, its batch takes that place.
async function goOnBehind(deps: ReceiptDeps, stored: StoredBatch): Promise<number> {
  const last = await deps.receipts.lastSequence(stored.keyId);
  if (last === stored.sequence) await deps.receipts.addBatch({ ...stored, sequence: last + 1 });
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
