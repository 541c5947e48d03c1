import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Base, DecodingCatalog, DecodingHead } from '@bulkhead/contracts';
import { EstateError, type Log, sleepMs } from '@bulkhead/kernel';
import { formatLsn, type Lsn, parseLsn } from '#archive/wal.rules.ts';
import {
  type DecodingNote,
  decodingNoteSchema,
  hasOlderBase,
  isConflict,
  isTriedEnough,
  judgeService,
  listUpTo,
  NOTHING_NOTED,
  newestOf,
  REBUILDS_LIMIT,
  TRIED_LIMIT,
} from './decoding.rules.ts';
import { DecodingConnection, dropSlot, readDecodingCatalog, readMark, readSlot, type SlotState } from './decoding.store.ts';
import { streamLines } from './decoding-stream.actions.ts';
import { type Cleaning, isBeyond } from './horizon.rules.ts';
import { JailSession } from './session.store.ts';

const POLL_MS = 20;
const APPEAR_MS = 60_000;
const GATE_POLL_MS = 50;
/** Replay waits so long for somebody to read, and for a reader that does not go on. */
const UNREAD_MS = 15_000;
const STALLED_MS = 30_000;
const MARK_POLLS = 50;
const RECONNECT_MS = 1_500;
const CUTS_LIMIT = 4;
const PAGE_HEADER_BYTES = 40n;

/** Where a jail's cluster is, and what it was built from. */
export type DecodingPlace = {
  readonly socketDirectory: string;
  readonly compartment: string;
  readonly systemId: string;
  readonly timeline: number;
  readonly base: string | null;
};

export type DecodingAsked = {
  readonly place: DecodingPlace;
  readonly after: Lsn;
  /** The archive's bases of this cluster. */
  readonly bases: readonly Base[];
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** The jail must be built anew. */
  readonly onBehind: () => void;
};

/** A jail's logical slot and its one reader. */
export class Decoding {
  readonly #path: string;
  readonly #log: Log;
  #note: DecodingNote = NOTHING_NOTED;
  #creating: Promise<void> | undefined;
  #failure: unknown;
  /** The cluster came up, and whether its slot serves or another is made is not settled: a slot that is missing is not lost. */
  #isComingUp = false;
  #connection: DecodingConnection | undefined;
  /** From where on the slot needed the catalog when last asked: it never needs less. */
  #needed: number | undefined;
  #isClosed = false;
  /** A build from an older state was asked for and has not begun. */
  #isBehind = false;
  /** All before a place where old rows of the catalog go was told, and the slot needs them still: no older state gets past it. */
  #isExhausted = false;
  /** Replay waited for the slot to be made, and what that needs did not come: it stands behind. */
  #isInVain = false;
  /** Where the stream began that has told nothing yet that was confirmed. */
  #servedFrom: Lsn | undefined;

  constructor(directory: string, log: Log) {
    this.#path = join(directory, 'decoding.json');
    this.#log = log;
  }

  async load(): Promise<void> {
    this.#isClosed = false;
    this.#isComingUp = true;
    this.#isBehind = false;
    this.#isExhausted = false;
    this.#servedFrom = undefined;
    this.#needed = undefined;
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    const parsed = text === '' ? undefined : decodingNoteSchema.safeParse(JSON.parse(text));
    this.#note = parsed?.success ? parsed.data : NOTHING_NOTED;
  }

  /** The position at or before which a new build should begin, and the bases not worth another attempt. */
  get wanted(): { readonly lsn: Lsn | undefined; readonly tried: readonly string[] } {
    const { wantedLsn, tried } = this.#note;
    return { lsn: wantedLsn === null ? undefined : parseLsn(wantedLsn), tried };
  }

  /** Whether the slot that was made earlier stands and can serve. */
  async isSound(place: Pick<DecodingPlace, 'socketDirectory' | 'compartment'>): Promise<boolean> {
    const slot = await this.#withSession(place, readSlot);
    const isSound =
      this.#note.slot !== null && slot !== undefined && slot.reason === undefined && slot.confirmedLsn !== undefined;
    if (isSound) this.#isComingUp = false;
    return isSound;
  }

