import { once } from 'node:events';
import type { Socket } from 'node:net';
import { EstateError, isSameSecret, type Now } from '@bulkhead/kernel';
import { legsTo } from '#archive/plan.rules.ts';
import { formatLsn, historyName, type Lsn, parseLsn } from '#archive/wal.rules.ts';
import type { CompartmentReceiver } from './compartment.actions.ts';
import { cString, encodeFrame, type Frame, FrameReader, readCString } from './frame.rules.ts';
import { encodeError, encodeKeepalive, encodeRows, encodeWal, type Feedback, parseStandbyMessage } from './message.rules.ts';
import { type Command, parseCommand, parseStartup, type Startup } from './startup.rules.ts';

const FRAME_LIMIT_BYTES = 65_536;
const CHUNK_BYTES = 131_072;
const KEEPALIVE_MS = 10_000;
const SILENCE_MS = 60_000;
const ASK_PASSWORD = Buffer.from([0, 0, 0, 3]);
const READY = encodeFrame('Z', Buffer.from('I'));
const PARAMETERS = {
  server_version: '18.0',
  server_encoding: 'UTF8',
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  integer_datetimes: 'on',
  DateStyle: 'ISO, YMD',
  TimeZone: 'UTC',
};
const SETTINGS: Readonly<Record<string, string>> = { wal_segment_size: '16MB', data_directory_mode: '0700' };

type Archive = NonNullable<CompartmentReceiver['archive']>;
/** A stretch that a standby asked for: to the end of an ended timeline, or on and on. */
type Stretch = { readonly timeline: number; readonly endLsn: Lsn | undefined; readonly next: number | undefined };

/** One connection of a standby: the walsender's half of the protocol, reading only what is durable. */
export class WalClient {
  readonly #socket: Socket;
  readonly #receiver: CompartmentReceiver;
  readonly #secret: string;
  readonly #now: Now;
  readonly #onFeedback: (feedback: Feedback) => void;
  readonly #processId: number;
  readonly #reader = new FrameReader(FRAME_LIMIT_BYTES);
  #isStreaming = false;
  #hasLeft = false;
  #failure: unknown;
  #wake: () => void = () => undefined;

  constructor(options: {
    readonly socket: Socket;
    readonly receiver: CompartmentReceiver;
    /** The password to ask for. */
    readonly secret: string;
    readonly now: Now;
    readonly onFeedback: (feedback: Feedback) => void;
    readonly processId: number;
  }) {
    this.#socket = options.socket;
    this.#receiver = options.receiver;
    this.#secret = options.secret;
    this.#now = options.now;
    this.#onFeedback = options.onFeedback;
    this.#processId = options.processId;
  }

  /** Serves until the standby goes. Rejects if it breaks the protocol or the archive is damaged. */
  async serve(): Promise<void> {
    this.#socket.setTimeout(SILENCE_MS, () => this.#socket.destroy());
    this.#socket.on('error', () => undefined);
    this.#socket.once('close', () => this.#wake());
    const chunks = this.#socket[Symbol.asyncIterator]();
    const rest = await this.#greet(chunks);
    if (!rest) {
      this.#socket.destroySoon();
      return;
    }
    try {
      await this.#talk(chunks, rest);
    } catch (error) {
      if (error instanceof EstateError && error !== this.#failure) this.#socket.end(encodeError('XX001', error.message, 'FATAL'));
      if (!isGone(error)) throw error;
    } finally {
      this.#socket.destroySoon();
    }
  }

  async #greet(chunks: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
    let data = Buffer.alloc(0);
    for (;;) {
      const startup = parseStartup(data);
      if (startup.kind === 'cancel') return undefined;
      if (startup.kind === 'startup') return this.#admit(chunks, startup, data.subarray(startup.bytes));
      if (startup.kind === 'encryption') {
        this.#socket.write('N');
        data = data.subarray(startup.bytes);
        continue;
      }
      const chunk = await chunks.next();
      if (chunk.done) return undefined;
      data = Buffer.concat([data, chunk.value]);
    }
  }

