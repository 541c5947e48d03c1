import { Socket } from 'node:net';
import { EstateError } from '@bulkhead/kernel';
import pg from 'pg';
import { formatLsn, type Lsn, parseLsn } from '#archive/wal.rules.ts';
import { cString, encodeFrame, type Frame, FrameReader } from './frame.rules.ts';
import { parseDataRow, parseNotice, type ServerNotice } from './message.rules.ts';

/** How to reach a cluster as a replication client. */
export type ReplicationPeer = {
  readonly socketDirectory: string;
  readonly user: string;
  readonly password: string | undefined;
  /** Tried one after the other where the password is refused. */
  readonly olderPasswords?: readonly string[];
  readonly applicationName: string;
  /** After so long without a byte the connection counts as dead; 60 s unless told. */
  readonly silenceMs?: number;
  /** What the server remarks on the way. */
  readonly onNotice?: (notice: ServerNotice) => void;
};

export type ServerIdentity = { readonly systemId: string; readonly timeline: number; readonly flushedLsn: Lsn };

const CONNECT_MS = 5_000;
const SILENCE_MS = 60_000;
const FRAME_LIMIT_BYTES = 8_388_608;
const QUEUE_HIGH_BYTES = 4_194_304;
const UPLOAD_BYTES = 65_536;

/** The server's SQLSTATE inside an error thrown here, if it was the server that refused. */
export function sqlStateOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof ServerRefusal) return at.notice.sqlState;
  return undefined;
}

function isWrongPassword(error: unknown): boolean {
  const cause = error instanceof EstateError ? error.cause : undefined;
  return cause instanceof pg.DatabaseError && cause.code === '28P01';
}

// Never thrown itself: the cause inside an EstateError, so that its SQLSTATE can be asked for.
class ServerRefusal extends Error {
  readonly notice: ServerNotice;
  constructor(notice: ServerNotice) {
    super(`${notice.severity} ${notice.sqlState}: ${notice.message}`);
    this.notice = notice;
  }
}

/**
 * A connection in physical replication mode. `pg` authenticates (SCRAM); afterwards the socket is read here, because
 * pg's parser reuses its buffer and keeps an errored replication connection open without telling.
 */
export class ReplicationConnection {
  readonly #socket: Socket;
  readonly #onNotice: ((notice: ServerNotice) => void) | undefined;
  readonly #reader = new FrameReader(FRAME_LIMIT_BYTES);
  #queue: Frame[] = [];
  #queuedBytes = 0;
  #handler: ((frame: Frame) => void) | undefined;
  #waiter: { resolve: (frame: Frame) => void; reject: (error: Error) => void } | undefined;
  #ended: Error | undefined;
  #onEnd: ((error: Error) => void) | undefined;
  #onRest: (() => void) | undefined;

  private constructor(socket: Socket, onNotice: ((notice: ServerNotice) => void) | undefined) {
    this.#socket = socket;
    this.#onNotice = onNotice;
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('close', () =>
      this.#end(new EstateError('receiver.stream_broken', 'reading from headquarters: the connection closed')),
    );
  }

  /** @throws EstateError `receiver.stream_broken` */
  static async open(peer: ReplicationPeer): Promise<ReplicationConnection> {
    const [older, ...olderPasswords] = peer.olderPasswords ?? [];
    try {
      return await ReplicationConnection.#openWith(peer);
    } catch (error) {
      if (older === undefined || !isWrongPassword(error)) throw error;
      return ReplicationConnection.open({ ...peer, password: older, olderPasswords });
    }
  }

