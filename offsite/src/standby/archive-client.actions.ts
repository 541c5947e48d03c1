import { createHash } from 'node:crypto';
import { open, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  type Base,
  basesSchema,
  type CompartmentStream,
  compartmentStreamSchema,
  type WalFile,
  type WalList,
  walListSchema,
} from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer, type WireReply } from '@bulkhead/wire';
import { SEGMENT_BYTES } from '#archive/wal.rules.ts';

const WHOLE_DOWNLOAD_MS = 86_400_000;
const FILE_MS = 120_000;

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

  async listBases(): Promise<Base[]> {
    return (await callWire(this.#peer, { method: 'GET', path: `${this.#path}/bases` }, basesSchema)).bases;
  }

  /** @throws EstateError `archive.gap`, `archive.damaged` */
  async listWal(fromLsn: string, timeline: number): Promise<WalList> {
    const path = `${this.#path}/wal?from=${encodeURIComponent(fromLsn)}&timeline=${timeline}`;
    return callWire(this.#peer, { method: 'GET', path }, walListSchema).catch(unwrap);
  }

  async openBase(base: Base): Promise<Readable> {
    const reply = await openWire(this.#peer, {
      method: 'GET',
      path: `${this.#path}/bases/${base.id}`,
      timeoutMs: WHOLE_DOWNLOAD_MS,
    }).catch(unwrap);
    return reply.body;
  }

  async readHistory(name: string): Promise<string> {
    const { bytes } = await this.#readFile(name);
    return bytes.toString('utf8');
  }

  /** The bytes of a segment; of one that grows, what is durable. @throws EstateError `archive.damaged` */
  async readSegment(name: string): Promise<Buffer> {
    return (await this.#readFile(name)).bytes;
  }

  /**
   * Lays a file of the archive into a directory; a partial segment is filled up with zeros, as PostgreSQL expects it.
   * @throws EstateError `archive.damaged`
   */
  async fetchWal(file: WalFile, directory: string): Promise<void> {
    const { bytes } = await this.#readFile(file.name);
    if (bytes.length < file.bytes) throw new EstateError('archive.damaged', `fetching ${file.name}: it is shorter than listed`);
    const path = join(directory, file.name);
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
    if (!file.name.endsWith('.history')) await truncate(path, SEGMENT_BYTES);
  }

  async #readFile(name: string): Promise<{ readonly bytes: Buffer }> {
    const reply: WireReply = await openWire(this.#peer, {
      method: 'GET',
      path: `${this.#path}/wal/${name}`,
      timeoutMs: FILE_MS,
    }).catch(unwrap);
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of reply.body as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > SEGMENT_BYTES) throw new EstateError('archive.damaged', `fetching ${name}: it is longer than a segment`);
        chunks.push(chunk);
      }
    } catch (cause) {
      throw cause instanceof EstateError
        ? cause
        : new EstateError('wire.unreachable', `fetching ${name}: it broke off`, { cause });
    }
    const bytes = Buffer.concat(chunks);
    if (createHash('sha256').update(bytes).digest('hex') === reply.headers['x-sha256']) return { bytes };
    throw new EstateError('archive.damaged', `fetching ${name}: its bytes do not match the digest sent with them`);
  }
}

// What the receiver found wrong with the archive is more telling than that a call was refused.
function unwrap(error: unknown): never {
  for (const code of ['archive.damaged', 'archive.gap', 'archive.key_missing'] as const) {
    if (hasCode(error, code)) throw new EstateError(code, 'reading the archive', { cause: error });
  }
  throw error;
}
