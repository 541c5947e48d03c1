import type {
  Base,
  CompartmentStream,
  JoinStream,
  ReceiverState,
  StreamSeal,
  UnsealedStream,
  UnsealStream,
} from '@bulkhead/contracts';
import { EstateError, hasCode, type Log } from '@bulkhead/kernel';
import { Lineage } from '#archive/lineage.actions.ts';
import { formatLsn, type Lsn, parseLsn, segmentStart } from '#archive/wal.rules.ts';
import { ArchiveKeeper } from './archive-keeper.actions.ts';
import { BaseKeeper } from './base-keeper.actions.ts';
import { layBeginning, NOTHING } from './branch.actions.ts';
import { describeFault, type Fault, isGrave } from './fault.rules.ts';
import { inspectCluster, type Joined, type JoinPoint, requireJoinedCluster } from './join.actions.ts';
import type { Feedback } from './message.rules.ts';
import { type ArchiveSource, type CompartmentSource, openStored, type Stored } from './open.actions.ts';
import { RecordKeeper } from './record-keeper.actions.ts';
import { askIdentity, type ReplicationConnection, type ReplicationPeer, type ServerIdentity } from './replication.store.ts';
import { keepReserve } from './room.actions.ts';
import { describeSeal, NEW_RECORD, type StreamRecord, tellSeal, tellStream } from './state.actions.ts';
import { StreamKeeper } from './stream-keeper.actions.ts';
import { WalTail } from './tail.actions.ts';

const SLOT = 'offsite';
/** What a person must mend before a compartment is received: the others go on. */
const HALTING: ReadonlySet<string> = new Set(['archive.damaged', 'archive.key_missing']);
type Options = { readonly source: CompartmentSource; readonly archive: ArchiveSource; readonly log: Log };

/** One compartment's stream and archive: the only writer of its directory. */
export class CompartmentReceiver {
  readonly name: string;
  readonly #options: Options;
  readonly #record: RecordKeeper;
  readonly #stream: StreamKeeper;
  readonly #bases: BaseKeeper;
  readonly #keeper: ArchiveKeeper | undefined;
  readonly #watchers = new Set<() => void>();
  #joined: Joined | undefined;
  #isCut = false;
  #isStopped = false;
  #halted: EstateError | undefined;
  #damage: Fault | undefined;

