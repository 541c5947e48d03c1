import { EstateError, isDiskFull, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import type { Lsn } from '#archive/wal.rules.ts';
import { describeFault, type Fault, outlasts } from './fault.rules.ts';
import type { Feedback } from './message.rules.ts';
import { ReplicationConnection, type ReplicationPeer, type ServerIdentity } from './replication.store.ts';
import { probeRoom } from './room.actions.ts';
import { StreamSession } from './session.actions.ts';
import type { WalTail } from './tail.actions.ts';

const RETRY_MS = [50, 100, 200, 500, 1000, 2000] as const;

export type StreamKeeperOptions = {
  readonly name: string;
  readonly slot: string;
  readonly directory: string;
  readonly now: Now;
  readonly log: Log;
  /** False as soon as the stream is sealed or stopped. */
  readonly isAccepting: () => boolean;
  readonly peer: () => ReplicationPeer;
  /** The tail to go on with, for the cluster that answers. @throws EstateError `receiver.wrong_cluster` */
  readonly admit: (connection: ReplicationConnection, identity: ServerIdentity) => Promise<WalTail>;
  /** Whether a restore could reach this position. */
  readonly mayAcknowledge: (durableLsn: Lsn) => boolean;
  /** The cluster that answers has the bytes held; acknowledging may begin as soon as a base stands. */
  readonly onCompared: () => void;
};

/** Keeps one stream running: connects, and connects again, as long as it may. */
export class StreamKeeper {
  readonly #options: StreamKeeperOptions;
  #session: StreamSession | undefined;
  #running: Promise<void> | undefined;
  #wake = new AbortController();
  #isStreaming = false;
  #fault: Fault | undefined;
  /** Unknown until a standby has spoken: headquarters keeps meanwhile what it was told before this process began. */
  #feedback: Feedback | undefined;
  #headquartersLsn: Lsn | undefined;
  #lastMessageAt: Date | undefined;

  constructor(options: StreamKeeperOptions) {
    this.#options = options;
  }

  get isStreaming(): boolean {
    return this.#isStreaming;
  }

  get fault(): Fault | undefined {
    return this.#fault;
  }

  get headquartersLsn(): Lsn | undefined {
    return this.#headquartersLsn;
  }

  get lastMessageAt(): Date | undefined {
    return this.#lastMessageAt;
  }

  /** Begins to stream, if it may and does not already. */
  resume(): void {
    if (!this.#options.isAccepting() || this.#running) return;
    this.#running = this.#keepStreaming().finally(() => {
      this.#running = undefined;
      this.resume();
    });
  }

  /** Ends the session in this very turn [R4]. It begins anew only when it may. */
  cut(): void {
    this.#isStreaming = false;
    this.#session?.cut();
    this.#wakeUp();
  }

  async settle(): Promise<void> {
    await this.#running;
  }

  clearFault(): void {
    this.#fault = undefined;
  }

  /** More is durable, or may be acknowledged now. */
  acknowledge(): void {
    this.#session?.acknowledge();
  }

  /** Making WAL durable failed. */
  fail(error: Error): void {
    this.#session?.fail(isDiskFull(error) ? new EstateError('disk.full', 'making WAL durable', { cause: error }) : error);
  }

  forward(feedback: Feedback | undefined): void {
    const old = this.#feedback;
    if (feedback?.xmin === old?.xmin && feedback?.catalogXmin === old?.catalogXmin) return;
    this.#feedback = feedback;
    if (feedback) this.#session?.forward(feedback);
  }

  async #keepStreaming(): Promise<void> {
    for (let failures = 0; this.#options.isAccepting(); failures += 1) {
      if (await this.#streamOnce()) failures = 0;
      if (!this.#options.isAccepting()) return;
      await sleepMs(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 2000, this.#wake.signal).catch(() => undefined);
    }
  }

  /** One connection, from opening to its end; tells whether it got as far as acknowledging. */
  async #streamOnce(): Promise<boolean> {
    const { slot, directory, now, peer, admit, mayAcknowledge, onCompared } = this.#options;
    let hasConfirmed = false;
    let connection: ReplicationConnection | undefined;
    try {
      if (this.#fault?.code === 'disk.full') await probeRoom(directory);
      connection = await ReplicationConnection.open(peer());
      const identity = await this.#identify(connection);
      const tail = await admit(connection, identity);
      this.#requireAccepting();
      const onConfirmed = () => {
        hasConfirmed = true;
        this.#confirmed();
      };
      const events = { onCompared, onConfirmed, onMessage: (lsn: Lsn) => this.#heard(lsn) };
      this.#session = new StreamSession({ connection, tail, now, events, mayAcknowledge });
      // Asked anew: people wrote on while the slot was made, perhaps into the next segment.
      await this.#session.run(slot, await connection.identify());
    } catch (error) {
      this.#note(error);
    } finally {
      this.#isStreaming = false;
      this.#session = undefined;
      connection?.destroy();
    }
    return hasConfirmed;
  }

  async #identify(connection: ReplicationConnection): Promise<ServerIdentity> {
    this.#requireAccepting();
    const size = await connection.showSetting('wal_segment_size');
    if (size === '16MB') return connection.identify();
    throw new EstateError(
      'receiver.wrong_cluster',
      `streaming ${this.#options.name}: its segments have ${size}, 16MB are needed`,
    );
  }

  #heard(lsn: Lsn): void {
    this.#headquartersLsn = lsn;
    this.#lastMessageAt = this.#options.now();
  }

  #confirmed(): void {
    this.#isStreaming = true;
    if (this.#fault) this.#options.log.info({ compartment: this.#options.name }, 'streaming again');
    this.#fault = undefined;
    if (this.#feedback) this.#session?.forward(this.#feedback);
  }

  #note(error: unknown): void {
    if (!this.#options.isAccepting()) return;
    const { name: compartment, now, log } = this.#options;
    const fault = describeFault(error, now());
    if (this.#fault?.code !== fault.code) log.warn({ err: error, compartment, code: fault.code }, 'the stream ended');
    if (!outlasts(this.#fault, fault)) this.#fault = fault;
  }

  #requireAccepting(): void {
    if (!this.#options.isAccepting()) throw new EstateError('receiver.sealed', `streaming ${this.#options.name}`);
  }

  #wakeUp(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
  }
}
