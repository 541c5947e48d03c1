import type { EditionManifest, Signed } from '@bulkhead/contracts';
import { EstateError, hasCode, sleepMs } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import type { Assembled } from './assembly.actions.ts';
import { type Composition, hasSameFiles, isDueForRenewal, requireAllKept } from './edition.rules.ts';
import { Issuing, type IssuingDeps } from './issuing.actions.ts';
import { type Made, Making, type MakingDeps } from './making.actions.ts';
import type { Shelved } from './shelf.actions.ts';
import { fingerprintOf, RowSource, type RowsChange, readPosition } from './source.actions.ts';
import { waitForRows } from './wait.actions.ts';

export type PressDeps = IssuingDeps &
  MakingDeps & {
    readonly tables: readonly string[];
    readonly jail: WirePeer;
  };

type OfRows = 'tables' | 'checkout' | 'directory' | 'request' | 'jail' | 'assembly';

/** A press of a compartment whose answers are copied, since its pages cannot be rendered from rows, or are too many for it. */
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
  readonly #issuing: Issuing;
  #isPaused = false;
  #working: Promise<unknown> = Promise.resolve();
  /** The position of the rows seen last, and when the same rows show something else. */
  #seen: { readonly lsn: string | null; readonly nextAt: Date | null } | undefined;
  /** Rows that were refused as a whole: the same are not tried again. */
  #refused: string | undefined;
  #source: RowSource | undefined;
  /** None where pages are copied. */
  readonly #making: Making | undefined;
  /** Ends the waiting of who looks again and again. */
  #roused: AbortController | undefined;

  constructor(deps: PressDeps | CrawlPressDeps) {
    this.#deps = deps;
    this.#issuing = new Issuing(deps, this.#stopping.signal);
    this.#making = 'crawl' in deps ? undefined : new Making(deps, this.#stopping.signal);
  }

  get compartment(): string {
    return this.#deps.compartment;
  }
  get latest(): Shelved | undefined {
    return this.#issuing.latest;
  }
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Takes up where the last process stopped: an edition that was signed, and perhaps recorded, is offered [E8]. */
  open(): Promise<void> {
    return this.#inTurn(async () => {
      const { shelf } = this.#deps;
      await shelf.prepare();
      this.#isPaused = await shelf.isPaused();
      await this.#issuing.takeUp();
    });
  }

  /** Looks at the rows, and publishes if what they show is new and approved. */
  refresh(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isPaused) return;
      await this.#issuing.finishPending();
      if ('crawl' in this.#deps) return this.#copy(this.#deps);
      const lsn = await readPosition(this.#deps.jail);
      const isDue = this.#seen?.nextAt && this.#seen.nextAt <= this.#deps.now();
      if (lsn !== null && lsn === this.#seen?.lsn && !isDue) return;
      this.#source ??= new RowSource(this.#deps.jail, this.#deps.tables);
      await this.#making?.refresh();
      if (!this.#making?.isBegun) this.#source.forget();
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
      await this.#issuing.finishPending();
      const latest = this.latest?.manifest;
      if (!latest || !isDueForRenewal(latest, this.#deps.now())) return;
      await this.#issuing.publish(latest, 'renewed');
    });
  }

  /**
   * Shows an earlier edition again, under the next number, and pauses: the rows are still those that were rolled back.
   * @throws EstateError `request.not_found` if it is not kept any more
   */
  rollBack(number: number): Promise<EditionManifest> {
    return this.#inTurn(async () => {
      await this.#issuing.finishPending();
      const { shelf } = this.#deps;
      if (!(await shelf.listNumbers()).includes(number))
        throw new EstateError('request.not_found', `rolling back to edition ${number}: it is not kept`);
      const { manifest } = await shelf.readEdition(number);
      await this.#setPaused(true);
      return this.#issuing.publish(manifest, `rolled back to ${number}`);
    });
  }

  /**
   * Destroys a file that two operators erased, with every earlier edition that shows it.
   * @throws EstateError `compartment.wrong_state` while the public sees it
   */
  eraseFile(sha256: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#issuing.finishPending();
      if (this.latest?.manifest.files.some((file) => file.sha256 === sha256))
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
      this.#making?.forgetErased();
      await this.#deps.shelf.setVanishing(mayVanish);
      await this.#setPaused(false);
      this.#roused?.abort();
    });
  }

  /** Renders and checks what a jail holds, and publishes nothing. */
  async renderFrom(jail: WirePeer): Promise<Assembled> {
    const { tables, making } = this.#renders();
    const rows = await new RowSource(jail, tables).read();
    return this.#inTurn(async () => {
      try {
        return await making.makeApart(rows);
      } finally {
        await this.#deps.shelf.settle();
        await this.#issuing.prune();
      }
    });
  }

  /** Resolves with an edition newer than `after`, or undefined when the time is over. */
  waitForNewer(after: number, timeoutMs: number, signal: AbortSignal): Promise<Shelved | undefined> {
    return this.#issuing.waitForNewer(after, timeoutMs, signal);
  }

  /** The editions that can be rolled back to, newest first. */
  listKept(): Promise<EditionManifest[]> {
    return this.#issuing.listKept();
  }

  /** @throws EstateError `request.not_found` if it is not kept any more */
  readKept(number: number): Promise<Signed> {
    return this.#issuing.readKept(number);
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

  /** @throws EstateError `request.not_found` for a compartment whose pages are copied */
  #renders(): { readonly tables: readonly string[]; readonly making: Making } {
    if (!('crawl' in this.#deps) && this.#making) return { tables: this.#deps.tables, making: this.#making };
    throw new EstateError('request.not_found', `rendering ${this.#deps.compartment}: its pages are copied, not rendered`);
  }

  async #copy({ crawl, compartment }: CrawlPressDeps): Promise<void> {
    const copied = await crawl(this.latest?.manifest, this.#stopping.signal);
    // What was stored for nothing goes; what an edition is about to name must not.
    if (copied === 'nothing new') return this.#issuing.prune();
    if (copied !== 'not due') await this.#issuing.publish({ ...copied, compartment }, 'copied');
  }

  async #setPaused(isPaused: boolean): Promise<void> {
    await this.#deps.shelf.setPaused(isPaused);
    this.#isPaused = isPaused;
  }

  /** @returns when the same rows show something else */
  async #publishRows(rows: RowsChange): Promise<Date | null> {
    const assembled = await this.#makeNext(rows).catch((error: unknown) => this.#tellRefusal(error, rows));
    if (!assembled) return null;
    const { files, subjects, lsn } = assembled;
    if (!this.latest || !hasSameFiles(this.latest.manifest.files, files))
      await this.#issuing
        .publish({ compartment: this.compartment, lsn, files, subjects }, 'new')
        .catch(async (error: unknown) => {
          await this.#forget();
          throw error;
        });
    // Files that the disk damaged were staged, too.
    else await this.#deps.shelf.settle();
    // What had leave to go is gone by now: what is shown yet, or comes back, needs a withdrawal like anything else.
    await this.#deps.shelf.setVanishing([]);
    return assembled.nextAt;
  }

  async #makeNext(rows: RowsChange): Promise<Made & { readonly lsn: string }> {
    const readAll = async () => {
      this.#source?.forget();
      return (await this.#source?.read()) ?? rows;
    };
    const made = await this.#renders().making.make(rows, readAll);
    requireAllKept(this.latest?.manifest, [...made.subjects, ...(await this.#deps.shelf.readVanishing())]);
    return made;
  }

  /** The next look begins anew, with all rows and another renderer. */
  async #forget(): Promise<void> {
    await this.#making?.forget();
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
      evidence: { code: error.code, lsn: rows.lsn, published: String(this.latest?.manifest.number ?? 0) },
    });
    await this.#issuing.prune();
    if (error.code === 'edition.invalid') throw error;
    return undefined;
  }
}
