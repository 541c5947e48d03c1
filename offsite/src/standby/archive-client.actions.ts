import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Base,
  basesSchema,
  type CompartmentStream,
  compartmentStreamSchema,
  type ListedBase,
  type WalFile,
  type WalList,
  walListSchema,
} from '@bulkhead/contracts';
import { EstateError, hasCode, sha256Hex } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { unpackPiece } from '#archive/base-reader.actions.ts';
import { decompressAtOnce } from '#archive/packing.actions.ts';
import { PACKED_SEGMENT_TYPE, PIECES_TYPE, PieceReader } from '#archive/piece.rules.ts';
import { SEGMENT_BYTES } from '#archive/wal.rules.ts';

const WHOLE_DOWNLOAD_MS = 86_400_000;
const FILE_MS = 120_000;
/** What cannot be compressed grows a little. */
const LONGEST_BYTES = SEGMENT_BYTES + 1_048_576;

/** A base's tar as it comes. Who does not read it to its end closes it. */
export type OpenedBase = { readonly tar: AsyncIterable<Buffer>; readonly close: () => void };

/** The receiver's archive of one compartment, as a jail may read it. */
export class ArchiveClient {
  readonly #peer: WirePeer;
  readonly #path: string;

  constructor(peer: WirePeer, compartment: string) {
    this.#peer = peer;
    this.#path = `/compartments/${compartment}`;
  }

  readStream(): Promise<CompartmentStream> {
    return callWire(this.#peer, { method: 'GET', path: this.#path }, compartmentStreamSchema);
  }

  async listBases(): Promise<ListedBase[]> {
    return (await callWire(this.#peer, { method: 'GET', path: `${this.#path}/bases` }, basesSchema)).bases;
  }

  /** @throws EstateError `archive.gap`, `archive.damaged` */
  async listWal(fromLsn: string, timeline: number): Promise<WalList> {
    const path = `${this.#path}/wal?from=${encodeURIComponent(fromLsn)}&timeline=${timeline}`;
    return callWire(this.#peer, { method: 'GET', path }, walListSchema).catch(unwrap);
  }

  /** A base's tar. It comes as it is packed, and is unpacked here: the receiver has commits to acknowledge. */
  async openBase(base: Base): Promise<OpenedBase> {
    const { headers, body } = await openWire(this.#peer, {
      method: 'GET',
      path: `${this.#path}/bases/${base.id}`,
      headers: { accept: PIECES_TYPE },
      timeoutMs: WHOLE_DOWNLOAD_MS,
    }).catch(unwrap);
    return { tar: headers['content-type'] === PIECES_TYPE ? unpackPieces(body) : body, close: () => void body.destroy() };
  }

  async readHistory(name: string): Promise<string> {
    return (await this.#readFile(name)).toString('utf8');
  }

  /** The bytes of a segment; of one that grows, what is durable. @throws EstateError `archive.damaged` */
  readSegment(name: string): Promise<Buffer> {
    return this.#readFile(name);
  }

  /**
   * Lays a file of the archive into a directory, where it stands under its name when it is whole; a partial segment is filled up with
   * zeros, as PostgreSQL expects it.
   * @throws EstateError `archive.damaged`
   */
  async fetchWal(file: WalFile, directory: string): Promise<void> {
    const bytes = await this.#readFile(file.name);
    if (bytes.length < file.bytes) throw new EstateError('archive.damaged', `fetching ${file.name}: it is shorter than listed`);
    const path = join(directory, file.name);
    const handle = await open(`${path}.laying`, 'wx', 0o600);
    try {
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at, bytes.length - at, at)).bytesWritten;
      if (!file.name.endsWith('.history')) await handle.truncate(SEGMENT_BYTES);
    } finally {
      await handle.close();
    }
    await rename(`${path}.laying`, path);
  }

  /** It comes as it is packed, where it is, and is unpacked here: the receiver has commits to acknowledge. */
  async #readFile(name: string): Promise<Buffer> {
    const { headers, body } = await openWire(this.#peer, {
      method: 'GET',
      path: `${this.#path}/wal/${name}`,
      headers: { accept: PACKED_SEGMENT_TYPE },
      timeoutMs: FILE_MS,
    }).catch(unwrap);
    const told = Number(headers['content-length'] ?? 0);
    if (!(told <= LONGEST_BYTES)) {
      body.destroy();
      throw new EstateError('archive.damaged', `fetching ${name}: it is longer than a segment`);
    }
    const parts: Buffer[] = [];
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) parts.push(chunk);
    } catch (cause) {
      throw new EstateError('wire.unreachable', `fetching ${name}: it broke off`, { cause });
    }
    const came = Buffer.concat(parts);
    const isWhole = came.length === told;
    const isPacked = headers['content-type'] === PACKED_SEGMENT_TYPE;
    const bytes = isPacked && isWhole ? await decompressAtOnce(came, SEGMENT_BYTES, name) : came;
    if (isWhole && sha256Hex(bytes) === headers['x-sha256']) return bytes;
    throw new EstateError('archive.damaged', `fetching ${name}: its bytes do not match the digest sent with them`);
  }
}

async function* unpackPieces(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const reader = new PieceReader();
  for await (const chunk of body) for (const piece of reader.push(chunk)) if (piece.plainBytes > 0) yield unpackPiece(piece);
  reader.end();
}

// What the receiver found wrong with the archive is more telling than that a call was refused.
function unwrap(error: unknown): never {
  for (const code of ['archive.damaged', 'archive.gap', 'archive.key_missing'] as const) {
    if (hasCode(error, code)) throw new EstateError(code, 'reading the archive', { cause: error });
  }
  throw error;
}