  static async #openWith(peer: ReplicationPeer): Promise<ReplicationConnection> {
    const socket = new Socket();
    const config: pg.ClientConfig & { replication: string } = {
      host: peer.socketDirectory,
      user: peer.user,
      database: 'replication',
      application_name: peer.applicationName,
      connectionTimeoutMillis: CONNECT_MS,
      replication: 'true',
      stream: () => socket,
      ...(peer.password === undefined ? {} : { password: peer.password }),
    };
    const client = new pg.Client(config);
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (cause) {
      socket.destroy();
      throw new EstateError('receiver.stream_broken', `connecting to the cluster in ${peer.socketDirectory}`, { cause });
    }
    socket.setTimeout(peer.silenceMs ?? SILENCE_MS, () => socket.destroy());
    return new ReplicationConnection(socket, peer.onNotice);
  }

  /** Closes at once; nothing that arrived and was not handled is handled any more. */
  destroy(): void {
    this.#handler = undefined;
    this.#queue = [];
    this.#socket.removeAllListeners('data');
    this.#end(new EstateError('receiver.stream_broken', 'reading from headquarters: the connection was cut here'));
    this.#socket.destroy();
  }

  write(bytes: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  async identify(): Promise<ServerIdentity> {
    const [row] = await this.query('IDENTIFY_SYSTEM');
    const [systemId, timeline, lsn] = (row ?? []).map((column) => column?.toString('utf8') ?? '');
    if (!systemId || !timeline || !lsn || !/^\d{1,20}$/.test(systemId)) {
      throw new EstateError('receiver.stream_broken', 'asking a cluster for its identity: an answer of unknown form');
    }
    return { systemId, timeline: Number(timeline), flushedLsn: parseLsn(lsn) };
  }

  async showSetting(name: 'wal_segment_size' | 'data_directory_mode'): Promise<string> {
    const [row] = await this.query(`SHOW ${name}`);
    return row?.[0]?.toString('utf8') ?? '';
  }

  /** The slot's restart position; created, reserving WAL at once, if there is none. */
  async ensureSlot(slot: string): Promise<Lsn | undefined> {
    const [found] = await this.query(`READ_REPLICATION_SLOT ${slot}`);
    if (!found?.[0]) await this.query(`CREATE_REPLICATION_SLOT ${slot} PHYSICAL RESERVE_WAL`);
    const [row] = found?.[0] ? [found] : await this.query(`READ_REPLICATION_SLOT ${slot}`);
    const lsn = row?.[1]?.toString('utf8');
    return lsn ? parseLsn(lsn) : undefined;
  }

  /** Tells the server of the base that an incremental one is to be based on. @throws EstateError `receiver.stream_broken` */
  async uploadManifest(manifest: Buffer): Promise<void> {
    this.#send('UPLOAD_MANIFEST');
    const answer = await this.next();
    if (answer.type === 'E') throw refused('telling of the base before', parseNotice(answer.body));
    if (answer.type !== 'G')
      throw new EstateError('receiver.stream_broken', `telling of the base before: unexpected message ${answer.type}`);
    for (let at = 0; at < manifest.length; at += UPLOAD_BYTES)
      this.write(encodeFrame('d', manifest.subarray(at, at + UPLOAD_BYTES)));
    this.write(encodeFrame('c'));
    await this.#readRows('telling of the base before');
  }

  async readHistory(timeline: number): Promise<Buffer> {
    const [row] = await this.query(`TIMELINE_HISTORY ${timeline}`);
    if (!row?.[1])
      throw new EstateError('receiver.stream_broken', `asking a cluster for the history of timeline ${timeline}: no answer`);
    return Buffer.from(row[1]);
  }

  /** Begins to stream; from here on every message goes to `onFrame`, in the turn in which it arrives. */
  async startPhysical(options: {
    readonly slot?: string;
    readonly fromLsn: Lsn;
    readonly timeline: number;
    readonly onFrame: (frame: Frame) => void;
    /** All messages that arrived together were given. */
    readonly onRest?: () => void;
    readonly onEnd: (error: Error) => void;
  }): Promise<void> {
    const slot = options.slot === undefined ? '' : `SLOT ${options.slot} `;
    this.#send(`START_REPLICATION ${slot}PHYSICAL ${formatLsn(options.fromLsn)} TIMELINE ${options.timeline}`);
    const answer = await this.next();
    if (answer.type === 'E') throw refused('starting to stream', parseNotice(answer.body));
    if (answer.type !== 'W')
      throw new EstateError('receiver.stream_broken', `starting to stream: unexpected message ${answer.type}`);
    this.#onEnd = options.onEnd;
    const waiting = this.#queue;
    this.#queue = [];
    this.#handler = options.onFrame;
    this.#onRest = options.onRest;
    for (const frame of waiting) this.#handler?.(frame);
    this.#onRest?.();
    if (this.#ended) options.onEnd(this.#ended);
  }

  /** Sends one command and gives all its rows. */
  async query(command: string): Promise<(Buffer | null)[][]> {
    this.#send(command);
    return this.#readRows(`running ${command.split(' ')[0]}`);
  }

  async #readRows(doing: string): Promise<(Buffer | null)[][]> {
    const rows: (Buffer | null)[][] = [];
    let failure: EstateError | undefined;
    for (;;) {
      const frame = await this.next();
      if (frame.type === 'D') rows.push(parseDataRow(frame.body));
      else if (frame.type === 'E') failure = refused(doing, parseNotice(frame.body));
      else if (frame.type === 'Z') break;
    }
    if (failure) throw failure;
    return rows;
  }

  /** Sends one command whose answer the caller reads with `next`. */
  begin(command: string): void {
    this.#send(command);
  }

  /** The next message; reading from the socket pauses while many wait. */
  next(): Promise<Frame> {
    const frame = this.#queue.shift();
    if (frame) {
      this.#queuedBytes -= frame.body.length;
      if (this.#queuedBytes < QUEUE_HIGH_BYTES / 2 && this.#socket.isPaused()) this.#socket.resume();
      return Promise.resolve(frame);
    }
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  #send(command: string): void {
    this.write(encodeFrame('Q', cString(command)));
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#reader.push(chunk)) this.#deliver(frame);
      if (!this.#ended) this.#onRest?.();
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
      this.#socket.destroy();
    }
  }

  #deliver(frame: Frame): void {
    if (this.#ended) return;
    if (this.#handler) return this.#handler(frame);
    if (frame.type === 'N') return this.#onNotice?.(parseNotice(frame.body));
    if (frame.type === 'S') return;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter) return waiter.resolve(frame);
    this.#queue.push(frame);
    this.#queuedBytes += frame.body.length;
    if (this.#queuedBytes > QUEUE_HIGH_BYTES) this.#socket.pause();
  }

  #end(error: Error): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#waiter?.reject(error);
    this.#waiter = undefined;
    this.#onEnd?.(error);
  }
}

/** The server's refusal as an error of ours. */
export function refused(doing: string, notice: ServerNotice): EstateError {
  return new EstateError('receiver.stream_broken', `${doing}: the cluster refused`, { cause: new ServerRefusal(notice) });
}

/** Who a cluster is and how far it has written. @throws EstateError `receiver.stream_broken` */
export async function askIdentity(peer: ReplicationPeer): Promise<ServerIdentity> {
  const connection = await ReplicationConnection.open(peer);
  try {
    return await connection.identify();
  } finally {
    connection.destroy();
  }
}