  /**
   * Makes the slot in a cluster that has none. Resolves when it holds WAL back; it can be streamed from later, when the
   * WAL has told which transactions were running.
   * @param isAtBase whether the cluster stands where its base ends: else the same base, built anew, reaches further back
   * @throws EstateError `postgres.query_failed`, `history.lost`
   */
  async beginSlot(place: DecodingPlace, isAtBase: boolean): Promise<void> {
    this.#failure = undefined;
    this.#isComingUp = true;
    const connection = await this.#openEmpty(place).finally(() => {
      this.#isComingUp = false;
    });
    this.#isInVain = false;
    const creating = connection
      .createSlot()
      .then(async (lsn) => {
        const startLsn = formatLsn(lsn);
        await this.#write({ ...this.#note, slot: { base: isAtBase ? place.base : null, startLsn } });
        this.#log.info({ compartment: place.compartment, startLsn }, 'decoding can begin');
      })
      .catch(async (error: unknown) => {
        this.#failure = error;
        this.#log.warn({ err: error, compartment: place.compartment }, 'making the slot of history failed');
        if (isAtBase && this.#isInVain && isConflict(error)) await this.#giveUp([place.base]);
      })
      .finally(() => {
        connection.destroy();
        this.#creating = undefined;
      });
    this.#creating = creating;
    await this.#untilReserving(place, creating);
  }

  async #openEmpty(place: DecodingPlace): Promise<DecodingConnection> {
    await this.#write({ ...this.#note, slot: null });
    await this.#withSession(place, dropSlot);
    return DecodingConnection.open(place.socketDirectory, place.compartment);
  }

  /** Resolves when the slot can be streamed from, or could not be made. */
  async settled(): Promise<void> {
    await this.#creating;
  }

  /**
   * Decoded lines after a position as NDJSON, until the caller leaves; a reader before this one is sent away.
   * @throws EstateError `history.behind` when the jail must be built anew to serve: `onBehind` was called
   */
  async open(options: DecodingAsked): Promise<AsyncGenerator<Buffer>> {
    const { place, after } = options;
    if (this.#isBehind) throw new EstateError('history.behind', 'decoding: the jail begins again from an older state');
    const isComingUp = this.#isComingUp || this.#creating !== undefined;
    const slot = await this.#withSession(place, readSlot);
    const told = this.#note.slot;
    if (this.#creating || isComingUp)
      throw new EstateError('compartment.wrong_state', 'decoding: the slot waits for a place in the WAL to begin at');
    if (slot === undefined || slot.reason !== undefined || slot.confirmedLsn === undefined || told === null) {
      throw await this.#mend(options, slot);
    }
    // Whatever could not be waited for, it outlived.
    this.#isExhausted = false;
    const startLsn = parseLsn(told.startLsn);
    const mayBuild = this.#note.rebuilds < REBUILDS_LIMIT;
    const hasOlder = mayBuild && hasOlderBase(options.bases, this.#note, startLsn);
    const service = judgeService({ after, confirmedLsn: slot.confirmedLsn, startLsn, hasOlder, mayBuild });
    if (service.kind === 'rebuild') {
      const isTried = slot.confirmedLsn <= startLsn;
      await this.#fallBehind(place, after, { slot, isTried }, options.onBehind);
      throw new EstateError(
        'history.behind',
        `decoding: what was committed after ${formatLsn(after)} stands in an older state; the jail is built anew`,
      );
    }
    await this.#write({ ...this.#note, wantedLsn: formatLsn(after) });
    this.#servedFrom = service.fromLsn;
    this.#connection?.destroy();
    const connection = await DecodingConnection.open(place.socketDirectory, place.compartment);
    this.#connection = connection;
    options.signal.addEventListener('abort', () => connection.destroy(), { once: true });
    await this.#startWhenFree(connection, service.fromLsn);
    const head: DecodingHead = {
      from: formatLsn(service.fromLsn),
      systemId: place.systemId,
      timeline: place.timeline,
      base: place.base as DecodingHead['base'],
    };
    return streamLines(connection, head, this.#log);
  }

  /**
   * Waits until the slot needs no row of the catalog that is cleaned away: decoding has come up to there then. In vain if
   * nobody reads it, or does not go on: then the slot is lost, and made again from an older state.
   */
  async untilFree(place: Pick<DecodingPlace, 'socketDirectory' | 'compartment'>, cleaning: Cleaning): Promise<void> {
    const { horizon, database, behindLsn, listLsn } = cleaning;
    if (this.#needed !== undefined && isBeyond(this.#needed, horizon)) return;
    let confirmed = -1n;
    let cuts = 0;
    let cutAtMs = 0;
    for (let movedAtMs = performance.now(); !this.#isClosed; await sleepMs(GATE_POLL_MS)) {
      if (performance.now() - movedAtMs > this.#patienceMs) break;
      const asked = await this.#withSession(place, readSlot).then(
        (slot) => ({ slot }),
        () => undefined,
      );
      if (!asked) continue;
      const { slot } = asked;
      if (slot?.catalogXmin === undefined || slot.reason !== undefined) return;
      if (database !== 0 && slot.database !== undefined && database !== slot.database) return;
      if (isBeyond(slot.catalogXmin, horizon)) {
        if (!(await this.#isInForce(place, slot))) continue;
        this.#needed = slot.catalogXmin;
        return;
      }
      // A slot is made at a list of running transactions: the next one stands behind what it does not outlive.
      if (this.#creating && BigInt(listLsn) < (slot.restartLsn ?? 0n)) break;
      const now = slot.confirmedLsn ?? -1n;
      if (now > confirmed) movedAtMs = performance.now();
      confirmed = now;
      // All is confirmed, but the slot remembers one candidate at a time: reading again, it sees how far it may go.
      const isDone = confirmed + PAGE_HEADER_BYTES >= BigInt(behindLsn);
      if (!isDone || !this.#connection || performance.now() - cutAtMs < RECONNECT_MS) continue;
      if (cuts >= CUTS_LIMIT) {
        this.#isExhausted = true;
        break;
      }
      cuts += 1;
      cutAtMs = performance.now();
      movedAtMs = cutAtMs;
      this.#connection.destroy();
      this.#connection = undefined;
    }
    this.#isInVain = this.#creating !== undefined;
    this.#log.warn({ compartment: place.compartment, horizon }, 'decoding does not come far enough: its slot may be lost');
  }

  get #patienceMs(): number {
    return this.#connection || this.#creating ? STALLED_MS : UNREAD_MS;
  }

  /** The server shows what a slot needs a moment before it goes by it: not before it hears the next word of its reader. */
  async #isInForce(place: Pick<DecodingPlace, 'socketDirectory'>, { isActive }: SlotState): Promise<boolean> {
    if (this.#creating || !isActive) return true;
    const connection = this.#connection;
    const mark = connection?.mark();
    for (let left = MARK_POLLS; mark !== undefined && left > 0 && connection === this.#connection; left -= 1) {
      const heard = await this.#withSession(place, readMark).catch(() => undefined);
      if (heard !== undefined && heard >= mark) return true;
      await sleepMs(POLL_MS);
    }
    return false;
  }

  async confirm(lsn: Lsn): Promise<void> {
    this.#connection?.confirm(lsn);
    if (this.#servedFrom !== undefined && lsn > this.#servedFrom) {
      this.#servedFrom = undefined;
      return this.#write({ ...this.#note, wantedLsn: formatLsn(lsn), tried: [], rebuilds: 0 });
    }
    // Seldom enough: a build that begins earlier than it must only decodes more.
    const noted = this.#note.wantedLsn;
    if (noted === null || lsn - parseLsn(noted) > 1_048_576n) await this.#write({ ...this.#note, wantedLsn: formatLsn(lsn) });
  }

  catalog(place: Pick<DecodingPlace, 'socketDirectory' | 'compartment'>): Promise<DecodingCatalog> {
    return this.#withSession(place, readDecodingCatalog, place.compartment);
  }

  /** A slot must not go along into an image: it would hold WAL back for ever. */
  async remove(place: Pick<DecodingPlace, 'socketDirectory' | 'compartment'>): Promise<void> {
    await this.close();
    for (let left = 250; left > 0; left -= 1) {
      await this.#withSession(place, dropSlot);
      if ((await this.#withSession(place, readSlot)) === undefined) break;
      await sleepMs(POLL_MS);
    }
    await this.#write({ ...this.#note, slot: null });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#connection?.destroy();
    this.#connection = undefined;
  }

  /** A slot that was lost is made again: on an older state if that may help, else here. Gives why nothing is told now. */
  async #mend({ place, after, bases, onBehind }: DecodingAsked, slot: SlotState | undefined): Promise<unknown> {
    const newest = newestOf(bases);
    // No base begins behind the place: the slot does, where it stands.
    const isLast = this.#isExhausted && (newest === undefined || newest.id === place.base);
    const isDark = slot?.reason === 'wal_level_insufficient';
    if (isLast) {
      this.#isExhausted = false;
      await this.#giveUp(bases.map(({ id }) => id));
    }
    // Nor does any state from before it get past WAL that says too little.
    if (isDark) await this.#giveUp(listUpTo(bases, slot.confirmedLsn ?? after));
    const isHopeless = isDark || isLast || this.#failure !== undefined;
    if (!isHopeless && this.#note.rebuilds < REBUILDS_LIMIT) {
      // The next build begins at the newest base: what lies before it is told as a gap.
      if (this.#isExhausted) await this.#giveUp(bases.filter((base) => base !== newest).map(({ id }) => id));
      // Else it was lost by the way, unread for long or cut short: that says nothing of its base.
      const isTried = !this.#isExhausted && isTriedEnough(this.#note);
      await this.#fallBehind(place, after, { slot, isTried }, onBehind);
      return new EstateError('history.behind', 'decoding: the slot is lost; the jail begins again from another state');
    }
    const failure =
      this.#failure ?? new EstateError('history.lost', `decoding: the slot was lost: ${slot?.reason ?? 'there is none'}`);
    if (!this.#creating) await this.beginSlot(place, false).catch(() => undefined);
    return failure;
  }

  /** No slot that begins at one of these can tell what is wanted. */
  async #giveUp(bases: readonly DecodingPlace['base'][]): Promise<void> {
    const tried = [...new Set([...this.#note.tried, ...bases])].filter((base) => base !== null);
    await this.#write({ ...this.#note, tried: tried.slice(-TRIED_LIMIT) });
  }

  async #fallBehind(
    place: DecodingPlace,
    after: Lsn,
    { slot, isTried }: { readonly slot: SlotState | undefined; readonly isTried: boolean },
    onBehind: () => void,
  ): Promise<void> {
    // A slot that was begun further on says nothing of what its base could tell.
    const { base } = this.#note.slot ?? place;
    this.#isBehind = true;
    if (isTried) await this.#giveUp([base]);
    this.#log.warn(
      { compartment: place.compartment, after: formatLsn(after), reason: slot?.reason, base },
      'the slot cannot tell what history asks for',
    );
    await this.#write({ ...this.#note, wantedLsn: formatLsn(after), rebuilds: this.#note.rebuilds + 1 });
    onBehind();
  }

  async #untilReserving(place: DecodingPlace, creating: Promise<void>): Promise<void> {
    let isOver = false;
    void creating.then(() => {
      isOver = true;
    });
    for (let waitedMs = 0; waitedMs < APPEAR_MS && !isOver; waitedMs += POLL_MS) {
      const slot = await this.#withSession(place, readSlot);
      if (slot?.restartLsn !== undefined && slot.catalogXmin !== undefined) return;
      await sleepMs(POLL_MS);
    }
    if (this.#failure) throw this.#failure;
  }

  // The server notices a little later that the reader before has gone.
  async #startWhenFree(connection: DecodingConnection, after: Lsn): Promise<void> {
    try {
      for (let left = 100; ; left -= 1) {
        try {
          return await connection.start(after);
        } catch (error) {
          const isTaken = error instanceof EstateError && /55006/.test(String(error.cause));
          if (!isTaken || left === 0) throw error;
          await connection.settle();
          await sleepMs(POLL_MS);
        }
      }
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  async #withSession<Result>(
    { socketDirectory }: Pick<DecodingPlace, 'socketDirectory'>,
    work: (session: JailSession) => Promise<Result>,
    // Slots are the cluster's: they are seen from any database.
    database = 'postgres',
  ): Promise<Result> {
    const session = await JailSession.open(socketDirectory, database);
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  }

  async #write(note: DecodingNote): Promise<void> {
    this.#note = note;
    await writeFile(`${this.#path}.tmp`, JSON.stringify(note), { mode: 0o600 });
    await rename(`${this.#path}.tmp`, this.#path);
  }
}
