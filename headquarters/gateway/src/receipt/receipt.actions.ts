import { PURPOSES, type Receipt, type ReceiptBatch, type SigningKey, signMessage } from '@bulkhead/contracts';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { Bell } from '#round/bell.actions.ts';
import { splitReceipt } from './receipt.rules.ts';
import type { ReceiptJournal } from './receipt.store.ts';

const acknowledgedSchema = z.object({ sequence: z.number().int().min(0) });

/** The gateway's testimony of writing requests, on its way to off-site. */
export class Receipts {
  readonly #journal: ReceiptJournal;
  readonly #key: SigningKey;
  readonly #bell = new Bell();

  constructor(journal: ReceiptJournal, key: SigningKey) {
    this.#journal = journal;
    this.#key = key;
  }

  /** @throws EstateError `disk.full` when no further receipt could be kept */
  requireRoom(): void {
    this.#journal.requireRoom();
  }

  /**
   * Keeps a receipt; its request's reply must wait for this.
   * @throws EstateError `disk.full`
   */
  async keep(receipt: Receipt): Promise<void> {
    await this.#journal.add(splitReceipt(receipt));
    this.#bell.ring();
  }

  /** Sends one batch, or waits until there is something to send. */
  async sendNext(recovery: WirePeer, signal: AbortSignal): Promise<void> {
    const batch = await this.#journal.findNext();
    if (!batch) return this.#bell.wait(signal);
    const content: ReceiptBatch = { sequence: batch.sequence, receipts: [...batch.receipts] };
    const body = signMessage(this.#key, PURPOSES.receipts, content);
    const reply = await callWire(recovery, { method: 'POST', path: '/receipts', body, signal }, acknowledgedSchema);
    // Off-site is ahead when this site lost its journal: the same receipts go again under a number of their own.
    if (reply.sequence > batch.sequence) await this.#journal.skipTo(reply.sequence);
    else await this.#journal.acknowledge(batch.sequence);
  }
}
