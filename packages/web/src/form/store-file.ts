import { Readable } from 'node:stream';
import { detectImageType, SIGNATURE_BYTES } from './image-type.ts';

/** What a file is by its contents, and how its sender calls it. */
export type FoundFile = { readonly contentType: string; readonly name: string };

/** What a file field takes, and where its contents go. */
export type FileField<Stored> = {
  /** Media types, as `detect` tells them. */
  readonly accept: readonly string[];
  readonly maxBytes: number;
  readonly isRequired?: boolean;
  /** What a file is by its first bytes (12, or fewer where it ends before), whatever it is called; pictures unless told. */
  readonly detect?: (head: Uint8Array) => string | undefined;
  /** Takes the contents as they arrive. If the stream fails, what arrived is to be dropped. */
  readonly store: (content: Readable, found: FoundFile) => Promise<Stored>;
};

export type FileOutcome<Stored> =
  | { readonly kind: 'stored'; readonly stored: Stored }
  | { readonly kind: 'none' | 'wrong type' | 'too large' };

/**
 * Passes one file of a form on to its store. A file that is not taken is read to its end and dropped,
 * so that the fields after it still arrive.
 */
export async function storeFile<Stored>(content: Readable, field: FileField<Stored>, name: string): Promise<FileOutcome<Stored>> {
  const chunks = content.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  try {
    const head = await readHead(chunks);
    if (head.length === 0) return { kind: 'none' };
    const contentType = (field.detect ?? detectImageType)(head);
    if (contentType === undefined || !field.accept.includes(contentType)) return { kind: 'wrong type' };
    return await storeBounded(head, chunks, field, { contentType, name });
  } finally {
    drop(content, chunks);
  }
}

// A stream does not flow while an iterator listens for it to be readable.
function drop(content: Readable, chunks: AsyncIterator<Buffer>): void {
  const ended = chunks.return?.() ?? Promise.resolve();
  ended.then(
    () => content.resume(),
    () => content.resume(),
  );
}

async function readHead(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < SIGNATURE_BYTES) {
    const next = await chunks.next();
    if (next.done) return head;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function storeBounded<Stored>(
  head: Buffer,
  chunks: AsyncIterator<Buffer>,
  field: FileField<Stored>,
  found: FoundFile,
): Promise<FileOutcome<Stored>> {
  let bytes = head.length;
  async function* bounded(): AsyncGenerator<Buffer> {
    yield head;
    while (bytes <= field.maxBytes) {
      const next = await chunks.next();
      if (next.done) return;
      bytes += next.value.length;
      if (bytes <= field.maxBytes) yield next.value;
    }
    throw new Error('the file is larger than its field takes');
  }
  try {
    const stored = await field.store(Readable.from(bounded(), { objectMode: false }), found);
    return { kind: 'stored', stored };
  } catch (error) {
    if (bytes > field.maxBytes) return { kind: 'too large' };
    throw error;
  }
}
