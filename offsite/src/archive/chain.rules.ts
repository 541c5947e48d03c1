import { EstateError, sha256Hex } from '@bulkhead/kernel';
import { z } from 'zod';

const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);
const nameSchema = z.string().min(1).max(200);
const oldLineSchema = z.object({ name: nameSchema, sha256: digestSchema });
const lineSchema = z.union([
  oldLineSchema.extend({ ranMs: z.number().int().min(0), prev: digestSchema }),
  /** What retention removed: it is known to be gone, and why. */
  z.object({ pruned: z.array(nameSchema).min(1).max(1_000_000), ranMs: z.number().int().min(0), prev: digestSchema }),
]);
export type ChainLine = z.infer<typeof lineSchema>;

const headSchema = z.object({ lines: z.number().int().min(0), sha256: digestSchema });
/** How far the index had come when it was last noted elsewhere: by it a cut is seen. */
export type ChainHead = z.infer<typeof headSchema>;

export type Chain = {
  readonly lines: readonly ChainLine[];
  readonly head: ChainHead;
  /** So much of the file is whole; what a crash left behind it goes with the next line. */
  readonly validBytes: number;
};

/** Where the chain of a lineage begins. */
export function genesisOf(systemId: string): string {
  return sha256Hex(`bulkhead archive index\n${systemId}`);
}

/**
 * Reads a chained index. A line that a crash tore can only be the last, and only behind what the head tells of.
 * @throws EstateError `archive.damaged` for an index that was cut, altered or put in another order
 */
export function readChain(text: string, genesis: string, head: ChainHead | undefined): Chain {
  const lines: ChainLine[] = [];
  let sha256 = genesis;
  let at = 0;
  for (;;) {
    if (lines.length === head?.lines && sha256 !== head.sha256) throw damaged(lines.length, 'is not the one that was noted');
    const end = text.indexOf('\n', at);
    const whole = end < 0 ? undefined : text.slice(at, end);
    const line = whole === undefined ? undefined : parseLine(whole);
    if (whole !== undefined && line?.prev === sha256) {
      lines.push(line);
      sha256 = sha256Hex(whole);
      at = end + 1;
      continue;
    }
    const isLast = end < 0 || end === text.length - 1;
    if (line || !isLast) throw damaged(lines.length + 1, 'does not follow from the one before');
    if (lines.length < (head?.lines ?? 0)) throw damaged(lines.length + 1, 'is missing: the index was cut');
    return { lines, head: { lines: lines.length, sha256 }, validBytes: Buffer.byteLength(text.slice(0, at)) };
  }
}

/** The names and digests of an index from before it was chained; lines that a crash tore are passed over. */
export function readUnchained(text: string): Map<string, string> {
  const digests = new Map<string, string>();
  for (const line of text.split('\n')) {
    const parsed = oldLineSchema.safeParse(parseJson(line));
    if (!parsed.success) continue;
    const { name, sha256 } = parsed.data;
    if ((digests.get(name) ?? sha256) !== sha256)
      throw new EstateError('archive.damaged', `reading the digests of segments: two differ for ${name}`);
    digests.set(name, sha256);
  }
  return digests;
}

/** Whether an index is of before the chain: it has lines, and none of them is chained. */
export function isUnchained(text: string): boolean {
  const parsed = text.split('\n').map(parseJson);
  return (
    !parsed.some((line) => lineSchema.safeParse(line).success) && parsed.some((line) => oldLineSchema.safeParse(line).success)
  );
}

export function parseHead(bytes: Buffer): ChainHead {
  const parsed = headSchema.safeParse(parseJson(bytes.toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new EstateError('archive.damaged', 'reading the head of the index');
}

export function encodeLine(line: ChainLine): { readonly text: string; readonly sha256: string } {
  const text = JSON.stringify(line);
  return { text: `${text}\n`, sha256: sha256Hex(text) };
}

function parseLine(text: string): ChainLine | undefined {
  const parsed = lineSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function damaged(line: number, what: string): EstateError {
  return new EstateError('archive.damaged', `reading the index of the archive: line ${line} ${what}`);
}
