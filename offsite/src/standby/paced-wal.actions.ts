import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { EstateError, type Log } from '@bulkhead/kernel';
import { listenOnSocket } from '@bulkhead/wire';
import { SEGMENT_BYTES } from '#archive/wal.rules.ts';
import { WalWalker } from '#archive/wal-walk.rules.ts';
import { encodeFrame, type Frame, FrameReader } from '#receiver/frame.rules.ts';
import { type Cleaning, catalogHorizon, cleanedDatabase, isList } from './horizon.rules.ts';

const SOCKET_NAME = '.s.PGSQL.5432';
const FRAME_LIMIT_BYTES = 8_388_608;
const WAL_HEADER_BYTES = 25;
const CLIENTS = 4;

/**
 * Asked before a record that takes old rows of the catalog away is let through: resolves when no slot needs them, or when
 * waiting is of no use.
 */
export type Gate = (cleaning: Cleaning) => Promise<void>;

/**
 * The receiver's WAL for the jail's own standby, held back where replaying it would end decoding: what is decoded late
 * needs the catalog as it was then [H3].
 */
export class PacedWal {
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  readonly directory: string;

  private constructor(directory: string, server: Server) {
    this.directory = directory;
    this.#server = server;
  }

  static async listen(options: {
    readonly directory: string;
    readonly sourceDirectory: string;
    readonly gate: Gate;
    /** Told how far WAL was passed on. */
    readonly onPassed: (endLsn: number) => void;
    readonly log: Log;
  }): Promise<PacedWal> {
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    const server = createServer({ pauseOnConnect: true });
    const paced = new PacedWal(options.directory, server);
    server.on('connection', (socket) => paced.#welcome(socket, options));
    await listenOnSocket(server, join(options.directory, SOCKET_NAME), 0o600);
    return paced;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const client of this.#clients) client.destroy();
    await closed;
  }

  #welcome(
    client: Socket,
    { sourceDirectory, gate, onPassed, log }: Passing & { readonly sourceDirectory: string; readonly log: Log },
  ): void {
    if (this.#clients.size >= CLIENTS) return void client.destroy();
    this.#clients.add(client);
    const source = connect(join(sourceDirectory, SOCKET_NAME));
    const end = () => {
      this.#clients.delete(client);
      client.destroy();
      source.destroy();
    };
    for (const socket of [client, source]) socket.on('error', end).on('close', end);
    client.pipe(source);
    new Pacer(client, { gate, onPassed }).follow(source).catch((error: unknown) => {
      if (!client.destroyed) log.warn({ err: error }, 'passing WAL on to the standby ended');
      end();
    });
  }
}

type Passing = { readonly gate: Gate; readonly onPassed: (endLsn: number) => void };

/** Passes the server's messages on, WAL only as far as it may be replayed. */
class Pacer {
  readonly #client: Socket;
  readonly #passing: Passing;
  readonly #reader = new FrameReader(FRAME_LIMIT_BYTES);
  readonly #closed: Promise<unknown>;
  #walker: WalWalker | undefined;
  #listLsn = 0;

  constructor(client: Socket, passing: Passing) {
    this.#client = client;
    this.#closed = once(client, 'close').catch(() => undefined);
    this.#passing = passing;
  }

  async follow(source: Socket): Promise<void> {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      for (const frame of this.#reader.push(chunk)) await this.#pass(frame);
    }
    this.#client.end();
  }

  async #pass(frame: Frame): Promise<void> {
    const { type, body } = frame;
    if (type !== 'd' || body[0] !== 0x77 || body.length < WAL_HEADER_BYTES) return this.#write(encodeFrame(type, body));
    let fromLsn = Number(body.readBigUInt64BE(1));
    for (let bytes = body.subarray(WAL_HEADER_BYTES); bytes.length > 0; ) {
      const room = SEGMENT_BYTES - (fromLsn % SEGMENT_BYTES);
      const piece = bytes.subarray(0, room);
      await this.#passPiece(fromLsn, piece, body.subarray(0, WAL_HEADER_BYTES));
      bytes = bytes.subarray(piece.length);
      fromLsn += piece.length;
    }
  }

  /** WAL of one segment, cut before each record that has to wait. */
  async #passPiece(lsn: number, bytes: Buffer, header: Buffer): Promise<void> {
    let passed = 0;
    for (const record of this.#walk(lsn, bytes)) {
      if (isList(record)) this.#listLsn = record.startLsn;
      const horizon = catalogHorizon(record);
      if (horizon === undefined) continue;
      const until = Math.max(passed, record.startLsn - lsn);
      await this.#writeWal(lsn + passed, bytes.subarray(passed, until), header);
      passed = until;
      const database = cleanedDatabase(record);
      await this.#passing.gate({ horizon, database, behindLsn: record.startLsn, listLsn: this.#listLsn });
    }
    await this.#writeWal(lsn + passed, bytes.subarray(passed), header);
  }

  // A standby that asks again begins at a segment's start: the walk does too.
  #walk(lsn: number, bytes: Buffer) {
    if (this.#walker?.atLsn !== lsn) this.#walker = new WalWalker(lsn);
    return this.#walker.walk(lsn, bytes);
  }

  async #writeWal(lsn: number, bytes: Buffer, header: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    const own = Buffer.from(header);
    own.writeBigUInt64BE(BigInt(lsn), 1);
    await this.#write(encodeFrame('d', own, bytes));
    this.#passing.onPassed(lsn + bytes.length);
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#client.destroyed) throw new EstateError('receiver.stream_broken', 'passing WAL on: the standby left');
    if (this.#client.write(bytes)) return;
    await Promise.race([once(this.#client, 'drain'), this.#closed]);
  }
}
