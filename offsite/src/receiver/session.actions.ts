import { EstateError, type Now } from '@bulkhead/kernel';
import { formatLsn, type Lsn } from '#archive/wal.rules.ts';
import type { Frame } from './frame.rules.ts';
import { encodeFeedback, encodeStatus, type Feedback, parseNotice, parseWalMessage } from './message.rules.ts';
import { type ReplicationConnection, refused, type ServerIdentity, sqlStateOf } from './replication.store.ts';
import type { WalTail } from './tail.actions.ts';

const STATUS_EVERY_MS = 5_000;
const UNDEFINED_FILE = '58P01';

/** What a session tells while it runs. */
export type SessionEvents = {
  /** The bytes held are shown to be headquarters' own. */
  readonly onCompared: () => void;
  /** Acknowledging begins. */
  readonly onConfirmed: () => void;
  readonly onMessage: (headquartersLsn: Lsn) => void;
};

/** The run of one connection, from START_REPLICATION to its end. */
export class StreamSession {
  readonly #connection: ReplicationConnection;
  readonly #tail: WalTail;
  readonly #now: Now;
  readonly #events: SessionEvents;
  readonly #mayAcknowledge: (durableLsn: Lsn) => boolean;
  #arrived: { readonly startLsn: Lsn; readonly pieces: Buffer[]; bytes: number } | undefined;
  #isCompared = false;
  #isConfirmed = false;
  #isOver = false;
  #fail: (error: unknown) => void = () => undefined;

  constructor(options: {
    readonly connection: ReplicationConnection;
    readonly tail: WalTail;
    readonly now: Now;
    readonly events: SessionEvents;
    /** Whether a restore could reach this position. */
    readonly mayAcknowledge: (durableLsn: Lsn) => boolean;
  }) {
    this.#connection = options.connection;
    this.#tail = options.tail;
    this.#now = options.now;
    this.#events = options.events;
    this.#mayAcknowledge = options.mayAcknowledge;
  }

  /** Streams until the connection ends or something is wrong; always rejects. */
  async run(slot: string, identity: ServerIdentity): Promise<never> {
    const fromLsn = this.#tail.beginSession();
    if (identity.flushedLsn < this.#tail.writtenLsn) {
      throw new EstateError(
        'receiver.wrong_cluster',
        `starting to stream: headquarters stands at ${formatLsn(identity.flushedLsn)}, behind the archive's ${formatLsn(this.#tail.writtenLsn)}; it lost data or was set back`,
      );
    }
    const timer = setInterval(() => this.#sendStatus(true), STATUS_EVERY_MS);
    try {
      return await new Promise<never>((_, reject) => {
        this.#fail = reject;
        const { timeline } = this.#tail;
        const onFrame = (frame: Frame) => this.#guard(() => this.#handle(frame));
        const onRest = () => this.#guard(() => this.#writeArrived());
        this.#connection
          .startPhysical({ slot, fromLsn, timeline, onFrame, onRest, onEnd: reject })
          .then(() => this.#look(), reject);
      });
    } catch (error) {
      throw nameGap(error, this.#tail.writtenLsn);
    } finally {
      clearInterval(timer);
      this.cut();
    }
  }

  /** Ends the session in this very turn: no byte is written and nothing acknowledged any more [R4]. */
  cut(): void {
    this.#isOver = true;
    this.#connection.destroy();
  }

  /** The tail moved: tell headquarters. */
  acknowledge(): void {
    this.#look();
    this.#sendStatus(false);
  }

  forward(feedback: Feedback): void {
    if (this.#isConfirmed && !this.#isOver) this.#connection.write(encodeFeedback(feedback, this.#now()));
  }

  fail(error: unknown): void {
    this.#fail(error);
    this.cut();
  }

  #guard(work: () => void): void {
    if (this.#isOver) return;
    try {
      work();
    } catch (error) {
      this.fail(error);
    }
  }

  #handle(frame: Frame): void {
    if (frame.type === 'd') return this.#take(frame.body);
    this.#writeArrived();
    if (frame.type === 'E') throw refused('streaming WAL', parseNotice(frame.body));
    if (frame.type === 'c') throw new EstateError('receiver.stream_broken', 'streaming WAL: headquarters ended the stream');
  }

  #take(body: Buffer): void {
    const message = parseWalMessage(body);
    this.#events.onMessage(message.endLsn);
    if (message.kind === 'wal') return this.#collect(message.startLsn, message.bytes);
    this.#writeArrived();
    this.#look();
    if (message.isReplyRequested) this.#sendStatus(false);
  }

  /** What arrives together is written together: many commits share one wait for the disk. */
  #collect(startLsn: Lsn, bytes: Buffer): void {
    const arrived = this.#arrived;
    const doesFollow = arrived !== undefined && startLsn === arrived.startLsn + BigInt(arrived.bytes);
    if (arrived && doesFollow) {
      arrived.pieces.push(bytes);
      arrived.bytes += bytes.length;
      return;
    }
    this.#writeArrived();
    this.#arrived = { startLsn, pieces: [bytes], bytes: bytes.length };
  }

  #writeArrived(): void {
    const arrived = this.#arrived;
    if (!arrived) return;
    this.#arrived = undefined;
    const [first = Buffer.alloc(0), ...more] = arrived.pieces;
    this.#tail.append(arrived.startLsn, more.length === 0 ? first : Buffer.concat(arrived.pieces));
    void this.#tail.flush();
    this.#look();
  }

  #look(): void {
    if (this.#isConfirmed || this.#isOver || this.#tail.confirmableLsn === 0n) return;
    if (!this.#isCompared) {
      this.#isCompared = true;
      this.#events.onCompared();
    }
    if (!this.#mayAcknowledge(this.#tail.durableLsn)) return;
    this.#isConfirmed = true;
    this.#sendStatus(false);
    this.#events.onConfirmed();
  }

  // Until acknowledging begins the flushed position sent is 0, which releases no commit [R3, R10]; that WAL was written
  // is told all the same, because headquarters waits for it when it shuts down.
  #sendStatus(isReplyRequested: boolean): void {
    if (this.#isOver) return;
    const written = this.#isCompared ? this.#tail.writtenLsn : 0n;
    const flushed = this.#isConfirmed ? this.#tail.confirmableLsn : 0n;
    this.#connection.write(encodeStatus(written, flushed, this.#now(), isReplyRequested));
  }
}

function nameGap(error: unknown, writtenLsn: Lsn): unknown {
  if (sqlStateOf(error) !== UNDEFINED_FILE) return error;
  return new EstateError('archive.gap', `streaming WAL from ${formatLsn(writtenLsn)}: headquarters no longer has it`, {
    cause: error,
  });
}
