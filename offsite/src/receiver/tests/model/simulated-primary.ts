import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { formatLsn, type Lsn, parseLsn } from '#archive/wal.rules.ts';
import { cString, encodeFrame, type Frame, FrameReader } from '#receiver/frame.rules.ts';
import { encodeError, encodeRows, encodeWal, parseStandbyMessage } from '#receiver/message.rules.ts';
import { parseStartup } from '#receiver/startup.rules.ts';
import type { WrittenWal } from './written-wal.ts';

const READY = encodeFrame('Z', Buffer.from('I'));
const SENT_AT_ONCE = 131_072n;
const START = /^START_REPLICATION (?:SLOT \w+ )?PHYSICAL ([0-9A-F]+\/[0-9A-F]+) TIMELINE (\d+)$/;
const STATE_FILE = 'base/1/1259';

/** What a cluster's own files say at a position: the base backup of a simulated primary holds it. */
export function stateAt(systemId: string, lsn: Lsn): string {
  return `system ${systemId} at ${formatLsn(lsn)}\n`.repeat(200);
}

export type PrimaryOptions = {
  readonly directory: string;
  readonly systemId: string;
  readonly wal: WrittenWal;
  readonly history: string;
  /** What people write between the two questions of a receiver that joins: where headquarters stands, and its slot. */
  readonly beforeSlot?: () => void;
};

/** The replication half of a primary, over WAL of the model's making. Whatever a status says is flushed counts as acknowledged. */
export class SimulatedPrimary {
  readonly systemId: string;
  readonly wal: WrittenWal;
  /** What was asked of it, in the order of asking. */
  readonly asked: string[] = [];
  readonly #history: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #senders = new Set<() => void>();
  readonly #beforeSlot: () => void;
  #slotLsn: Lsn | undefined;
  #acknowledgedLsn: Lsn = 0n;
  #heldFromLsn: Lsn | undefined;
  #onAcknowledged: () => void = () => undefined;

