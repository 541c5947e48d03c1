import { join } from 'node:path';
import type { JoinStream } from '@bulkhead/contracts';
import { EstateError, isDiskFull, type Now } from '@bulkhead/kernel';
import { formatLsn, type Lsn, parseLsn } from '#archive/wal.rules.ts';
import type { JoinPoint } from './join.actions.ts';
import type { CompartmentSource } from './open.actions.ts';
import type { ReplicationPeer } from './replication.store.ts';
import { giveUpReserve } from './room.actions.ts';
import { type SealRecord, type StreamRecord, writeRecord } from './state.actions.ts';
import type { TailEnd } from './tail.actions.ts';

/** Holds a compartment's record, the epochs that were obeyed, and the turn in which changes of it are made. */
export class RecordKeeper {
  readonly #name: string;
  readonly #directory: string;
  readonly #now: Now;
  #record: StreamRecord;
  /** The epoch of a seal that is ordered and perhaps not yet recorded. */
  #sealingEpoch = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: { readonly name: string; readonly directory: string; readonly now: Now; readonly record: StreamRecord }) {
    this.#name = options.name;
    this.#directory = options.directory;
    this.#now = options.now;
    this.#record = options.record;
  }

  get current(): StreamRecord {
    return this.#record;
  }

  /** Works that change the record, one after the other. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async settle(): Promise<void> {
    await this.#turn;
  }

  async save(changes: Partial<StreamRecord>): Promise<void> {
    const record = { ...this.#record, ...changes };
    await writeRecord(join(this.#directory, 'state.json'), record);
    this.#record = record;
  }

  /** A seal is recorded even on a full disk: the reserve makes room for it [R6]. */
  async saveSeal(seal: SealRecord): Promise<void> {
    const changes = { epoch: seal.epoch, seal };
    await this.save(changes).catch(async (error: unknown) => {
      if (!isDiskFull(error)) throw error;
      await giveUpReserve(this.#directory);
      await this.save(changes);
    });
  }

  /** Remembers at once that a seal was ordered: what is under way with an older epoch must not lift it. @throws EstateError `order.stale` */
  orderSeal(epoch: number): void {
    this.refuseStale(epoch);
    this.#sealingEpoch = epoch;
  }

  /** @throws EstateError `order.stale` */
  refuseStale(epoch: number): void {
    if (epoch < this.#obeyed()) {
      throw new EstateError(
        'order.stale',
        `obeying epoch ${epoch} for ${this.#name}: epoch ${this.#obeyed()} was obeyed already`,
      );
    }
  }

  /** An order that lifts a seal must be younger than all that kept it. @throws EstateError `order.stale` */
  requireYounger(epoch: number): void {
    this.refuseStale(epoch);
    const isKept = this.#record.seal !== null || this.#sealingEpoch > this.#record.epoch;
    if (!isKept || epoch > this.#obeyed()) return;
    throw new EstateError('order.stale', `lifting the seal of ${this.#name}: epoch ${epoch} is not younger than the seal's`);
  }

  /** The join that was ordered, if it is the last thing done. */
  findJoin({
    epoch,
    systemId,
    timeline,
  }: JoinStream): Pick<StreamRecord['joins'][number], 'systemId' | 'timeline' | 'fromLsn'> | undefined {
    const last = this.#record.joins.at(-1);
    if (!last || this.#record.seal || last.epoch !== epoch || last.systemId !== systemId || last.timeline !== timeline)
      return undefined;
    return { systemId, timeline, fromLsn: last.fromLsn };
  }

  /** What partial segments were when they stopped growing. */
  ends(): TailEnd[] {
    return [this.#record.seal, ...this.#record.pastSeals].flatMap((one) => one?.tail ?? []);
  }

  /** Up to where WAL of a timeline was lost. */
  lostUpTo(timeline: number): Lsn {
    const lost = this.#record.gaps.findLast((gap) => gap.timeline === timeline);
    return lost ? parseLsn(lost.toLsn) : 0n;
  }

  /** The changes that end the seal in force. */
  lift(liftedBy: 'unseal' | 'join'): Pick<StreamRecord, 'seal' | 'pastSeals'> {
    const { seal, pastSeals } = this.#record;
    return {
      seal: null,
      pastSeals: seal ? [...pastSeals, { ...seal, liftedAt: this.#now().toISOString(), liftedBy }] : pastSeals,
    };
  }

  /** The replication's passwords, with one that is newer. */
  passwordsWith(password: string | undefined): string[] {
    const { passwords } = this.#record;
    return password === undefined || password === passwords[0] ? passwords : [password, ...passwords].slice(0, 2);
  }

  /** Where the joined cluster answers, and how to log in there. */
  peer(source: CompartmentSource, asked: Pick<JoinStream, 'socketDirectory' | 'password'>): ReplicationPeer {
    return {
      socketDirectory: asked.socketDirectory ?? this.#record.socketDirectory ?? source.socketDirectory,
      user: source.user,
      ...this.#credentials(asked.password, source.password),
      applicationName: 'offsite',
    };
  }

  /** What to log in with: the newest password, and those before it down to the one of the joining. */
  #credentials(newer: string | undefined, joined: string | undefined): Pick<ReplicationPeer, 'password' | 'olderPasswords'> {
    const [password, ...olderPasswords] = [...this.passwordsWith(newer), ...(joined === undefined ? [] : [joined])];
    return { password, olderPasswords };
  }

  /** What a join changes in the record, but for the join itself. */
  changesOfJoin(asked: JoinStream, { fromLsn, gapFrom }: JoinPoint): Partial<StreamRecord> {
    const { gaps } = this.#record;
    const gap = {
      timeline: asked.timeline,
      fromLsn: formatLsn(gapFrom ?? fromLsn),
      toLsn: formatLsn(fromLsn),
      foundAt: this.#now().toISOString(),
    };
    return {
      epoch: asked.epoch,
      ...this.lift('join'),
      socketDirectory: asked.socketDirectory ?? null,
      passwords: this.passwordsWith(asked.password),
      gaps: gapFrom === undefined ? gaps : [...gaps, gap],
    };
  }

  #obeyed(): number {
    return Math.max(this.#record.epoch, this.#sealingEpoch);
  }
}
