import type { Base } from '@bulkhead/contracts';
import { EstateError, isDiskFull, type Now } from '@bulkhead/kernel';
import { BaseFiles } from '#archive/base-files.actions.ts';
import { commitBase, dropBuilding, findLeaning } from '#archive/base-shelf.actions.ts';
import { BaseWriter } from '#archive/base-writer.actions.ts';
import type { Lineage } from '#archive/lineage.actions.ts';
import { composeManifest, manifestToSend, type Remade } from '#archive/manifest.rules.ts';
import { putTogether } from '#archive/put-together.actions.ts';
import { formatLsn, type Lsn, parseLsn } from '#archive/wal.rules.ts';
import type { BaseBefore, Origin } from './base-origin.actions.ts';
import { parseDataRow, parseNotice } from './message.rules.ts';
import { type ReplicationConnection, refused } from './replication.store.ts';

const OPTIONS = "LABEL 'offsite', CHECKPOINT 'fast', WAL false, WAIT false, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256'";
const MANIFEST_LIMIT_BYTES = 268_435_456;

type Position = { readonly lsn: Lsn; readonly timeline: number };

/**
 * Takes a base backup over a replication connection, straight to disk: nothing stands under its final name until all
 * of it is durable [A2]. With a base before it only what changed comes, and it is put together here [A19].
 * @throws EstateError `receiver.base_failed`, `disk.full`, `receiver.stream_broken`
 */
export async function takeBase(options: {
  readonly connection: ReplicationConnection;
  readonly lineage: Lineage;
  readonly origin: Origin;
  readonly now: Now;
}): Promise<Base> {
  const { connection, lineage, origin, now } = options;
  const startedAt = now();
  const before = 'before' in origin ? origin.before : undefined;
  if (before) await connection.uploadManifest(manifestToSend(before.manifest, lineage.systemId));
  connection.begin(`BASE_BACKUP (${OPTIONS}${before ? ', INCREMENTAL' : ''})`);
  const start = await readPosition(connection);
  await refuseTablespaces(connection);
  const id = `${startedAt.toISOString().replace(/[-:]|\.\d{3}/g, '')}-${hex(BigInt(start.timeline), 8)}-${hex(start.lsn, 16)}`;
  try {
    const arriving = await Arriving.open(connection);
    const tar = before ? await remake(arriving, lineage, id, before) : await keep(arriving, lineage, id, origin);
    const end = await readPosition(connection);
    await untilReady(connection);
    const base: Base = {
      id,
      systemId: lineage.systemId,
      timeline: start.timeline,
      startLsn: formatLsn(start.lsn),
      endLsn: formatLsn(end.lsn),
      startedAt: startedAt.toISOString(),
      endedAt: now().toISOString(),
      ...tar,
      origin: {
        before: before?.base.id ?? null,
        because: 'because' in origin ? origin.because : null,
        sentBytes: arriving.bytes,
      },
    };
    await commitBase(lineage, base);
    return base;
  } catch (error) {
    await dropBuilding(lineage, id);
    if (isDiskFull(error)) throw new EstateError('disk.full', 'writing a base backup', { cause: error });
    throw error;
  }
}

/** Reads on to the next row, which tells a position and a timeline. */
async function readPosition(connection: ReplicationConnection): Promise<Position> {
  const [lsn, timeline] = (await nextRow(connection)).map((column) => column?.toString('utf8') ?? '');
  if (!lsn || !timeline || !/^\d{1,10}$/.test(timeline)) throw failed('a position of unknown form');
  await untilComplete(connection);
  return { lsn: parseLsn(lsn), timeline: Number(timeline) };
}

// A tablespace is a link to any place of the machine: no cluster of the estate has one but pg_default's.
async function refuseTablespaces(connection: ReplicationConnection): Promise<void> {
  const [oid] = await nextRow(connection);
  if (oid !== null) throw failed('the cluster has a tablespace of its own; drop it');
  await untilComplete(connection);
}

