import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError, sha256Hex, sleepMs } from '@bulkhead/kernel';
import type { Page } from '@bulkhead/visitor';
import type { z } from 'zod';
import { requireEmpty } from '#empty-directory.ts';
import type { NewsroomMember } from '#sample/newsroom.ts';
import {
  articleDirectory,
  type ExportedPicture,
  FILES,
  FORMAT,
  lineSchema,
  type Summary,
  versionFile,
  type versionSchema,
  WORDS,
} from './form.ts';

const TRIES = 30;
const WAIT_MS = 5000;

type Door = Pick<NewsroomMember, 'read'>;
type Leave = {
  readonly door: Door;
  readonly from: string;
  readonly at: Date;
  readonly wait?: (ms: number) => Promise<void>;
};

/**
 * Writes down all that a newsroom holds, in an empty directory or a new one. At no moment is more in memory than one
 * answer of the newsroom. The summary is written last: without it an export is not whole.
 * @throws EstateError `input.invalid` if the directory holds something, `wire.refused`, `wire.invalid_reply`
 */
export async function writeExport(directory: string, { door, from, at, wait = sleepMs }: Leave): Promise<Summary> {
  await requireEmpty(directory);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of ['articles', 'pictures']) await mkdir(join(directory, name), { mode: 0o700 });
  const book = new Book(directory, await open(join(directory, FILES.sums), 'wx', 0o600));
  try {
    await book.write(FILES.words, WORDS);
    for (let after: string | null = '0.0'; after !== null; ) {
      const page = await askPatiently(door, `/export?after=${after}`, wait);
      after = await writePart(page.text, book, (picture) => readPicture(door, picture, wait));
    }
    const { counts, sha256 } = await book.close();
    const summary: Summary = { format: FORMAT, what: 'website', from, exportedAt: at.toISOString(), ...counts, sha256 };
    await writeFile(join(directory, FILES.summary), `${JSON.stringify(summary, null, 1)}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
    return summary;
  } finally {
    await book.leave();
  }
}

/** @returns where to go on, null at the end */
async function writePart(text: string, book: Book, fetch: (picture: ExportedPicture) => Promise<Buffer>): Promise<string | null> {
  for (const written of text.split('\n')) {
    if (written === '') continue;
    const line = readLine(written);
    if (line.line === 'more') return line.after;
    if (line.line === 'end') return null;
    if (line.line === 'article') {
      const { line: _, ...article } = line;
      await book.openDirectory(articleDirectory(line.article));
      await book.write(`${articleDirectory(line.article)}/article.json`, json(article), 'articles');
    } else await writeVersion(line, book, fetch);
  }
  throw new EstateError('wire.invalid_reply', 'exporting: the newsroom did not say whether that was all');
}

async function writeVersion(
  given: z.infer<typeof versionSchema>,
  book: Book,
  fetch: (picture: ExportedPicture) => Promise<Buffer>,
): Promise<void> {
  const { line: _, pages, ...version } = given;
  await book.write(versionFile(version.article, version.number), json(version), 'versions');
  for (const [language, page] of Object.entries(pages))
    await book.write(`${articleDirectory(version.article)}/${language}.html`, page, 'pages');
  for (const picture of version.pictures)
    if (book.isNew(picture.sha256)) await book.write(picture.file, await fetch(picture), 'pictures');
}

/** Writes files, none over another, and keeps their digests. */
class Book {
  readonly #directory: string;
  readonly #sums: FileHandle;
  readonly #sumsHash = createHash('sha256');
  readonly #pictures = new Set<string>();
  readonly #counts = { articles: 0, versions: 0, pages: 0, pictures: 0, files: 0 };
  #isClosed = false;

  constructor(directory: string, sums: FileHandle) {
    this.#directory = directory;
    this.#sums = sums;
  }

  async openDirectory(path: string): Promise<void> {
    await mkdir(join(this.#directory, path), { mode: 0o700 });
  }

  async write(path: string, content: string | Buffer, what?: 'articles' | 'versions' | 'pages' | 'pictures'): Promise<void> {
    await writeFile(join(this.#directory, path), content, { mode: 0o600, flag: 'wx' });
    const line = `${sha256Hex(content)}  ${path}\n`;
    this.#sumsHash.update(line);
    await this.#sums.appendFile(line);
    this.#counts.files += 1;
    if (what) this.#counts[what] += 1;
  }

  /** True once for each picture. */
  isNew(sha256: string): boolean {
    if (this.#pictures.has(sha256)) return false;
    this.#pictures.add(sha256);
    return true;
  }

  async close(): Promise<{
    readonly counts: Omit<Summary, 'format' | 'what' | 'from' | 'exportedAt' | 'sha256'>;
    readonly sha256: string;
  }> {
    await this.#sums.sync();
    await this.leave();
    return { counts: { ...this.#counts }, sha256: this.#sumsHash.digest('hex') };
  }

  async leave(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#sums.close();
  }
}

function readLine(text: string): z.infer<typeof lineSchema> {
  try {
    return lineSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new EstateError('wire.invalid_reply', 'exporting: the newsroom answered a line that is not of its form', { cause });
  }
}

async function readPicture(door: Door, { sha256 }: ExportedPicture, wait: (ms: number) => Promise<void>): Promise<Buffer> {
  const { body } = await askPatiently(door, `/pictures/${sha256}`, wait);
  if (sha256Hex(body) !== sha256)
    throw new EstateError('wire.invalid_reply', `exporting picture ${sha256}: other bytes came than its name says`);
  return body;
}

/** The newsroom answers so many requests a minute: told to wait, it waits. */
async function askPatiently(door: Door, path: string, wait: (ms: number) => Promise<void>): Promise<Page> {
  for (let left = TRIES; ; left -= 1) {
    const page = await door.read(path);
    if (page.status === 200) return page;
    if ((page.status !== 429 && page.status !== 503) || left === 0)
      throw new EstateError(
        'wire.refused',
        `exporting: ${path} was answered with status ${page.status}: ${page.text.slice(0, 300)}`,
      );
    const seconds = Number(page.headers['retry-after']);
    await wait(Number.isFinite(seconds) && seconds > 0 ? Math.min(60, seconds) * 1000 : WAIT_MS);
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