  async #admit(
    chunks: AsyncIterator<Buffer>,
    { parameters, minor }: Startup & { kind: 'startup' },
    rest: Buffer,
  ): Promise<Buffer | undefined> {
    if (!['true', 'on', 'yes', '1'].includes(parameters.get('replication') ?? '')) {
      this.#socket.end(encodeError('28000', 'only physical replication is served here', 'FATAL'));
      return undefined;
    }
    if (minor > 0) this.#socket.write(encodeFrame('v', Buffer.alloc(8)));
    if (!(await this.#checkPassword(chunks, rest))) {
      this.#socket.end(encodeError('28P01', 'the password is not the one of this compartment', 'FATAL'));
      return undefined;
    }
    const key = Buffer.alloc(8);
    key.writeUInt32BE(this.#processId, 0);
    this.#socket.write(
      Buffer.concat([
        encodeFrame('R', Buffer.alloc(4)),
        ...Object.entries(PARAMETERS).map(([name, value]) => encodeFrame('S', cString(name), cString(value))),
        encodeFrame('K', key),
        READY,
      ]),
    );
    return Buffer.alloc(0);
  }

  /** In clear: the socket is on this machine. Whoever sends more than the one message is refused. */
  async #checkPassword(chunks: AsyncIterator<Buffer>, rest: Buffer): Promise<boolean> {
    this.#socket.write(encodeFrame('R', ASK_PASSWORD));
    for (let chunk: Buffer | undefined = rest; chunk; chunk = await nextChunk(chunks)) {
      const [frame, ...more] = this.#reader.push(chunk);
      if (!frame) continue;
      return more.length === 0 && frame.type === 'p' && isSameSecret(readCString(frame.body, 0).text, this.#secret);
    }
    return false;
  }

  async #talk(chunks: AsyncIterator<Buffer>, first: Buffer): Promise<void> {
    let streaming: Promise<void> = Promise.resolve();
    for (let chunk: Buffer | undefined = first; chunk; chunk = await nextChunk(chunks)) {
      for (const frame of this.#reader.push(chunk)) {
        if (frame.type === 'X') return;
        if (this.#isStreaming) {
          this.#hear(frame);
          continue;
        }
        await streaming;
        if (frame.type !== 'Q') continue;
        const command = parseCommand(frame.body.toString('utf8', 0, frame.body.length - 1));
        if (command.kind === 'start') streaming = this.#obey(command).catch((error: unknown) => this.#break(error));
        else await this.#obey(command);
      }
    }
    this.#hasLeft = true;
    this.#wake();
    await streaming;
    if (this.#failure) throw this.#failure;
  }

  // The reading side waits for the next chunk: ending the socket ends that wait too.
  #break(error: unknown): void {
    this.#failure = error;
    if (error instanceof EstateError) this.#socket.end(encodeError('XX001', error.message, 'FATAL'));
    this.#socket.destroySoon();
  }

  #hear({ type, body }: Frame): void {
    if (type === 'c') {
      this.#hasLeft = true;
      return this.#wake();
    }
    if (type !== 'd') throw new EstateError('receiver.stream_broken', `reading from a standby: unexpected message ${type}`);
    const message = parseStandbyMessage(body);
    if (message.kind === 'feedback') this.#onFeedback(message.feedback);
    else if (message.isReplyRequested)
      this.#socket.write(encodeKeepalive(this.#receiver.archive?.durableLsn ?? 0n, this.#now(), false));
  }

  async #obey(command: Command): Promise<void> {
    const archive = this.#receiver.archive;
    if (!archive) return this.#refuse('57P03', 'nothing was received of this compartment yet');
    if (command.kind === 'identify') return this.#identify(archive);
    if (command.kind === 'history') return this.#tellHistory(archive, command.timeline);
    if (command.kind === 'start') return this.#start(archive, parseLsn(command.lsn), command.timeline ?? archive.timeline);
    const value = command.kind === 'show' ? SETTINGS[command.setting] : undefined;
    if (command.kind === 'show' && value !== undefined) {
      return this.#answer(encodeRows([{ name: command.setting, type: 'text' }], [[value]]), 'SHOW');
    }
    return this.#refuse('0A000', 'the archive serves physical replication and nothing else');
  }

  #identify({ lineage, timeline, durableLsn }: Archive): void {
    const columns = [
      { name: 'systemid', type: 'text' },
      { name: 'timeline', type: 'int8' },
      { name: 'xlogpos', type: 'text' },
      { name: 'dbname', type: 'text' },
    ] as const;
    this.#answer(encodeRows(columns, [[lineage.systemId, String(timeline), formatLsn(durableLsn), null]]), 'IDENTIFY_SYSTEM');
  }

  // A standby asks for every number up to the joined one: those given to restores that were never joined get a remark.
  async #tellHistory({ lineage, timeline: current }: Archive, timeline: number): Promise<void> {
    const isSkipped = timeline > 1 && timeline < current;
    const content = (await lineage.readHistory(timeline)) ?? (isSkipped ? Buffer.from('# never joined\n') : undefined);
    if (!content) return this.#refuse('58P01', `the archive holds no history of timeline ${timeline}`);
    const columns = [
      { name: 'filename', type: 'text' },
      { name: 'content', type: 'bytea' },
    ] as const;
    this.#answer(encodeRows(columns, [[historyName(timeline), content]]), 'TIMELINE_HISTORY');
  }

  async #start(archive: Archive, fromLsn: Lsn, timeline: number): Promise<void> {
    const stretch = await this.#findStretch(archive, timeline);
    if (!stretch)
      return this.#refuse('XX000', `timeline ${timeline} is not in this server's history; it stands on ${archive.timeline}`);
    const lastLsn = stretch.endLsn ?? archive.durableLsn;
    if (fromLsn > lastLsn) {
      const where = `timeline ${timeline} ends here at ${formatLsn(lastLsn)}`;
      return this.#refuse('XX000', `requested starting point ${formatLsn(fromLsn)} is ahead of what is durable: ${where}`);
    }
    this.#isStreaming = true;
    this.#hasLeft = false;
    if (stretch.endLsn === undefined || fromLsn < stretch.endLsn) {
      this.#socket.write(encodeFrame('W', Buffer.alloc(3)));
      await this.#stream(fromLsn, stretch);
    } else this.#isStreaming = false;
    if (stretch.next === undefined) return this.#answer(Buffer.alloc(0), 'START_STREAMING');
    const columns = [
      { name: 'next_tli', type: 'int8' },
      { name: 'next_tli_startpos', type: 'text' },
    ] as const;
    this.#answer(encodeRows(columns, [[String(stretch.next), formatLsn(lastLsn)]]), 'START_STREAMING');
  }

  async #findStretch({ lineage, timeline: current }: Archive, timeline: number): Promise<Stretch | undefined> {
    if (timeline === current) return { timeline, endLsn: undefined, next: undefined };
    const legs = legsTo(current, await lineage.ancestorsOf(current), 0n);
    const at = legs.findIndex((leg) => leg.timeline === timeline);
    const leg = legs[at];
    return leg && { timeline, endLsn: leg.endLsn, next: legs[at + 1]?.timeline };
  }

  /** Sends what is durable and waits for more, until the standby leaves or the timeline ends. */
  async #stream(fromLsn: Lsn, { timeline, endLsn }: Stretch): Promise<void> {
    const endWatch = this.#receiver.watch(() => this.#wake());
    try {
      for (let atLsn = fromLsn; !this.#hasLeft && !this.#socket.destroyed; ) {
        const archive = this.#receiver.archive;
        const untilLsn = endLsn ?? archive?.durableLsn ?? 0n;
        if (atLsn === endLsn) return await this.#endStream();
        if (!archive || atLsn >= untilLsn) {
          await this.#rest(untilLsn);
          continue;
        }
        const limit = untilLsn - atLsn < BigInt(CHUNK_BYTES) ? Number(untilLsn - atLsn) : CHUNK_BYTES;
        const bytes = await archive.lineage.readAt(timeline, atLsn, limit);
        if (bytes.length === 0)
          throw new EstateError('archive.gap', `serving WAL of timeline ${timeline}: nothing is stored at ${formatLsn(atLsn)}`);
        atLsn += BigInt(bytes.length);
        const hasRoom = this.#socket.write(encodeWal(atLsn - BigInt(bytes.length), untilLsn, bytes, this.#now()));
        if (!hasRoom) await this.#untilRoom();
      }
      this.#socket.write(encodeFrame('c'));
    } finally {
      endWatch();
      this.#isStreaming = false;
    }
  }

  /** Waits until the socket takes more, or is closed; leaves no listener behind. */
  async #untilRoom(): Promise<void> {
    const over = new AbortController();
    const { signal } = over;
    try {
      await Promise.race([once(this.#socket, 'drain', { signal }), once(this.#socket, 'close', { signal })]);
    } finally {
      over.abort();
    }
  }

  /** Tells that the timeline ended and waits until the standby says so too. */
  async #endStream(): Promise<void> {
    this.#socket.write(encodeFrame('c'));
    while (!this.#hasLeft && !this.#socket.destroyed) await this.#rest(0n);
  }

  /** Waits for more to be durable, for the standby to leave, or for the time of the next keepalive. */
  async #rest(untilLsn: Lsn): Promise<void> {
    const isQuiet = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(true), KEEPALIVE_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(false);
      };
      if (this.#hasLeft || this.#socket.destroyed) this.#wake();
    });
    if (isQuiet) this.#socket.write(encodeKeepalive(untilLsn, this.#now(), true));
  }

  #answer(rows: Buffer, tag: string): void {
    this.#socket.write(Buffer.concat([rows, encodeFrame('C', cString(tag)), READY]));
  }

  #refuse(sqlState: string, message: string): void {
    this.#socket.write(Buffer.concat([encodeError(sqlState, message), READY]));
  }
}

async function nextChunk(chunks: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
  const chunk = await chunks.next();
  return chunk.done ? undefined : chunk.value;
}

function isGone(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(error.code)
  );
}
