import { createHash, type Hash } from 'node:crypto';
import type { BaseFile, BaseFiles } from './base-files.actions.ts';
import { ByteSource } from './byte-source.actions.ts';
import {
  fullLabel,
  HEAD_BEGINNING_BYTES,
  headBytesOf,
  type IncrementalHead,
  PAGE_BYTES,
  parseHead,
  pathOfIncremental,
  unusable,
} from './incremental.rules.ts';
import type { Remade } from './manifest.rules.ts';
import { isZero, paddingOf, readTarHead, rewriteTarHead, TAR_BLOCK } from './tar.rules.ts';
import { CHUNK_BYTES } from './tar-pieces.rules.ts';

const PAGES_OF_PART = CHUNK_BYTES / PAGE_BYTES;
/** So many parts of a file are read at once. */
const PARTS_AT_ONCE = 8;
const LABEL_LIMIT_BYTES = 65_536;
/** Zeros cost a liar nothing: what is put together is held to what a day of an honest database may make of it. */
const GROWTH = 2;
const GROWTH_BYTES = 268_435_456;

/** The base that an incremental one is based on. */
export type Before = { readonly files: BaseFiles; readonly startLsn: string };

/**
 * A full base's tar from an incremental one's, as it comes, and the base before it: a file that came in part has the pages
 * that came, below its kept length those it had, and zeros between. Nothing else of the base before is in it [A19].
 * @param note is told of each file whose contents are not those that came
 * @throws EstateError `receiver.base_failed` where they do not fit, `archive.damaged`, `archive.key_missing`
 */
export async function* putTogether(
  tar: AsyncIterable<Buffer>,
  before: Before,
  note: (remade: Remade) => void,
): AsyncGenerator<Buffer> {
  const source = new ByteSource(tar);
  let hasLabel = false;
  let room = before.files.bytes * GROWTH + GROWTH_BYTES;
  for (;;) {
    const block = await source.take(TAR_BLOCK);
    const entry = readTarHead(block);
    if (!entry) {
      if (!isZero(block)) throw unusable('what came is no tar');
      if (!hasLabel) throw unusable('it has no label');
      yield block;
      return yield* source.rest();
    }
    const path = pathOfIncremental(entry.name);
    const behind = paddingOf(entry.bytes);
    if (path !== undefined) {
      const head = await takeHead(source, entry.bytes);
      room -= head.filePages * PAGE_BYTES;
      if (room < 0) throw unusable('it is out of proportion to the base before');
      yield rewriteTarHead(block, { name: path, bytes: head.filePages * PAGE_BYTES });
      yield* remakeFile(source, head, { path, before, note });
      await source.take(behind);
    } else if (entry.name === 'backup_label') {
      hasLabel = true;
      if (entry.bytes > LABEL_LIMIT_BYTES) throw unusable('its label is out of bounds');
      const label = Buffer.from(fullLabel((await source.take(entry.bytes)).toString('utf8'), before.startLsn));
      await source.take(behind);
      note({ path: entry.name, bytes: label.length, sha256: createHash('sha256').update(label).digest('hex') });
      yield rewriteTarHead(block, { name: entry.name, bytes: label.length });
      yield Buffer.concat([label, Buffer.alloc(paddingOf(label.length))]);
    } else {
      yield block;
      yield* source.rest(entry.bytes + behind);
    }
  }
}

async function takeHead(source: ByteSource, fileBytes: number): Promise<IncrementalHead> {
  const beginning = await source.take(Math.min(HEAD_BEGINNING_BYTES, fileBytes));
  const rest = await source.take(headBytesOf(beginning, fileBytes) - beginning.length);
  return parseHead(Buffer.concat([beginning, rest]));
}

type Remaking = { readonly path: string; readonly before: Before; readonly note: (remade: Remade) => void };

async function* remakeFile(source: ByteSource, head: IncrementalHead, { path, before, note }: Remaking): AsyncGenerator<Buffer> {
  const old = before.files.find(path);
  if (!old) throw unusable(`the base before has no file ${JSON.stringify(path.slice(0, 100))}`);
  const bytes = head.filePages * PAGE_BYTES;
  const isAsBefore = head.pages.length === 0 && bytes === old.bytes;
  const hash = isAsBefore ? undefined : createHash('sha256');
  for (let from = 0; from < head.filePages; from += PARTS_AT_ONCE * PAGES_OF_PART)
    yield* remakeStretch({ source, head, old, files: before.files, hash }, from);
  note({ path, bytes, sha256: hash?.digest('hex') });
}

type Stretch = {
  readonly source: ByteSource;
  readonly head: IncrementalHead;
  readonly old: BaseFile;
  readonly files: BaseFiles;
  readonly hash: Hash | undefined;
};

async function* remakeStretch({ source, head, old, files, hash }: Stretch, from: number): AsyncGenerator<Buffer> {
  const parts = listParts(head, from);
  const standing = Math.min(head.keptPages, Math.floor(old.bytes / PAGE_BYTES));
  const wanted = parts.filter(({ first, count, pages }) => first < standing && pages.length < count);
  const read = await files.read(
    old,
    wanted.map(({ first }) => first / PAGES_OF_PART),
  );
  for (const { first, count, pages } of parts) {
    const held = read.get(first / PAGES_OF_PART);
    const kept = Math.max(0, Math.min(count, standing - first)) * PAGE_BYTES;
    const isWhole = held !== undefined && pages.length === 0 && kept === held.length && held.length === count * PAGE_BYTES;
    const bytes = isWhole ? held : Buffer.alloc(count * PAGE_BYTES);
    if (!isWhole) held?.copy(bytes, 0, 0, kept);
    for (const page of pages) (await source.take(PAGE_BYTES)).copy(bytes, (page - first) * PAGE_BYTES);
    hash?.update(bytes);
    yield bytes;
  }
}

/** A file's next parts, and the pages that come of each. */
function listParts({ pages, filePages }: IncrementalHead, from: number) {
  const until = Math.min(filePages, from + PARTS_AT_ONCE * PAGES_OF_PART);
  let at = firstAtOrBehind(pages, from);
  const parts: { readonly first: number; readonly count: number; readonly pages: readonly number[] }[] = [];
  for (let first = from; first < until; first += PAGES_OF_PART) {
    const count = Math.min(PAGES_OF_PART, until - first);
    const begin = at;
    while (at < pages.length && (pages[at] ?? 0) < first + count) at += 1;
    parts.push({ first, count, pages: pages.slice(begin, at) });
  }
  return parts;
}

function firstAtOrBehind(pages: readonly number[], from: number): number {
  const found = pages.findIndex((page) => page >= from);
  return found < 0 ? pages.length : found;
}