  private constructor({ systemId, wal, history, beforeSlot = () => undefined }: PrimaryOptions) {
    this.systemId = systemId;
    this.wal = wal;
    this.#history = history;
    this.#beforeSlot = beforeSlot;
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  static async start(options: PrimaryOptions): Promise<SimulatedPrimary> {
    const primary = new SimulatedPrimary(options);
    // The receiver under test may run as another user.
    primary.#server.listen({ path: join(options.directory, '.s.PGSQL.5432'), readableAll: true, writableAll: true });
    await once(primary.#server, 'listening');
    return primary;
  }

  get history(): string {
    return this.#history;
  }

  /** Commits up to here have returned. */
  get acknowledgedLsn(): Lsn {
    return this.#acknowledgedLsn;
  }

  /** Until a commit returns, or the time is over. */
  async untilAcknowledged(lsn: Lsn, withinMs: number): Promise<boolean> {
    const endMs = performance.now() + withinMs;
    while (this.#acknowledgedLsn < lsn && performance.now() < endMs) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(1, endMs - performance.now()));
        this.#onAcknowledged = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#acknowledgedLsn >= lsn;
  }

  /** Until every connection has ended, and all that came over it was heard. */
  async untilAlone(): Promise<void> {
    while (this.#sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  commit(bytes: Buffer): void {
    this.wal.append(bytes);
    this.#send();
  }

  switchSegment(): void {
    this.wal.switchSegment();
    this.#send();
  }

  /** Sends no WAL past a position, as over a link that is slower than people write; all of it again without one. */
  holdFrom(lsn: Lsn | undefined): void {
    this.#heldFromLsn = lsn;
    this.#send();
  }

  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #send(): void {
    for (const send of this.#senders) send();
  }

  #welcome(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
    const reader = new FrameReader(1_048_576);
    let greeting = Buffer.alloc(0);
    const greet = (chunk: Buffer) => {
      greeting = Buffer.concat([greeting, chunk]);
      const startup = parseStartup(greeting);
      if (startup.kind !== 'startup') return;
      socket.off('data', greet).on('data', (bytes: Buffer) => this.#read(socket, reader, bytes));
      socket.write(Buffer.concat([encodeFrame('R', Buffer.alloc(4)), encodeFrame('K', Buffer.alloc(8)), READY]));
      this.#read(socket, reader, greeting.subarray(startup.bytes));
    };
    socket.on('data', greet);
  }

  #read(socket: Socket, reader: FrameReader, bytes: Buffer): void {
    for (const frame of reader.push(bytes)) this.#hear(socket, frame);
  }

  #hear(socket: Socket, { type, body }: Frame): void {
    if (type === 'Q') this.#obey(socket, body.toString('utf8', 0, body.length - 1));
    if (type !== 'd') return;
    const message = parseStandbyMessage(body);
    if (message.kind !== 'status' || message.flushed <= this.#acknowledgedLsn) return;
    this.#acknowledgedLsn = message.flushed;
    this.#onAcknowledged();
  }

  #obey(socket: Socket, command: string): void {
    this.asked.push(command);
    const start = START.exec(command);
    if (start?.[1]) return this.#stream(socket, parseLsn(start[1]));
    if (/^BASE_BACKUP (?!.*INCREMENTAL)/.test(command)) return void this.#sendBase(socket);
    socket.write(Buffer.concat([this.#answer(command) ?? encodeError('0A000', `not simulated: ${command}`), READY]));
  }

  #answer(command: string): Buffer | undefined {
    if (command === 'IDENTIFY_SYSTEM') return row(this.systemId, String(this.wal.timeline), formatLsn(this.wal.endLsn), null);
    if (command === 'SHOW wal_segment_size') return row('16MB');
    if (/^TIMELINE_HISTORY \d+$/.test(command)) return row('history', this.#history);
    if (command.startsWith('CREATE_REPLICATION_SLOT') && this.#slotLsn === undefined) {
      this.#beforeSlot();
      this.#slotLsn = this.wal.boundaries.at(-1) ?? 0n;
    }
    if (!command.includes('REPLICATION_SLOT')) return undefined;
    return this.#slotLsn === undefined ? row(null, null, null) : row('physical', formatLsn(this.#slotLsn), null);
  }

  #stream(socket: Socket, fromLsn: Lsn): void {
    socket.write(encodeFrame('W', Buffer.alloc(3)));
    let sentLsn = fromLsn;
    const send = () => {
      const untilLsn = this.#heldFromLsn ?? this.wal.endLsn;
      while (sentLsn < untilLsn && !socket.destroyed) {
        const toLsn = sentLsn + SENT_AT_ONCE < untilLsn ? sentLsn + SENT_AT_ONCE : untilLsn;
        const bytes = this.wal.read(sentLsn, toLsn);
        const hasRoom = socket.write(encodeWal(sentLsn, this.wal.endLsn, bytes, new Date(0)));
        sentLsn = toLsn;
        if (!hasRoom) return;
      }
    };
    this.#senders.add(send);
    socket.on('drain', send).once('close', () => this.#senders.delete(send));
    send();
  }

  async #sendBase(socket: Socket): Promise<void> {
    const startLsn = this.wal.endLsn;
    const tar = await packBase(stateAt(this.systemId, startLsn));
    const position = () => row(formatLsn(this.wal.endLsn), String(this.wal.timeline));
    const data = (kind: string, bytes: Buffer) => encodeFrame('d', Buffer.from(kind), bytes);
    socket.write(Buffer.concat([row(formatLsn(startLsn), String(this.wal.timeline)), row(null, null, null)]));
    socket.write(encodeFrame('H', Buffer.alloc(3)));
    socket.write(data('n', Buffer.concat([cString('base.tar'), cString('')])));
    for (let at = 0; at < tar.length; at += 4096) socket.write(data('d', tar.subarray(at, at + 4096)));
    socket.write(data('m', Buffer.alloc(0)));
    socket.write(data('d', Buffer.from('{"PostgreSQL-Backup-Manifest-Version": 2}')));
    socket.write(Buffer.concat([encodeFrame('c'), position(), encodeFrame('C', cString('SELECT')), READY]));
  }
}

/** One row and the end of its result. */
function row(...columns: readonly (string | null)[]): Buffer {
  const described = columns.map((_, at) => ({ name: `c${at}`, type: 'text' }) as const);
  return Buffer.concat([encodeRows(described, [[...columns]]), encodeFrame('C', cString('SELECT 1'))]);
}

async function packBase(state: string): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of [
    ['PG_VERSION', '18\n'],
    ['backup_label', 'a simulated backup\n'],
    [STATE_FILE, state],
  ] as const)
    tar.entry({ name, mode: 0o600, mtime: new Date(0) }, content);
  tar.finalize();
  return buffer(tar);
}
