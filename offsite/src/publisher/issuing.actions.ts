import {
  type EditionManifest,
  type LedgerRequest,
  PURPOSES,
  type Signed,
  type SigningKey,
  signMessage,
} from '@bulkhead/contracts';
import { EstateError, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import { type Composition, composeManifest, Dealer, LIFETIME_MS, ledgerEntry } from './edition.rules.ts';
import type { Shelf, Shelved } from './shelf.actions.ts';

export type IssuingDeps = {
  readonly compartment: string;
  readonly shelf: Shelf;
  readonly signingKey: SigningKey;
  /** Records an entry in the ledger; returns when it is durable there. */
  readonly record: (entry: LedgerRequest) => Promise<unknown>;
  /** The highest number that the ledger knows; asked when nothing stands on the shelf. */
  readonly findHighest: () => Promise<number>;
  readonly now: Now;
  readonly log: Log;
  readonly lifetimeMs?: number;
  /** How many editions are kept to roll back to; 20 unless told. */
  readonly kept?: number;
};

/** Numbers, signs, records and offers what a press made; it is asked for one thing at a time. */
export class Issuing {
  readonly #deps: IssuingDeps;
  readonly #stopping: AbortSignal;
  readonly #dealer = new Dealer();
  readonly #waiting = new Set<() => void>();
  #latest: Shelved | undefined;
  #highest = 0;

  constructor(deps: IssuingDeps, stopping: AbortSignal) {
    this.#deps = deps;
    this.#stopping = stopping;
  }

  get latest(): Shelved | undefined {
    return this.#latest;
  }

  /** Offers what the last process signed, and perhaps recorded [E8]. */
  async takeUp(): Promise<void> {
    const { shelf, findHighest } = this.#deps;
    const pending = await shelf.findPending();
    const newest = (await shelf.listNumbers()).at(-1);
    if (newest !== undefined) this.#offer(await shelf.readEdition(newest));
    this.#highest = Math.max(newest ?? 0, pending?.manifest.number ?? 0);
    if (this.#highest === 0) this.#highest = await findHighest();
    if (pending) await this.#recordAndOffer(pending);
  }

  async finishPending(): Promise<void> {
    const pending = await this.#deps.shelf.findPending();
    if (pending) await this.#recordAndOffer(pending);
  }

  /** Signs a composition under the next number, and offers it once the ledger knows of it. */
  async publish(composition: Composition, why: string): Promise<EditionManifest> {
    const { shelf, signingKey, now, log, lifetimeMs = LIFETIME_MS, compartment } = this.#deps;
    const manifest = composeManifest({ ...composition, compartment }, { highest: this.#highest, now: now(), lifetimeMs });
    const lost = await shelf.findLost(manifest.files);
    if (lost) throw new EstateError('edition.invalid', `composing an edition: the bytes of ${lost.path} are not stored`);
    const parted = this.#dealer.deal(manifest.files);
    if (parted) await shelf.stageParts(parted);
    await shelf.settle();
    const parts = parted?.map(({ part }) => part);
    const signed = signMessage(signingKey, PURPOSES.edition, parts ? { ...manifest, files: [], parts } : manifest);
    this.#highest = manifest.number;
    const shelved = { signed, manifest: parts ? { ...manifest, parts } : manifest };
    await shelf.putPending(shelved);
    log.info({ number: manifest.number, files: manifest.files.length, why }, 'signed an edition');
    await this.#recordAndOffer(shelved);
    return manifest;
  }

  /** Resolves with an edition newer than `after`, or undefined when the time is over. */
  async waitForNewer(after: number, timeoutMs: number, signal: AbortSignal): Promise<Shelved | undefined> {
    const isNewer = () => this.#latest !== undefined && this.#latest.manifest.number > after;
    if (isNewer()) return this.#latest;
    const woken = new AbortController();
    const wake = () => woken.abort();
    this.#waiting.add(wake);
    await sleepMs(timeoutMs, AbortSignal.any([woken.signal, signal, this.#stopping])).catch(() => undefined);
    this.#waiting.delete(wake);
    return isNewer() ? this.#latest : undefined;
  }

  /** The editions that can be rolled back to, newest first. */
  async listKept(): Promise<EditionManifest[]> {
    const { shelf } = this.#deps;
    const kept: EditionManifest[] = [];
    for (const number of (await shelf.listNumbers()).reverse()) kept.push((await shelf.readEdition(number)).manifest);
    return kept;
  }

  /** @throws EstateError `request.not_found` if it is not kept any more */
  async readKept(number: number): Promise<Signed> {
    const { shelf, compartment } = this.#deps;
    if ((await shelf.listNumbers()).includes(number)) return (await shelf.readEdition(number)).signed;
    throw new EstateError('request.not_found', `reading edition ${number} of ${compartment}: it is not kept`);
  }

  prune(): Promise<void> {
    return this.#deps.shelf.prune(this.#deps.kept ?? 20);
  }

  // The ledger knows of an edition before anybody can see it [E7]; a number that was taken is recorded and offered, or offered again.
  async #recordAndOffer({ signed, manifest }: Shelved): Promise<void> {
    const { shelf, record, compartment } = this.#deps;
    await record(ledgerEntry(signed, manifest));
    this.#offer({ signed, manifest });
    await shelf.acceptPending(manifest.number);
    await this.prune();
    this.#deps.log.info({ compartment, number: manifest.number }, 'offering an edition');
  }

  #offer(edition: Shelved): void {
    this.#latest = edition;
    for (const wake of this.#waiting) wake();
  }
}
