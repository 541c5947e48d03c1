import { readFile } from 'node:fs/promises';
import {
  type EditionFile,
  type EditionManifest,
  type EditionPart,
  editionManifestSchema,
  fillManifest,
  linkSchema,
  openSigned,
  PURPOSES,
  trustSchema,
} from '@bulkhead/contracts';
import { EstateError, hasCode, sleepMs } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import type { EstateFiles } from '#estate/paths.ts';

const WAIT_MS = 25_000;

/**
 * Follows every edition that off-site signs, and so knows which bytes are genuine: what a reader got is compared
 * with the manifests of off-site, never with what headquarters says of itself.
 */
export class EditionWitness {
  readonly #genuine = new Map<string, Set<string>>();
  /** Files of the parts of the edition that was noted last, by the part's digest. */
  readonly #parts = new Map<string, readonly EditionFile[]>();
  readonly #peer: WirePeer;
  readonly #desk: WirePeer;
  readonly #keys;
  readonly #stop = new AbortController();
  #latest: EditionManifest | undefined;

  private constructor(peer: WirePeer, desk: WirePeer, keys: Parameters<typeof openSigned>[1]['keys']) {
    this.#peer = peer;
    this.#desk = desk;
    this.#keys = keys;
  }

  static async create(files: EstateFiles, publisherSocket: string, desk: WirePeer): Promise<EditionWitness> {
    const link = linkSchema.parse(JSON.parse(await readFile(files.offsite.link, 'utf8')));
    const trust = trustSchema.parse(JSON.parse(await readFile(files.offsite.trust, 'utf8')));
    return new EditionWitness({ socket: publisherSocket, secret: link.publisherSecret }, desk, trust.editionKeys);
  }

  /** Begins to follow; resolves when the first edition is known. */
  async follow(compartment: string): Promise<void> {
    await this.#learn(compartment, 0);
    void this.#goOn(compartment);
  }

  get latest(): EditionManifest | undefined {
    return this.#latest;
  }

  /** Whether these bytes were ever signed for this path. */
  isGenuine(path: string, sha256: string): boolean {
    return this.#genuine.get(path)?.has(sha256) === true;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #goOn(compartment: string): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#learn(compartment, this.#latest?.number ?? 0);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (!hasCode(error, 'wire.unreachable') && !hasCode(error, 'wire.refused')) throw error;
        await sleepMs(200);
      }
    }
  }

  async #learn(compartment: string, after: number): Promise<void> {
    const path = `/editions/${compartment}/latest?after=${after}`;
    const signed: unknown = await callWire(
      this.#peer,
      { method: 'GET', path, timeoutMs: WAIT_MS, signal: this.#stop.signal },
      z.unknown(),
    );
    if (signed === undefined) return;
    const manifest = await this.#note(compartment, signed);
    // Editions that follow each other faster than they are asked for were shown too.
    for (let number = after + 1; after > 0 && number < manifest.number; number += 1) await this.#learnKept(compartment, number);
    this.#latest = manifest;
    this.#forgetPartsBefore(manifest);
  }

  async #learnKept(compartment: string, number: number): Promise<void> {
    const path = `/editions/${compartment}/kept/${number}`;
    const signed: unknown = await callWire(this.#desk, { method: 'GET', path, signal: this.#stop.signal }, z.unknown()).catch(
      (error: unknown) => {
        // A number that was taken and never published, or an edition that is not kept any more.
        if (hasCode(error, 'wire.refused')) return undefined;
        throw error;
      },
    );
    if (signed !== undefined) await this.#note(compartment, signed);
  }

  /** Notes the files of an edition. It shares most parts with the one before: what was read once is not read again. */
  async #note(compartment: string, signed: unknown): Promise<EditionManifest> {
    const { value } = openSigned(signed, { purpose: PURPOSES.edition, keys: this.#keys, schema: editionManifestSchema });
    if (!value.parts) return this.#noteFiles(value);
    const files: EditionFile[] = [];
    for (const part of value.parts) {
      const known = this.#parts.get(part.sha256) ?? (await this.#readPart(compartment, value, part));
      this.#parts.set(part.sha256, known);
      files.push(...known);
    }
    return { ...value, files };
  }

  async #readPart(compartment: string, manifest: EditionManifest, part: EditionPart): Promise<readonly EditionFile[]> {
    const alone = await fillManifest({ ...manifest, parts: [part] }, ({ sha256 }) => this.#readFile(compartment, sha256));
    return this.#noteFiles(alone).files;
  }

  #noteFiles(manifest: EditionManifest): EditionManifest {
    for (const file of manifest.files) this.#genuine.set(file.path, (this.#genuine.get(file.path) ?? new Set()).add(file.sha256));
    return manifest;
  }

  async #readFile(compartment: string, sha256: string): Promise<Uint8Array> {
    const { body } = await openWire(this.#peer, { method: 'GET', path: `/editions/${compartment}/files/${sha256}` });
    // Whoever serves it may end in the middle: then it is asked for again.
    return Buffer.concat(
      await body.toArray().catch((cause: unknown) => {
        throw new EstateError('wire.unreachable', `reading file ${sha256} of an edition`, { cause });
      }),
    );
  }

  #forgetPartsBefore({ parts = [] }: EditionManifest): void {
    const standing = new Set(parts.map(({ sha256 }) => sha256));
    for (const sha256 of this.#parts.keys()) if (!standing.has(sha256)) this.#parts.delete(sha256);
  }
}
