import type { Base } from '@bulkhead/contracts';
import { EstateError, isDiskFull, type Now } from '@bulkhead/kernel';
import { commitBase, dropBuilding, findLeaning } from '#archive/base-shelf.actions.ts';
import { BaseWriter } from '#archive/base-writer.actions.ts';
import type { Lineage } from '#archive/lineage.actions.ts';
import { formatLsn, type Lsn, parseLsn } from '#archive/wal.rules.ts';
import { parseDataRow, parseNotice } from './message.rules.ts';
import { type ReplicationConnection, refused } from './replication.store.ts';

const COMMAND =
  "BASE_BACKUP (LABEL 'offsite', CHECKPOINT 'fast', WAL false, WAIT false, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256')";
const MANIFEST_LIMIT_BYTES = 268_435_456;

type Position = { readonly lsn: Lsn; readonly timeline: number };

/**
 * Takes a base backup over a replication connection, straight to disk: nothing stands under its final name until all
 * of it is durable [A2].
 * @throws EstateError `receiver.base_failed`, `disk.full`, `receiver.stream_broken`
 */
export async function takeBase(options: {
  readonly connection: ReplicationConnection;
  readonly lineage: Lineage;
  readonly now: Now;
}): Promise<Base> {
  const { connection, lineage, now } = options;
  const startedAt = now();
  connection.begin(COMMAND);
  const start = await readPosition(connection);
  await refuseTablespaces(connection);
  const id = `${startedAt.toISOString().replace(/[-:]|\.\d{3}/g, '')}-${hex(BigInt(start.timeline), 8)}-${hex(start.lsn, 16)}`;
  try {
    const tar = await copyArchives(connection, lineage, id);
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

async function copyArchives(
  connection: ReplicationConnection,
  lineage: Lineage,
  id: string,
): Promise<{ bytes: number; sha256: string }> {
  const opened = await connection.next();
  if (opened.type === 'E') throw refused('taking a base backup', parseNotice(opened.body));
  if (opened.type !== 'H') throw failed(`message ${opened.type} where the files were to begin`);
  const tar = await BaseWriter.begin(lineage.place, id, await findLeaning(lineage));
  const manifest: Buffer[] = [];
  let manifestBytes = 0;
  let isManifest = false;
  try {
    for (;;) {
      const { type, body } = await connection.next();
      if (type === 'c') return await tar.finish(Buffer.concat(manifest));
      if (type === 'E') throw refused('taking a base backup', parseNotice(body));
      const kind = type === 'd' ? String.fromCharCode(body.readUInt8(0)) : '';
      if (kind === 'm') isManifest = true;
      if (kind === 'n' && body.toString('latin1', 1) !== 'base.tar\0\0') throw failed('an archive other than base.tar');
      if (kind !== 'd') continue;
      if (!isManifest) await tar.write(body.subarray(1));
      else manifest.push(Buffer.from(body.subarray(1)));
      manifestBytes += isManifest ? body.length : 0;
      if (manifestBytes > MANIFEST_LIMIT_BYTES) throw failed('a manifest out of bounds');
    }
  } finally {
    await tar.close();
  }
}

function hex(value: bigint, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

function failed(what: string): EstateError {
  return new EstateError('receiver.base_failed', `taking a base backup: ${what}`);
}