async function nextRow(connection: ReplicationConnection): Promise<(Buffer | null)[]> {
  for (;;) {
    const frame = await connection.next();
    if (frame.type === 'D') return parseDataRow(frame.body);
    if (frame.type === 'E') throw refused('taking a base backup', parseNotice(frame.body));
    if (frame.type !== 'T') throw failed(`message ${frame.type} where a row was due`);
  }
}

async function untilComplete(connection: ReplicationConnection): Promise<void> {
  const frame = await connection.next();
  if (frame.type === 'C') return;
  if (frame.type === 'E') throw refused('taking a base backup', parseNotice(frame.body));
  throw failed(frame.type === 'D' ? 'more rows than one' : `message ${frame.type} where a result was to end`);
}

async function untilReady(connection: ReplicationConnection): Promise<void> {
  for (;;) {
    const frame = await connection.next();
    if (frame.type === 'Z') return;
    if (frame.type === 'E') throw refused('ending a base backup', parseNotice(frame.body));
  }
}

type Stored = { readonly bytes: number; readonly sha256: string };

/** Stores a base as it comes. One before it that cannot be read is not leaned on either: its damage goes no further. */
async function keep(arriving: Arriving, lineage: Lineage, id: string, origin: Origin): Promise<Stored> {
  const mayLean = !('because' in origin) || origin.because !== 'base-before-unusable';
  const writer = await BaseWriter.begin(lineage.place, id, mayLean ? await findLeaning(lineage) : undefined);
  try {
    for await (const bytes of arriving.tar()) await writer.write(bytes);
    return await writer.finish(arriving.manifest());
  } finally {
    await writer.close();
  }
}

/** Stores a base that comes in part as the whole that it is, with what the one before it has. */
async function remake(arriving: Arriving, lineage: Lineage, id: string, before: BaseBefore): Promise<Stored> {
  const files = await BaseFiles.open(lineage.place, before.map);
  const writer = await BaseWriter.begin(lineage.place, id, before.map, true);
  const remade: Remade[] = [];
  try {
    const tar = putTogether(arriving.tar(), { files, startLsn: before.base.startLsn }, (one) => void remade.push(one));
    for await (const bytes of tar) await writer.write(bytes);
    const { systemId } = lineage;
    const manifest = composeManifest({ came: arriving.manifest(), before: before.manifest, systemId, remade });
    return await writer.finish(manifest);
  } finally {
    await files.close();
    await writer.close();
  }
}

/** The files of a base backup on their way: first a tar, then PostgreSQL's manifest of them. */
class Arriving {
  readonly #connection: ReplicationConnection;
  readonly #manifest: Buffer[] = [];
  #bytes = 0;

  private constructor(connection: ReplicationConnection) {
    this.#connection = connection;
  }

  static async open(connection: ReplicationConnection): Promise<Arriving> {
    const opened = await connection.next();
    if (opened.type === 'E') throw refused('taking a base backup', parseNotice(opened.body));
    if (opened.type !== 'H') throw failed(`message ${opened.type} where the files were to begin`);
    return new Arriving(connection);
  }

  /** How much has come. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What came behind the tar. */
  manifest(): Buffer {
    return Buffer.concat(this.#manifest);
  }

  async *tar(): AsyncGenerator<Buffer> {
    let isManifest = false;
    let manifestBytes = 0;
    for (;;) {
      const { type, body } = await this.#connection.next();
      if (type === 'c') return;
      if (type === 'E') throw refused('taking a base backup', parseNotice(body));
      const kind = type === 'd' ? String.fromCharCode(body.readUInt8(0)) : '';
      if (kind === 'm') isManifest = true;
      if (kind === 'n' && body.toString('latin1', 1) !== 'base.tar\0\0') throw failed('an archive other than base.tar');
      if (kind !== 'd') continue;
      this.#bytes += body.length - 1;
      if (!isManifest) yield body.subarray(1);
      else this.#manifest.push(Buffer.from(body.subarray(1)));
      manifestBytes += isManifest ? body.length : 0;
      if (manifestBytes > MANIFEST_LIMIT_BYTES) throw failed('a manifest out of bounds');
    }
  }
}

function hex(value: bigint, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

function failed(what: string): EstateError {
  return new EstateError('receiver.base_failed', `taking a base backup: ${what}`);
}
