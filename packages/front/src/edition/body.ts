import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Verified bytes in memory, with the compressed forms made from them. */
export type Body = { readonly sha256: string; readonly bytes: Buffer; br: Buffer | null; gzip: Buffer | null };

const BROTLI_QUALITY = 6;
const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

export function bodyOf(sha256: string, bytes: Buffer): Body {
  return { sha256, bytes, br: null, gzip: null };
}

/** Makes the compressed forms, once; kept only if they save something. */
export async function compressBody(body: Body): Promise<void> {
  if (body.br !== null || body.gzip !== null) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: body.bytes.length };
  const br = await toBrotli(body.bytes, { params });
  const zipped = await toGzip(body.bytes, { level: 6 });
  if (br.length < body.bytes.length) body.br = br;
  if (zipped.length < body.bytes.length) body.gzip = zipped;
}

/** Bodies held for good, up to a limit. */
export class HeldBodies {
  readonly #limitBytes: number;
  readonly #bodies = new Map<string, Body>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  find(sha256: string): Body | null {
    return this.#bodies.get(sha256) ?? null;
  }

  /** Holds a body if there is room; tells whether it is held. */
  add(body: Body): boolean {
    if (this.#bodies.has(body.sha256)) return true;
    if (this.#bytes + body.bytes.length > this.#limitBytes) return false;
    this.#bodies.set(body.sha256, body);
    this.#bytes += body.bytes.length;
    return true;
  }
}

/** Bodies read on demand, when an edition is larger than the memory set aside for it; the least used are forgotten. */
export class RecentBodies {
  readonly #limitBytes: number;
  readonly #bodies = new Map<string, Body>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  find(sha256: string): Body | null {
    const body = this.#bodies.get(sha256);
    if (!body) return null;
    this.#bodies.delete(sha256);
    this.#bodies.set(sha256, body);
    return body;
  }

  add(body: Body): void {
    if (this.#bodies.has(body.sha256) || body.bytes.length > this.#limitBytes) return;
    this.#bodies.set(body.sha256, body);
    this.#bytes += body.bytes.length;
    for (const [sha256, oldest] of this.#bodies) {
      if (this.#bytes <= this.#limitBytes) return;
      this.#bodies.delete(sha256);
      this.#bytes -= oldest.bytes.length;
    }
  }

  clear(): void {
    this.#bodies.clear();
    this.#bytes = 0;
  }
}
