import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Base, baseSchema } from '@bulkhead/contracts';
import { EstateError, type Now, syncDirectory } from '@bulkhead/kernel';
import { isDiskFull, writeDurably } from '#archive/files.actions.ts';
import type { Lineage } from '#archive/lineage.actions.ts';
import { formatLsn, type Lsn, parseLsn } from '#archive/wal.rules.ts';
import { parseDataRow, parseNotice } from './message.rules.ts';
import { type ReplicationConnection, refused } from './replication.store.ts';

const COMMAND =
  "BASE_BACKUP (LABEL 'offsite', CHECKPOINT 'fast', WAL false, WAIT false, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256')";
const WRITE_BYTES = 1_048_576;

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
  const building = join(lineage.baseDirectory, `${id}.building`);
  await mkdir(building, { mode: 0o700 });
  try {
    const tar = await copyArchives(connection, building);
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
    await writeDurably(join(building, 'base.json'), `${JSON.stringify(base, null, 2)}\n`);
    await rename(building, join(lineage.baseDirectory, id));
    await syncDirectory(lineage.baseDirectory);
    return base;
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    if (isDiskFull(error)) throw new EstateError('disk.full', 'writing a base backup', { cause: error });
    throw error;
  }
}

/** All complete bases of a lineage, oldest first. What a crash left half-made is removed. */
export async function listBases(lineage: Lineage): Promise<Base[]> {
  const bases: Base[] = [];
  for (const name of (await readdir(lineage.baseDirectory)).toSorted()) {
    if (name.endsWith('.building')) continue;
    const text = await readFile(join(lineage.baseDirectory, name, 'base.json'), 'utf8').catch((cause: unknown) => {
      throw new EstateError('archive.damaged', `reading the description of base ${name}`, { cause });
    });
    bases.push(parseBase(name, text));
  }
  return bases;
}

export async function removeHalfMadeBases(lineage: Lineage): Promise<void> {
  for (const name of await readdir(lineage.baseDirectory)) {
    if (name.endsWith('.building')) await rm(join(lineage.baseDirectory, name), { recursive: true, force: true });
  }
}

function parseBase(name: string, text: string): Base {
  try {
    return baseSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new EstateError('archive.damaged', `reading the description of base ${name}`, { cause });
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

async function copyArchives(connection: ReplicationConnection, directory: string): Promise<{ bytes: number; sha256: string }> {
  const opened = await connection.next();
  if (opened.type === 'E') throw refused('taking a base backup', parseNotice(opened.body));
  if (opened.type !== 'H') throw failed(`message ${opened.type} where the files were to begin`);
  const tar = await ChunkedFile.open(join(directory, 'base.tar'));
  const manifest = await ChunkedFile.open(join(directory, 'backup_manifest'));
  try {
    let into = tar;
    for (;;) {
      const { type, body } = await connection.next();
      if (type === 'c') break;
      if (type === 'E') throw refused('taking a base backup', parseNotice(body));
      const kind = type === 'd' ? String.fromCharCode(body.readUInt8(0)) : '';
      if (kind === 'd') await into.write(body.subarray(1));
      else if (kind === 'm') into = manifest;
      else if (kind === 'n' && body.toString('latin1', 1) !== 'base.tar\0\0') throw failed('an archive other than base.tar');
    }
    await manifest.finish();
    return await tar.finish();
  } finally {
    await tar.close();
    await manifest.close();
  }
}

/** A file written in large pieces, hashed on the way. */
class ChunkedFile {
  readonly #handle: Awaited<ReturnType<typeof open>>;
  readonly #hash = createHash('sha256');
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #bytes = 0;

  private constructor(handle: Awaited<ReturnType<typeof open>>) {
    this.#handle = handle;
  }

  static async open(path: string): Promise<ChunkedFile> {
    return new ChunkedFile(await open(path, 'wx', 0o600));
  }

  async write(piece: Buffer): Promise<void> {
    this.#hash.update(piece);
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#waitingBytes >= WRITE_BYTES) await this.#drain();
  }

  async finish(): Promise<{ bytes: number; sha256: string }> {
    await this.#drain();
    await this.#handle.sync();
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #drain(): Promise<void> {
    const pieces = this.#waiting;
    this.#waiting = [];
    this.#bytes += this.#waitingBytes;
    this.#waitingBytes = 0;
    if (pieces.length > 0) await this.#handle.writeFile(Buffer.concat(pieces));
  }
}

function hex(value: bigint, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

function failed(what: string): EstateError {
  return new EstateError('receiver.base_failed', `taking a base backup: ${what}`);
}
