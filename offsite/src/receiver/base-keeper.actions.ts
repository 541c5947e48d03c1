import type { Base } from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import { listBases } from '#archive/base-shelf.actions.ts';
import { type Lsn, parseLsn } from '#archive/wal.rules.ts';
import { takeBase } from './base.actions.ts';
import { chooseOrigin, type Origin, whyWhole } from './base-origin.actions.ts';
import { describeFault, type Fault } from './fault.rules.ts';
import type { Joined } from './join.actions.ts';
import { findRestorable } from './reading.actions.ts';
import { ReplicationConnection, type ReplicationPeer, type ServerIdentity } from './replication.store.ts';

const RETRY_MS = 15_000;
const SILENCE_MS = 1_800_000;

/** What the keeper must know of the stream at the moment it takes a base. */
export type BaseSource = {
  readonly peer: ReplicationPeer;
  readonly joined: Joined;
  /** Up to where WAL of the joined timeline was lost: a base from before it is no beginning for the next. */
  readonly lostUpTo: Lsn;
  readonly requireJoinedCluster: (identity: ServerIdentity) => void;
};

/** Takes base backups, one at a time, and knows whether a restore could begin with one. */
export class BaseKeeper {
  readonly #name: string;
  readonly #source: () => BaseSource;
  readonly #now: Now;
  readonly #log: Log;
  readonly #onRestorable: () => void;
  #running: Promise<Base> | undefined;
  #connection: ReplicationConnection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #fault: Fault | undefined;
  #restorableLsn: Lsn | undefined;

  constructor(options: {
    readonly name: string;
    /** Throws when the stream is sealed. */
    readonly source: () => BaseSource;
    readonly now: Now;
    readonly log: Log;
    /** `mayAcknowledge` may answer otherwise than before. */
    readonly onRestorable: () => void;
  }) {
    this.#name = options.name;
    this.#source = options.source;
    this.#now = options.now;
    this.#log = options.log;
    this.#onRestorable = options.onRestorable;
  }

  /** Why the last base that had to be taken was not. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  /** Whether a restore could reach this position: a commit that could not be restored is not acknowledged [R10]. */
  mayAcknowledge(durableLsn: Lsn): boolean {
    return this.#restorableLsn !== undefined && durableLsn >= this.#restorableLsn;
  }

  /** Another cluster or timeline was joined: what was known of bases no longer holds. */
  forget(): void {
    this.#restorableLsn = undefined;
  }

  /** @throws EstateError `receiver.sealed`, `receiver.base_failed`, `disk.full`, `receiver.stream_broken` */
  take(): Promise<Base> {
    this.#running ??= this.#take().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Takes a base if the joined timeline has none that begins at or after `sinceLsn`; tries again until it has, or until cut. */
  ensure(sinceLsn: Lsn): void {
    clearTimeout(this.#timer);
    this.#ensure(sinceLsn).catch((error: Error) => {
      if (!this.#mayTake()) return;
      this.#log.warn({ err: error, compartment: this.#name }, 'a base backup failed');
      this.#fault = describeFault(error, this.#now());
      this.#timer = setTimeout(() => this.ensure(sinceLsn), RETRY_MS);
    });
  }

  /** Ends a backup that is being taken. */
  cut(): void {
    clearTimeout(this.#timer);
    this.#connection?.destroy();
  }

  async settle(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  async #ensure(sinceLsn: Lsn): Promise<void> {
    const { joined } = this.#source();
    await this.#look(joined);
    const bases = await listBases(joined.lineage);
    const isCovered = bases.some((base) => base.timeline === joined.tail.timeline && parseLsn(base.startLsn) >= sinceLsn);
    if (!isCovered) await this.take();
    this.#fault = undefined;
  }

  async #take(): Promise<Base> {
    const { joined, lostUpTo } = this.#source();
    const origin = await chooseOrigin(joined, lostUpTo);
    const base = await this.#takeFrom(origin).catch((error: unknown) => {
      const because = 'before' in origin ? whyWhole(error) : undefined;
      if (!because) throw error;
      this.#log.warn({ err: error, compartment: this.#name, because }, 'a base could not be put together: it comes whole');
      return this.#takeFrom({ because });
    });
    this.#log.info({ compartment: this.#name, base: base.id, bytes: base.bytes, ...base.origin }, 'a base backup is complete');
    await this.#look(joined);
    return base;
  }

  async #takeFrom(origin: Origin): Promise<Base> {
    const { peer, joined, requireJoinedCluster } = this.#source();
    const connection = await ReplicationConnection.open({ ...peer, applicationName: 'offsite-base', silenceMs: SILENCE_MS });
    this.#connection = connection;
    try {
      requireJoinedCluster(await connection.identify());
      this.#source();
      return await takeBase({ connection, lineage: joined.lineage, origin, now: this.#now });
    } finally {
      this.#connection = undefined;
      connection.destroy();
    }
  }

  async #look(joined: Joined): Promise<void> {
    const restorableLsn = await findRestorable(joined);
    if (!this.#mayTake() || this.#source().joined !== joined) return;
    this.#restorableLsn = restorableLsn;
    this.#onRestorable();
  }

  #mayTake(): boolean {
    try {
      this.#source();
      return true;
    } catch (error) {
      if (error instanceof EstateError) return false;
      throw error;
    }
  }
}
