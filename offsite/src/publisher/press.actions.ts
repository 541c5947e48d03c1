import {
  type EditionManifest,
  type LedgerRequest,
  PURPOSES,
  type RenderedRound,
  type RenderRequest,
  type Signed,
  type SigningKey,
  signMessage,
} from '@bulkhead/contracts';
import { EstateError, hasCode, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import type { Seen } from '#finding/finding-queue.actions.ts';
import { type Assembled, Assembly, type AssemblyDeps } from './assembly.actions.ts';
import {
  type Composition,
  composeManifest,
  Dealer,
  hasSameFiles,
  isDueForRenewal,
  LIFETIME_MS,
  ledgerEntry,
  requireAllKept,
} from './edition.rules.ts';
import { Renderer } from './renderer.actions.ts';
import type { Shelf, Shelved } from './shelf.actions.ts';
import { fingerprintOf, RowSource, type RowsChange, readPosition } from './source.actions.ts';
import { waitForRows } from './wait.actions.ts';

export type PressDeps = {
  readonly compartment: string;
  readonly tables: readonly string[];
  readonly checkout: string;
  readonly directory: string;
  readonly request: Omit<RenderRequest, 'now'>;
  readonly jail: WirePeer;
  readonly shelf: Shelf;
  readonly assembly: Omit<AssemblyDeps, 'shelf' | 'compartment'>;
  readonly signingKey: SigningKey;
  /** Records an entry in the ledger; returns when it is durable there. */
  readonly record: (entry: LedgerRequest) => Promise<unknown>;
  /** The highest number that the ledger knows; asked when nothing stands on the shelf. */
  readonly findHighest: () => Promise<number>;
  readonly raise: (seen: Seen) => void;
  readonly now: Now;
  readonly log: Log;
  readonly lifetimeMs?: number;
  /** How many editions are kept to roll back to; 20 unless told. */
  readonly kept?: number;
};

type OfRows = 'tables' | 'checkout' | 'directory' | 'request' | 'jail' | 'assembly';

/** A press of an adopted application: what it answers is copied, since nothing of it can be rendered. */
export type CrawlPressDeps = Omit<PressDeps, OfRows> & {
  /** The next copy, if it is time for one and it differs from the last edition. */
  readonly crawl: (
    latest: EditionManifest | undefined,
    signal: AbortSignal,
  ) => Promise<Omit<Composition, 'compartment'> | 'nothing new' | 'not due'>;
};

/** Makes the editions of one compartment: one thing at a time, each number once. */
export class Press {
  readonly #deps: PressDeps | CrawlPressDeps;
  readonly #stopping = new AbortController();
  #latest: Shelved | undefined;
  #highest = 0;
  #isPaused = false;
  #working: Promise<unknown> = Promise.resolve();
  #waiting = new Set<() => void>();
  /** The position of the rows seen last, and when the same rows show something else. */
  #seen: { readonly lsn: string | null; readonly nextAt: Date | null } | undefined;
  /** Rows that were refused as a whole: the same are not tried again. */
  #refused: string | undefined;
  #source: RowSource | undefined;
  /** A renderer and what came of it; gone after every fault, as one that failed is asked nothing more. */
  #line: { readonly renderer: Renderer; readonly assembly: Assembly } | undefined;
  readonly #dealer = new Dealer();
  /** Ends the waiting of who looks again and again. */
  #roused: AbortController | undefined;

  constructor(deps: PressDeps | CrawlPressDeps) {
    this.#deps = deps;
  }

  get compartment(): string {
    return this.#deps.compartment;
  }
  get latest(): Shelved | undefined {
    return this.#latest;
  }
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Takes up where the last process stopped: an edition that was signed, and perhaps recorded, is offered [E8]. */
  open(): Promise<void> {
    return this.#inTurn(async () => {
      const { shelf, findHighest } = this.#deps;
      await shelf.prepare();
      this.#isPaused = await shelf.isPaused();
      const pending = await shelf.findPending();
      const newest = (await shelf.listNumbers()).at(-1);
      if (newest !== undefined) this.#offer(await shelf.readEdition(newest));
      this.#highest = Math.max(newest ?? 0, pending?.manifest.number ?? 0);
      if (this.#highest === 0) this.#highest = await findHighest();
      if (pending) await this.#recordAndOffer(pending);
    });
  }

  /** Looks at the rows, and publishes if what they show is new and approved. */
  refresh(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isPaused) return;
      await this.#finishPending();
      if ('crawl' in this.#deps) return this.#copy(this.#deps);
      const lsn = await readPosition(this.#deps.jail);
      const isDue = this.#seen?.nextAt && this.#seen.nextAt <= this.#deps.now();
      if (lsn !== null && lsn === this.#seen?.lsn && !isDue) return;
      this.#source ??= new RowSource(this.#deps.jail, this.#deps.tables);
      if (this.#line?.renderer.isWorn) await this.#forget();
      if (!this.#line) this.#source.forget();
      const change = await this.#source.read();
      const fingerprint = change.isWhole ? fingerprintOf(change) : undefined;
      const isTried =
        this.#seen &&
        !isDue &&
        ((!change.isWhole && change.changes.length === 0) || (fingerprint && fingerprint === this.#refused));
      const nextAt = isTried ? (this.#seen?.nextAt ?? null) : await this.#publishRows(change);
      this.#refused = fingerprint;
      this.#seen = { lsn, nextAt };
    });
  }

  /** Waits until a look is worth it: more was replayed, the same rows show something else, or somebody lets it go on. */
  async waitForMore(signal: AbortSignal, pollMs: number): Promise<void> {
    this.#roused = new AbortController();
    const ended = AbortSignal.any([signal, this.#roused.signal, this.#stopping.signal]);
    const seen = 'crawl' in this.#deps || this.#isPaused ? undefined : this.#seen;
    if ('crawl' in this.#deps || !seen?.lsn) await sleepMs(pollMs, ended).catch(() => undefined);
    else await waitForRows({ jail: this.#deps.jail, lsn: seen.lsn, nextAt: seen.nextAt, now: this.#deps.now(), pollMs, ended });
  }

  /** Signs the latest edition anew under the next number when half of its time is over. */
  renew(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#finishPending();
      const latest = this.#latest?.manifest;
      if (!latest || !isDueForRenewal(latest, this.#deps.now())) return;
      await this.#publish(latest, 'renewed');
    });
  }

  /**
   * Shows an earlier edition again, under the next number, and pauses: the rows are still those that were rolled back.
   * @throws EstateError `request.not_found` if it is not kept any more
   */
  rollBack(number: number): Promise<EditionManifest> {
    return this.#inTurn(async () => {
      await this.#finishPending();
      const { shelf } = this.#deps;
      if (!(await shelf.listNumbers()).includes(number))
        throw new EstateError('request.not_found', `rolling back to edition ${number}: it is not kept`);
      const { manifest } = await shelf.readEdition(number);
      await this.#setPaused(true);
      return this.#publish(manifest, `rolled back to ${number}`);
    });
  }

  /**
   * Destroys a file that two operators erased, with every earlier edition that shows it.
   * @throws EstateError `compartment.wrong_state` while the public sees it
   */
  eraseFile(sha256: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#finishPending();
      if (this.#latest?.manifest.files.some((file) => file.sha256 === sha256))
        throw new EstateError(
          'compartment.wrong_state',
          `erasing ${sha256} from the editions of ${this.compartment}: the public sees it; take it off the pages first`,
        );
      await this.#deps.shelf.eraseFile(sha256);
    });
  }

  pause(): Promise<void> {
    return this.#inTurn(() => this.#setPaused(true));
  }

  /**
   * Goes on, and looks at the rows anew even if they are those of before. After a recovery the first rendering may lack
   * what its approved difference named as leaving, and nothing else [E11].
   */
  resume({ mayVanish = [] }: { readonly mayVanish?: readonly string[] } = {}): Promise<void> {
    return this.#inTurn(async () => {
      await this.#forget();
      this.#seen = undefined;
      this.#refused = undefined;
      await this.#deps.shelf.setVanishing(mayVanish);
      await this.#setPaused(false);
      this.#roused?.abort();
    });
  }

  /** Renders and checks what a jail holds, and publishes nothing. */
  async renderFrom(jail: WirePeer): Promise<Assembled> {
    const { tables } = this.#renders();
    const rows = await new RowSource(jail, tables).read();
    return this.#inTurn(async () => {
      const line = this.#startLine();
      try {
        return await this.#assemble(line, rows);
      } finally {
        await this.#deps.shelf.settle();
        await line.renderer.close();
        await this.#prune();
      }
    });
  }

  /** Resolves with an edition newer than `after`, or undefined when the time is over. */
  async waitForNewer(after: number, timeoutMs: number, signal: AbortSignal): Promise<Shelved | undefined> {
    const isNewer = () => this.#latest !== undefined && this.#latest.manifest.number > after;
    if (isNewer()) return this.#latest;
    const woken = new AbortController();
    const wake = () => woken.abort();
    this.#waiting.add(wake);
    const ended = AbortSignal.any([woken.signal, signal, this.#stopping.signal]);
    await sleepMs(timeoutMs, ended).catch(() => undefined);
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
    const { shelf } = this.#deps;
    if ((await shelf.listNumbers()).includes(number)) return (await shelf.readEdition(number)).signed;
    throw new EstateError('request.not_found', `reading edition ${number} of ${this.compartment}: it is not kept`);
  }

  /** Bytes of a file of an edition that is kept. */
  openFile(sha256: string) {
    return this.#deps.shelf.openFile(sha256);
  }

  /** @throws EstateError `blob.not_found`, `blob.hash_mismatch` */
  readFile(sha256: string): Promise<Buffer> {
    return this.#deps.shelf.readFile(sha256);
  }

  async close(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    await this.#working.catch(() => undefined);
    await this.#forget();
    await this.#deps.shelf.putInPlace();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#working.then(work, work);
    this.#working = done.catch(() => undefined);
    return done;
  }

  #request(): RenderRequest {
    return { ...this.#renders().request, now: this.#deps.now().toISOString() };
  }

  /** @throws EstateError `request.not_found` for a compartment whose pages are copied */
  #renders(): PressDeps {
    if (!('crawl' in this.#deps)) return this.#deps;
    throw new EstateError('request.not_found', `rendering ${this.#deps.compartment}: its pages are copied, not rendered`);
  }

  async #copy({ crawl, compartment }: CrawlPressDeps): Promise<void> {
    const copied = await crawl(this.#latest?.manifest, this.#stopping.signal);
    // What was stored for nothing goes; what an edition is about to name must not.
    if (copied === 'nothing new') return this.#prune();
    if (copied !== 'not due') await this.#publish({ ...copied, compartment }, 'copied');
  }

  async #setPaused(isPaused: boolean): Promise<void> {
    await this.#deps.shelf.setPaused(isPaused);
    this.#isPaused = isPaused;
  }

  /** @returns when the same rows show something else */
  async #publishRows(rows: RowsChange): Promise<Date | null> {
    const assembled = await this.#assembleNext(rows).catch((error: unknown) => this.#tellRefusal(error, rows));
    if (!assembled) return null;
    const { files, subjects } = assembled;
    if (!this.#latest || !hasSameFiles(this.#latest.manifest.files, files))
      await this.#publish({ compartment: this.#deps.compartment, lsn: rows.lsn, files, subjects }, 'new').catch(
        async (error: unknown) => {
          await this.#forget();
          throw error;
        },
      );
    // Files that the disk damaged were staged, too.
    else await this.#deps.shelf.settle();
    // What had leave to go is gone by now: what is shown yet, or comes back, needs a withdrawal like anything else.
    await this.#deps.shelf.setVanishing([]);
    return assembled.nextAt;
  }

  async #assembleNext(rows: RowsChange): Promise<Assembled & { readonly nextAt: Date | null }> {
    if (rows.isWhole) await this.#forget();
    this.#line ??= this.#startLine();
    const assembled = await this.#assemble(this.#line, rows);
    requireAllKept(this.#latest?.manifest, [...assembled.subjects, ...(await this.#deps.shelf.readVanishing())]);
    return assembled;
  }

  #startLine(): { readonly renderer: Renderer; readonly assembly: Assembly } {
    const { checkout, directory, assembly, shelf, compartment } = this.#renders();
    const renderer = new Renderer({ checkout, directory, request: this.#request(), signal: this.#stopping.signal });
    return { renderer, assembly: new Assembly({ ...assembly, shelf, compartment }) };
  }

  async #assemble(
    { renderer, assembly }: { readonly renderer: Renderer; readonly assembly: Assembly },
    rows: RowsChange,
  ): Promise<Assembled & { readonly nextAt: Date | null }> {
    const rendering = renderer.render(rows.changes, this.#request().now);
    let ended: RenderedRound | undefined;
    await assembly.take(
      (async function* () {
        ended = yield* rendering;
      })(),
    );
    return { ...assembly.list(ended?.files ?? 0), nextAt: ended?.nextAt ? new Date(ended.nextAt) : null };
  }

  /** The next look begins anew, with all rows and another renderer. */
  async #forget(): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    await line?.renderer.close();
  }

  /** The last good edition stays. Unapproved rows are not tried again until they change; a renderer that failed is. */
  async #tellRefusal(error: unknown, rows: RowsChange): Promise<undefined> {
    await this.#forget();
    const isRefusal = hasCode(error, 'edition.unapproved') || hasCode(error, 'edition.invalid');
    if (!(error instanceof EstateError) || !isRefusal || this.#stopping.signal.aborted) throw error;
    this.#deps.log.error({ err: error, lsn: rows.lsn }, 'refusing an edition; the last good one stays');
    this.#deps.raise({
      rule: 'edition.unapproved',
      compartment: this.#deps.compartment,
      summary: `no edition was made of the rows: ${error.message}`.slice(0, 500),
      evidence: { code: error.code, lsn: rows.lsn, published: String(this.#latest?.manifest.number ?? 0) },
    });
    await this.#prune();
    if (error.code === 'edition.invalid') throw error;
    return undefined;
  }

  async #finishPending(): Promise<void> {
    const pending = await this.#deps.shelf.findPending();
    if (pending) await this.#recordAndOffer(pending);
  }

  async #publish(composition: Composition, why: string): Promise<EditionManifest> {
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

  // The ledger knows of an edition before anybody can see it [E7]; a number that was taken is recorded and offered, or offered again.
  async #recordAndOffer({ signed, manifest }: Shelved): Promise<void> {
    const { shelf, record, compartment } = this.#deps;
    await record(ledgerEntry(signed, manifest));
    this.#offer({ signed, manifest });
    await shelf.acceptPending(manifest.number);
    await this.#prune();
    this.#deps.log.info({ compartment, number: manifest.number }, 'offering an edition');
  }

  #offer(edition: Shelved): void {
    this.#latest = edition;
    for (const wake of this.#waiting) wake();
  }

  #prune(): Promise<void> {
    return this.#deps.shelf.prune(this.#deps.kept ?? 20);
  }
}
