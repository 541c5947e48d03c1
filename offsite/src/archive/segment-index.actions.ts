import { open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EstateError, syncDirectory } from '@bulkhead/kernel';
import { z } from 'zod';

const lineSchema = z.object({ name: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** The digests of a lineage's complete segments: an append-only file of JSON lines. */
export class SegmentIndex {
  readonly #path: string;
  readonly #digests: Map<string, string>;
  #needsNewline: boolean;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(path: string, digests: Map<string, string>, needsNewline: boolean) {
    this.#path = path;
    this.#digests = digests;
    this.#needsNewline = needsNewline;
  }

  static async open(path: string): Promise<SegmentIndex> {
    const text = await readFile(path, 'utf8').catch(() => '');
    const digests = new Map<string, string>();
    for (const line of text.split('\n')) {
      const parsed = parseLine(line);
      if (!parsed) continue;
      const known = digests.get(parsed.name);
      if (known !== undefined && known !== parsed.sha256) {
        throw new EstateError('archive.damaged', `reading the digests of segments: two differ for ${parsed.name}`);
      }
      digests.set(parsed.name, parsed.sha256);
    }
    return new SegmentIndex(path, digests, text !== '' && !text.endsWith('\n'));
  }

  get(name: string): string | undefined {
    return this.#digests.get(name);
  }

  /** Adds a digest durably. A known one is never replaced. */
  add(name: string, sha256: string): Promise<void> {
    const added = this.#tail.then(() => this.#append(name, sha256));
    this.#tail = added.catch(() => undefined);
    return added;
  }

  async #append(name: string, sha256: string): Promise<void> {
    const known = this.#digests.get(name);
    if (known === sha256) return;
    if (known !== undefined) throw new EstateError('archive.damaged', `adding the digest of ${name}: another one is recorded`);
    const handle = await open(this.#path, 'a', 0o600);
    try {
      // A torn last line, left by a crash, is ended first: it must not swallow this one.
      await handle.writeFile(`${this.#needsNewline ? '\n' : ''}${JSON.stringify({ name, sha256 })}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncDirectory(dirname(this.#path));
    this.#needsNewline = false;
    this.#digests.set(name, sha256);
  }
}

function parseLine(line: string): { name: string; sha256: string } | undefined {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
