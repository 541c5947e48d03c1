import { EstateError } from '@bulkhead/kernel';

/** What a file of an incremental base begins with (PostgreSQL's backup/basebackup_incremental.h). */
const MAGIC = 0xd3_ae_1f_0d;
const PREFIX = 'INCREMENTAL.';
const FIRST_BYTES = 12;
/** How an incremental base's label differs from that of a full one: a server refuses to start from it. */
const LABEL_LINE = /^INCREMENTAL FROM (?:LSN: ([0-9A-F/]+)|TLI: (\d+))$/;

export const PAGE_BYTES = 8192;
/** RELSEG_SIZE: a relation's file has no more pages. */
export const PAGES_LIMIT = 131_072;
/** So much of an incremental file must be there before its head's length is known. */
export const HEAD_BEGINNING_BYTES = FIRST_BYTES;

/** What an incremental file tells before its pages. */
export type IncrementalHead = {
  /** The pages that come, by their number in the file, ascending. */
  readonly pages: readonly number[];
  /** Pages below this that do not come are as they were; those at and beyond it are not any more. */
  readonly keptPages: number;
  /** How long the file is. */
  readonly filePages: number;
};

/** The path of the file that an incremental file stands for; undefined for every other. */
export function pathOfIncremental(path: string): string | undefined {
  const at = path.lastIndexOf('/') + 1;
  return path.startsWith(PREFIX, at) ? path.slice(0, at) + path.slice(at + PREFIX.length) : undefined;
}

/** How long the head of an incremental file is. @throws EstateError `receiver.base_failed` */
export function headBytesOf(beginning: Buffer, fileBytes: number): number {
  if (beginning.length < FIRST_BYTES || beginning.readUInt32LE(0) !== MAGIC) throw unusable('it has no head');
  const count = beginning.readUInt32LE(4);
  if (count > PAGES_LIMIT) throw unusable(`${count} pages are more than a file has`);
  const bytes = FIRST_BYTES + count * 4;
  // Filled up so that its pages lie as pages do, if there are any.
  const headBytes = count === 0 ? bytes : Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
  if (headBytes + count * PAGE_BYTES !== fileBytes) throw unusable('its length is not that of its pages');
  return headBytes;
}

/** @throws EstateError `receiver.base_failed` */
export function parseHead(head: Buffer): IncrementalHead {
  const count = head.readUInt32LE(4);
  const keptPages = head.readUInt32LE(8);
  const pages = Array.from({ length: count }, (_, at) => head.readUInt32LE(FIRST_BYTES + at * 4));
  if (pages.some((page, at) => at > 0 && page <= (pages[at - 1] ?? 0))) throw unusable('its pages are out of order');
  const filePages = Math.max(keptPages, (pages.at(-1) ?? -1) + 1);
  if (filePages > PAGES_LIMIT) throw unusable(`${filePages} pages are more than a file has`);
  return { pages, keptPages, filePages };
}

/**
 * The label of an incremental base as that of a full one.
 * @param fromLsn where the base before began, which it must be based on
 * @throws EstateError `receiver.base_failed`
 */
export function fullLabel(label: string, fromLsn: string): string {
  const lines = label.split('\n');
  const from = lines.map((line) => LABEL_LINE.exec(line)?.[1]).find((lsn) => lsn !== undefined);
  if (from !== fromLsn) throw unusable(`it is based on ${from ?? 'nothing'}, and the base before begins at ${fromLsn}`);
  return lines.filter((line) => !LABEL_LINE.test(line)).join('\n');
}

export function unusable(why: string, cause?: unknown): EstateError {
  return new EstateError('receiver.base_failed', `putting a base together from the one before: ${why}`, { cause });
}