  private constructor(options: Options, { record, held, joined }: Stored) {
    const { log } = options;
    const { name, directory, now } = options.archive;
    this.name = name;
    this.#options = options;
    this.#record = new RecordKeeper({ name, directory, now, record });
    this.#bases = new BaseKeeper({
      name,
      source: () => this.#baseSource(),
      now,
      log,
      onRestorable: () => this.#stream.acknowledge(),
    });
    this.#stream = new StreamKeeper({
      name,
      slot: SLOT,
      directory,
      now,
      log,
      isAccepting: () => this.#isAccepting(),
      peer: () => this.#peer(),
      admit: (connection, identity) => this.#admit(connection, identity),
      mayAcknowledge: (durableLsn) => this.#bases.mayAcknowledge(durableLsn),
      onCompared: () => this.#ensureBase(),
    });
    this.#keeper = held && this.#createKeeper(held);
    if (!joined) return;
    this.#joined = { lineage: joined.lineage, tail: this.#openTail(joined.lineage, joined.timeline, joined.endLsn) };
    if (!options.archive.isReadOnly) this.#compress(joined.lineage);
  }

  /** Opens a compartment's archive and, unless it is sealed or damaged, begins to stream. */
  static async open(options: Options): Promise<CompartmentReceiver> {
    const stored = await openStored(options.archive).catch((error: unknown) => {
      if (error instanceof EstateError && HALTING.has(error.code)) return error;
      throw error;
    });
    if (stored instanceof EstateError) return CompartmentReceiver.#halt(options, stored);
    const receiver = new CompartmentReceiver(options, stored);
    if (options.archive.isReadOnly) return receiver;
    await keepReserve(options.archive.directory);
    receiver.#stream.resume();
    return receiver;
  }

  // One damaged archive must not stop the other compartments' streams; its own waits for a person.
  static #halt(options: Options, error: EstateError): CompartmentReceiver {
    const receiver = new CompartmentReceiver(options, { record: NEW_RECORD, held: undefined, joined: undefined });
    receiver.#halted = error;
    receiver.#damage = describeFault(error, options.archive.now());
    options.log.error({ err: error, compartment: options.archive.name }, 'this compartment is not received');
    return receiver;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stream.cut();
    this.#bases.cut();
    await this.#stream.settle();
    await this.#bases.settle();
    await this.#record.settle();
    await this.#keeper?.settle();
    await this.#joined?.tail.close();
    await this.#joined?.lineage.settle();
  }

  /** The archive as it stands, for those who read it. */
  get archive(): { readonly lineage: Lineage; readonly timeline: number; readonly durableLsn: Lsn } | undefined {
    if (!this.#joined) return undefined;
    const { lineage, tail } = this.#joined;
    return { lineage, timeline: tail.timeline, durableLsn: tail.durableLsn };
  }

  /** Calls `watcher` whenever more is durable or another timeline was joined; gives what ends that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  status(): CompartmentStream {
    const { headquartersLsn, lastMessageAt } = this.#stream;
    const fault = this.#stream.fault ?? this.#bases.fault ?? this.#damage;
    const tail = this.#joined?.tail;
    return tellStream({
      name: this.name,
      state: this.#state(),
      record: this.#record.current,
      tail,
      fault,
      headquartersLsn,
      lastMessageAt,
    });
  }

  /** What stands in the archive. @throws EstateError `archive.damaged` where it cannot be opened */
  get keeper(): ArchiveKeeper {
    if (this.#keeper) return this.#keeper;
    throw this.#halted ?? new EstateError('archive.damaged', `reading the archive of ${this.name}: it cannot be opened`);
  }

  /**
   * Ends the acceptance of WAL in this very turn; resolves when what was written is durable and the seal is recorded.
   * @throws EstateError `order.stale`, `archive.damaged`
   */
  async seal(epoch: number): Promise<StreamSeal> {
    this.#refuseHalted();
    this.#record.orderSeal(epoch);
    this.#cut();
    return this.#record.inTurn(async () => {
      this.#record.refuseStale(epoch);
      const known = this.#record.current.seal;
      if (known) {
        if (epoch > this.#record.current.epoch) await this.#record.save({ epoch });
        return tellSeal(known);
      }
      const tail = this.#joined?.tail;
      await tail?.freeze().catch((error: Error) => this.#complain(error, 'making the last WAL durable failed'));
      const seal = describeSeal(tail, epoch, this.#options.archive.now());
      await this.#record.saveSeal(seal);
      this.#stream.clearFault();
      return tellSeal(seal);
    });
  }

  /**
   * Goes on with the same timeline after a seal. Commits that headquarters made past the seal, and told nobody of, are
   * accepted with it.
   * @throws EstateError `order.stale`, `compartment.wrong_state`, `receiver.wrong_cluster`
   */
  async unseal({ epoch, password }: UnsealStream): Promise<UnsealedStream> {
    this.#refuseHalted();
    this.#record.requireYounger(epoch);
    const { seal } = this.#record.current;
    if (!seal) throw new EstateError('compartment.wrong_state', `unsealing the stream of ${this.name}: it is not sealed`);
    const identity = await askIdentity(this.#peer({ password })).catch(() => undefined);
    if (identity) requireJoinedCluster(this.name, this.#record.current, identity);
    return this.#record.inTurn(async () => {
      this.#record.requireYounger(epoch);
      if (this.#record.current.seal !== seal)
        throw new EstateError('order.stale', `unsealing the stream of ${this.name}: its seal changed meanwhile`);
      await this.#record.save({ epoch, passwords: this.#record.passwordsWith(password), ...this.#record.lift('unseal') });
      await this.#reopenTail();
      return {
        lsn: seal.lsn,
        headquartersLsn: identity ? formatLsn(identity.flushedLsn) : null,
        acceptedBeyondSeal: !identity || seal.lsn === null || identity.flushedLsn > parseLsn(seal.lsn),
      };
    });
  }

  /**
   * Goes on from a restored cluster, or past a gap. The cluster must answer now. The same order again changes nothing.
   * @throws EstateError `order.stale`, `compartment.wrong_state`, `receiver.wrong_cluster`, `archive.gap`, `receiver.stream_broken`
   */
  async join(asked: JoinStream): Promise<{ systemId: string; timeline: number; fromLsn: string }> {
    this.#refuseHalted();
    const done = this.#record.findJoin(asked);
    if (done) return done;
    this.#requireJoinable(asked.epoch);
    const held = { joined: this.#joined, ends: this.#record.ends() };
    const point = await inspectCluster(this.#peer(asked), SLOT, asked, held);
    return this.#record.inTurn(async () => {
      this.#requireJoinable(asked.epoch);
      this.#cut();
      await this.#enter(asked, point, this.#record.changesOfJoin(asked, point)).catch(async (error: unknown) => {
        if (!this.#record.current.seal) await this.#reopenTail();
        throw error;
      });
      this.#reopen();
      return { systemId: asked.systemId, timeline: asked.timeline, fromLsn: formatLsn(point.fromLsn) };
    });
  }

  /** A timeline number that no restore of this compartment had before [A5]. */
  allotTimeline(): Promise<number> {
    this.#refuseHalted();
    return this.#record.inTurn(async () => {
      const timeline = this.#newestTimeline() + 1;
      await this.#record.save({ allottedTimeline: timeline });
      return timeline;
    });
  }

  /** @throws EstateError `receiver.sealed`, `receiver.base_failed`, `disk.full`, `receiver.stream_broken` */
  takeBase(): Promise<Base> {
    return this.#bases.take();
  }

  /** What jailed standbys still need; headquarters keeps it. Undefined while nobody knows: it keeps what it does. */
  setFeedback(feedback: Feedback | undefined): void {
    this.#stream.forward(feedback);
  }

  /** The tail to go on with; the first cluster that ever answers becomes the joined one. */
  async #admit(connection: ReplicationConnection, identity: ServerIdentity): Promise<WalTail> {
    requireJoinedCluster(this.name, this.#record.current, identity);
    const slotLsn = await connection.ensureSlot(SLOT);
    if (this.#joined) return this.#joined.tail;
    const history = identity.timeline > 1 ? await connection.readHistory(identity.timeline) : undefined;
    return this.#record.inTurn(async () => {
      this.#requireAccepting();
      const fromLsn = segmentStart(slotLsn ?? identity.flushedLsn);
      const point = { fromLsn, beginning: NOTHING, history, gapFrom: undefined };
      return this.#enter({ ...identity, epoch: this.#record.current.epoch }, point, {});
    });
  }

  // History and beginning before record: a record must only name a timeline whose way back is known [A1, A23].
  async #enter(
    { systemId, timeline, epoch }: { readonly systemId: string; readonly timeline: number; readonly epoch: number },
    { fromLsn, beginning, history }: JoinPoint,
    changes: Partial<StreamRecord>,
  ): Promise<WalTail> {
    const old = this.#joined;
    const lineage = old?.lineage.systemId === systemId ? old.lineage : await this.#openLineage(systemId);
    if (history) await lineage.storeHistory(timeline, history);
    await old?.tail.close();
    await layBeginning(lineage, timeline, fromLsn, beginning);
    const joinedAt = this.#options.archive.now().toISOString();
    const joins = [...this.#record.current.joins, { systemId, timeline, fromLsn: formatLsn(fromLsn), epoch, joinedAt }];
    await this.#record.save({ ...changes, systemId, timeline, joins });
    const tail = this.#openTail(lineage, timeline, fromLsn + BigInt(beginning.length));
    this.#joined = { lineage, tail };
    this.#bases.forget();
    this.#tellWatchers();
    return tail;
  }

  #openLineage(systemId: string): Promise<Lineage> {
    const { directory, ranMs } = this.#options.archive;
    return Lineage.open(directory, systemId, { keys: this.keeper.keys, ranMs });
  }

  #createKeeper(held: NonNullable<Stored['held']>): ArchiveKeeper {
    return new ArchiveKeeper({
      ...held,
      source: this.#options.archive,
      joined: () => this.#joined,
      ends: () => this.#record.ends(),
      newestTimeline: () => this.#newestTimeline(),
      log: this.#options.log,
    });
  }

  #openTail(lineage: Lineage, timeline: number, endLsn: Lsn): WalTail {
    return new WalTail({
      lineage,
      timeline,
      endLsn,
      onDurable: () => {
        this.#stream.acknowledge();
        this.#tellWatchers();
      },
      onFailure: (error) => this.#stream.fail(error),
      onComplete: () => this.#compress(lineage),
    });
  }

  #compress(lineage: Lineage): void {
    lineage.compressAll().catch((error: Error) => {
      this.#complain(error, 'packing segments failed');
      if (hasCode(error, 'archive.damaged')) this.#damage = describeFault(error, this.#options.archive.now());
    });
  }

  #ensureBase(): void {
    this.#bases.ensure(this.#record.lostUpTo(this.#requireJoined().tail.timeline));
  }

  // All in one turn: nothing that arrives later is written, nothing written later is acknowledged [R4].
  #cut(): void {
    this.#isCut = true;
    this.#stream.cut();
    this.#bases.cut();
    void this.#joined?.tail.freeze().catch(() => undefined);
  }

  /** A tail that may grow again, from where the frozen one was durable. */
  async #reopenTail(): Promise<void> {
    if (this.#joined) {
      const { lineage, tail } = this.#joined;
      await tail.close();
      this.#joined = { lineage, tail: this.#openTail(lineage, tail.timeline, tail.durableLsn) };
    }
    this.#reopen();
  }

  #reopen(): void {
    this.#isCut = false;
    this.#stream.clearFault();
    this.#stream.resume();
  }

  #baseSource() {
    this.#requireAccepting();
    const joined = this.#requireJoined();
    return {
      peer: this.#peer(),
      joined,
      lostUpTo: this.#record.lostUpTo(joined.tail.timeline),
      requireJoinedCluster: (identity: ServerIdentity) => requireJoinedCluster(this.name, this.#record.current, identity),
    };
  }

  #peer(asked: Pick<JoinStream, 'socketDirectory' | 'password'> = {}): ReplicationPeer {
    return this.#record.peer(this.#options.source, asked);
  }

  #state(): ReceiverState {
    if (this.#halted) return 'broken';
    if (this.#record.current.seal || this.#isCut) return 'sealed';
    if (this.#stream.isStreaming) return 'streaming';
    return isGrave(this.#stream.fault ?? this.#bases.fault) ? 'broken' : 'disconnected';
  }

  #isAccepting(): boolean {
    return !this.#record.current.seal && !this.#isCut && !this.#isStopped && !this.#halted && !this.#options.archive.isReadOnly;
  }

  #requireAccepting(): void {
    if (!this.#isAccepting()) throw new EstateError('receiver.sealed', `streaming ${this.name}`);
  }

  #refuseHalted(): void {
    if (this.#halted)
      throw new EstateError('archive.damaged', `obeying an order for ${this.name}: its archive cannot be opened`, {
        cause: this.#halted,
      });
  }

  #requireJoined(): Joined {
    this.#refuseHalted();
    if (this.#joined) return this.#joined;
    throw new EstateError('compartment.wrong_state', `reading the archive of ${this.name}: no cluster was joined yet`);
  }

  #requireJoinable(epoch: number): void {
    this.#record.requireYounger(epoch);
    const state = this.#state();
    if (this.#record.current.seal || state === 'broken' || !this.#joined) return;
    throw new EstateError('compartment.wrong_state', `joining ${this.name}: its stream is ${state}; seal it first`);
  }

  #newestTimeline(): number {
    const { allottedTimeline, timeline } = this.#record.current;
    return Math.max(allottedTimeline, timeline ?? 1, this.#joined?.lineage.newestTimeline() ?? 1);
  }

  #complain(error: Error, message: string): void {
    this.#options.log.error({ err: error, compartment: this.name }, message);
  }

  #tellWatchers(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
