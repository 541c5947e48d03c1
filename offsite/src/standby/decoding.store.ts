import { Socket } from 'node:net';
import { type DecodingCatalog, decodingCatalogSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { connectionTo } from '@bulkhead/postgres';
import pg from 'pg';
import { z } from 'zod';
import { formatLsn, type Lsn, parseLsn } from '#archive/wal.rules.ts';
import { cString, encodeFrame, type Frame, FrameReader } from '#receiver/frame.rules.ts';
import { encodeStatus, parseDataRow, parseNotice } from '#receiver/message.rules.ts';
import type { JailSession } from './session.store.ts';

export const SLOT = 'history';
/** A line may be as long as a string can be: of longer ones the beginning is kept, and never more is held. */
const LINE_LIMIT_BYTES = 33_554_432;
const LINE_KEPT_BYTES = 65_536;
/** No server makes a longer message: it ends the stream instead. */
const FRAME_LIMIT_BYTES = 1_073_741_832;
const QUEUE_HIGH_BYTES = 8_388_608;
const OPTIONS = [
  '"include-xids" \'on\'',
  '"include-timestamp" \'on\'',
  '"skip-empty-xacts" \'off\'',
  '"include-rewrites" \'off\'',
];

/** The settings that decide how values are written: in the start-up packet, where no catalog outranks them. */
const SETTINGS = [
  'datestyle=ISO,YMD',
  'intervalstyle=postgres',
  'extra_float_digits=1',
  'bytea_output=hex',
  'timezone=UTC',
  'client_encoding=UTF8',
  'search_path=pg_catalog',
  'event_triggers=off',
  'session_preload_libraries=',
  'local_preload_libraries=',
  'statement_timeout=0',
  'wal_sender_timeout=0',
];

/** What the stream says: a line, or how far everything was told. */
export type Streamed = { readonly lsn: Lsn; readonly line?: string; readonly cutBytes?: number };

/** A connection in logical replication mode to a jail's own cluster. */
export class DecodingConnection {
  readonly #socket: Socket;
  readonly #reader = new FrameReader(FRAME_LIMIT_BYTES, { overBytes: LINE_LIMIT_BYTES, keptBytes: LINE_KEPT_BYTES });
  #queue: Frame[] = [];
  #at = 0;
  #queuedBytes = 0;
  #ended: Error | undefined;
  #wake: (() => void) | undefined;
  #receivedLsn = 0n;
  #isStreaming = false;
  #marks = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('close', () => this.#end(new EstateError('history.lost', "decoding: the connection to the jail's server closed")));
  }

  /** @throws EstateError `postgres.query_failed` */
  static async open(socketDirectory: string, database: string): Promise<DecodingConnection> {
    const socket = new Socket();
    const config: pg.ClientConfig & { replication: string } = {
      ...connectionTo(socketDirectory, { database, role: 'postgres', applicationName: 'history' }),
      options: SETTINGS.map((setting) => `-c ${setting}`).join(' '),
      replication: 'database',
      stream: () => socket,
    };
    const client = new pg.Client(config);
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (cause) {
      socket.destroy();
      throw new EstateError('postgres.query_failed', `connecting to decode database ${database} of the jail`, { cause });
    }
    return new DecodingConnection(socket);
  }

  /** Makes the slot; waits until the WAL holds a place to begin at. Gives that place: every later commit is told. */
  async createSlot(): Promise<Lsn> {
    const [row] = await this.#query(`CREATE_REPLICATION_SLOT ${SLOT} LOGICAL test_decoding (SNAPSHOT 'nothing')`);
    return parseLsn(row?.[1]?.toString('utf8') ?? '');
  }

  /** Begins to stream what was committed after `after`. */
  async start(after: Lsn): Promise<void> {
    this.#receivedLsn = after;
    this.#send(`START_REPLICATION SLOT ${SLOT} LOGICAL ${formatLsn(after)} (${OPTIONS.join(', ')})`);
    const answer = await this.#next();
    if (answer.type === 'E') throw refused('starting to decode', answer);
    if (answer.type !== 'W') throw new EstateError('history.lost', `starting to decode: unexpected message ${answer.type}`);
    this.#isStreaming = true;
  }

  /**
   * Sends the server a mark, which it shows when it has done all that it was told before; undefined while nothing is streamed.
   * It travels as the time of a status, which nobody needs otherwise.
   */
  mark(): number | undefined {
    if (!this.#isStreaming) return undefined;
    this.#marks += 1;
    this.confirm(undefined);
    return this.#marks;
  }

  /** Whether something waits that has not been given yet. */
  get hasMore(): boolean {
    return this.#at < this.#queue.length;
  }

  /** After a refused command: reads up to where another may be sent. */
  async settle(): Promise<void> {
    while ((await this.#next()).type !== 'Z');
  }

  /** All that comes, until the connection ends: then it throws. */
  async *stream(): AsyncGenerator<Streamed> {
    for (;;) {
      const { type, body, cutBytes } = await this.#next();
      if (type === 'E') throw refused('decoding', { type, body });
      if (type === 'C' || type === 'Z') throw new EstateError('history.lost', "decoding: the jail's server ended the stream");
      if (type !== 'd') continue;
      const lsn = body.readBigUInt64BE(1);
      if (lsn > this.#receivedLsn) this.#receivedLsn = lsn;
      if (body[0] === 0x6b) {
        this.confirm(undefined);
        yield { lsn };
      } else yield { lsn, line: body.toString('utf8', 25), ...(cutBytes === undefined ? {} : { cutBytes }) };
    }
  }

  #confirmedLsn = 0n;

  /** Tells the server that what was committed up to here is kept, and may be forgotten. */
  confirm(lsn: Lsn | undefined): void {
    if (lsn !== undefined && lsn > this.#confirmedLsn) this.#confirmedLsn = lsn;
    const received = this.#receivedLsn > this.#confirmedLsn ? this.#receivedLsn : this.#confirmedLsn;
    this.#write(encodeStatus(received, this.#confirmedLsn, new Date(this.#marks), false));
  }

  destroy(): void {
    this.#socket.removeAllListeners('data');
    this.#end(new EstateError('history.lost', 'decoding: the connection was cut here'));
    this.#socket.destroy();
  }

  async #query(command: string): Promise<(Buffer | null)[][]> {
    this.#send(command);
    const rows: (Buffer | null)[][] = [];
    let failure: EstateError | undefined;
    for (;;) {
      const frame = await this.#next();
      if (frame.type === 'D') rows.push(parseDataRow(frame.body));
      else if (frame.type === 'E') failure = refused(`running ${command.split(' ')[0]}`, frame);
      else if (frame.type === 'Z') break;
    }
    if (failure) throw failure;
    return rows;
  }

  #send(command: string): void {
    this.#write(encodeFrame('Q', cString(command)));
  }

  #write(bytes: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  async #next(): Promise<Frame> {
    for (;;) {
      const frame = this.#queue[this.#at];
      if (frame) {
        this.#at += 1;
        this.#queuedBytes -= frame.body.length;
        return frame;
      }
      this.#queue = [];
      this.#at = 0;
      if (this.#ended) throw this.#ended;
      if (this.#socket.isPaused()) this.#socket.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #read(chunk: Buffer): void {
    try {
      // Bodies are views into the chunk, which the socket does not use again.
      for (const frame of this.#reader.push(chunk)) {
        this.#queue.push(frame);
        this.#queuedBytes += frame.body.length;
      }
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
      this.#socket.destroy();
    }
    if (this.#queuedBytes > QUEUE_HIGH_BYTES) this.#socket.pause();
    if (this.#at < this.#queue.length) this.#wake?.();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#wake?.();
  }
}

function refused(doing: string, { body }: Frame): EstateError {
  const { severity, sqlState, message } = parseNotice(body);
  return new EstateError('history.lost', `${doing}: the jail's server refused`, {
    cause: new Error(`${severity} ${sqlState}: ${message}`),
  });
}

const slotRows = z.array(
  z.object({
    confirmed: z.string().nullable(),
    restart: z.string().nullable(),
    reason: z.string().nullable(),
    needed: z.string().nullable(),
    active: z.boolean(),
    database: z.number().nullable(),
  }),
);
const markRows = z.array(z.object({ mark: z.number() }));
/** The slot as the server keeps it; undefined if there is none. `reason` tells why it can serve no more. */
export type SlotState = {
  readonly confirmedLsn: Lsn | undefined;
  readonly reason: string | undefined;
  /** From where on WAL is held back for it. */
  readonly restartLsn: Lsn | undefined;
  /** Whether a server process works with it. */
  readonly isActive: boolean;
  readonly database: number | undefined;
  /** The catalog's rows from this transaction on are needed. */
  readonly catalogXmin: number | undefined;
};

export async function readSlot(session: JailSession): Promise<SlotState | undefined> {
  const [row] = slotRows.parse(
    await session.query(
      `select confirmed_flush_lsn::text as confirmed, restart_lsn::text as restart, catalog_xmin::text as needed,
              active, datoid::int8::float8 as database, coalesce(invalidation_reason, case when wal_status = 'lost' then 'wal_removed' end) as reason
         from pg_replication_slots where slot_name = $1`,
      [SLOT],
    ),
  );
  if (!row) return undefined;
  return {
    confirmedLsn: row.confirmed === null ? undefined : parseLsn(row.confirmed),
    reason: row.reason ?? undefined,
    restartLsn: row.restart === null ? undefined : parseLsn(row.restart),
    isActive: row.active,
    database: row.database ?? undefined,
    catalogXmin: row.needed === null ? undefined : Number(row.needed),
  };
}

/** The last mark that the slot's reader sent, and the server heard. */
export async function readMark(session: JailSession): Promise<number | undefined> {
  const [row] = markRows.parse(
    await session.query(
      `select (extract(epoch from r.reply_time) * 1000)::float8 as mark
         from pg_stat_replication r join pg_replication_slots s on s.active_pid = r.pid
        where s.slot_name = $1 and r.reply_time is not null`,
      [SLOT],
    ),
  );
  return row?.mark;
}

export async function dropSlot(session: JailSession): Promise<void> {
  await session.query(
    'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active',
    [SLOT],
  );
}

/** What decoding does not say: keys, replica identities, foreign keys, sequences. */
export async function readDecodingCatalog(session: JailSession): Promise<DecodingCatalog> {
  const tables = await session.query(`
    select n.nspname || '.' || c.relname as "table", c.relreplident = 'f' as "keepsWholeRows",
           coalesce((select json_agg(a.attname order by k.place)
                       from pg_index i cross join lateral unnest(i.indkey::int2[]) with ordinality as k(attnum, place)
                       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                      where i.indrelid = c.oid and i.indisprimary), '[]') as key,
           coalesce((select json_agg(f.columns) from (
                       select (select json_agg(a.attname order by k.place)
                                 from unnest(o.conkey) with ordinality as k(attnum, place)
                                 join pg_attribute a on a.attrelid = o.conrelid and a.attnum = k.attnum) as columns
                         from pg_constraint o where o.conrelid = c.oid and o.contype = 'f' order by o.oid limit 500) f), '[]') as references
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and c.relpersistence = 'p' and n.nspname not in ('pg_catalog', 'information_schema')
       and n.nspname !~ '^pg_toast'
     order by 1 limit 10000`);
  const sequences = await session.query(`
    select n.nspname || '.' || c.relname as sequence, pg_relation_filenode(c.oid)::int8::float8 as file,
           s.seqincrement::text as increment, s.seqcache::text as cache, s.seqcycle as "isCycling"
      from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
     where c.relpersistence = 'p' order by 1 limit 10000`);
  const [row] = await session.query<{ database: number }>(
    'select oid::int8::float8 as database from pg_database where datname = current_database()',
  );
  return decodingCatalogSchema.parse({ database: row?.database, tables, sequences });
}
