import {
  type EditionFile,
  type EditionManifest,
  FROZEN_HEADER,
  type Frozen,
  LANGUAGES,
  type Language,
  originUrl,
} from '@bulkhead/contracts';
import { EstateError, type Log, type Now, sha256Hex } from '@bulkhead/kernel';
import { askFromOutside, type OutsideEstate } from '#probe/outside.actions.ts';
import {
  type Copied,
  charsetOf,
  copiedType,
  copyPauseMs,
  digestOfCopy,
  headersOfCopy,
  type Links,
  linksInCss,
  linksInHtml,
  mayCopy,
  type Named,
  type Page,
  pathInLanguage,
  resolvePath,
} from './crawl.rules.ts';
import type { Composition } from './edition.rules.ts';

const ASK_MS = 15_000;
const FILE_BYTES = 33_554_432;
/** How soon somebody looks again whether rows changed. */
const LOOK_AGAIN_MS = 2000;
/** What pages show may change with the day, or with a new build, though no row did. */
const SAME_ROWS_MS = 900_000;

export type CrawlDeps = {
  readonly estate: OutsideEstate;
  readonly frozen: Frozen;
  /** Puts the note of a frozen copy into a page. */
  readonly withNote: (page: string, copiedAt: Date) => string;
  readonly putFile: (bytes: Uint8Array) => Promise<string>;
  /** Which commit was the last, for pages that are made of rows alone; null while nobody can tell. */
  readonly findLastCommit?: () => Promise<string | null>;
  readonly now: Now;
  readonly log: Log;
};

/**
 * Copies the public pages of a compartment, as a stranger sees them through the gateway. Bounded in files, bytes, depth and time;
 * same origin, no cookies; a copy that is not whole is none, and the last good one stays [AD7]. Pages whose rows are those of the
 * last copy are left alone for a while.
 */
export class Crawler {
  readonly #deps: CrawlDeps;
  #dueAtMs = Number.NEGATIVE_INFINITY;
  /** What the last copy was made of. */
  #copied: { readonly commit: string | null; readonly atMs: number; readonly sha256: string } | undefined;
  #told = '';

  constructor(deps: CrawlDeps) {
    this.#deps = deps;
  }

  /** A copy, if one is due, can be made, and differs from the latest edition. */
  async copyIfDue(
    latest: Pick<EditionManifest, 'crawled'> | undefined,
    signal: AbortSignal,
  ): Promise<Omit<Composition, 'compartment'> | 'nothing new' | 'not due'> {
    const { frozen, now, log } = this.#deps;
    const nowMs = now().getTime();
    if (nowMs < this.#dueAtMs) return 'not due';
    const commit = (await this.#deps.findLastCommit?.().catch(() => null)) ?? null;
    if (commit !== null && this.#isShown(commit, latest, nowMs)) {
      this.#dueAtMs = nowMs + LOOK_AGAIN_MS;
      return 'not due';
    }
    let fault = '';
    const beganMs = performance.now();
    const copy = await copyPages(this.#deps, signal).catch((error: unknown) => {
      if (signal.aborted || !(error instanceof EstateError)) throw error;
      fault = error.message;
      return undefined;
    });
    if (fault !== this.#told)
      log.info({ origin: frozen.origin, fault }, fault === '' ? 'copied its pages' : 'no copy was made; the last one stays');
    this.#told = fault;
    this.#copied = copy ? { commit, atMs: nowMs, sha256: copy.crawled.sha256 } : undefined;
    this.#dueAtMs =
      now().getTime() + copyPauseMs(frozen, latest, { hasFailed: fault !== '', tookMs: performance.now() - beganMs });
    return copy && copy.crawled.sha256 !== latest?.crawled?.sha256 ? copy : 'nothing new';
  }

  /** Whether the latest edition is the last copy, and that shows what was committed. One that was not published is made again. */
  #isShown(commit: string, latest: Pick<EditionManifest, 'crawled'> | undefined, nowMs: number): boolean {
    const copied = this.#copied;
    if (copied?.commit !== commit || copied.sha256 !== latest?.crawled?.sha256) return false;
    return nowMs < copied.atMs + SAME_ROWS_MS;
  }
}

/** @property language in which it is asked for; null for what is the same in all */
type Waiting = Named & { readonly depth: number; readonly language: Language | null };
type Taken = Copied & { readonly file: EditionFile; readonly links: Links };

async function copyPages(deps: CrawlDeps, stopping: AbortSignal) {
  const { frozen, now } = deps;
  const copiedAt = now();
  const overtime = AbortSignal.timeout(frozen.seconds * 1000);
  const signal = AbortSignal.any([stopping, overtime]);
  const languages = frozen.languages ? LANGUAGES : [null];
  const waiting: Waiting[] = frozen.paths.flatMap((path) =>
    languages.map((language) => ({ path, isPart: false, depth: 0, language })),
  );
  const known = new Set(waiting.map(({ path, language }) => pathInLanguage(path, language)));
  const taken: Taken[] = [];
  let leftOut = 0;
  let bytesLeft = frozen.bytes;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (taken.length >= frozen.files) {
      leftOut += 1 + waiting.length;
      break;
    }
    const copied = await copyOne(deps, next, { copiedAt, signal, overtime, bytes: Math.min(bytesLeft, FILE_BYTES) });
    if (copied === undefined) {
      leftOut += 1;
      continue;
    }
    taken.push(copied);
    bytesLeft -= copied.file.bytes;
    leftOut += copied.links.leftOut;
    for (const named of copied.links.named) {
      const language = named.isPart ? null : next.language;
      const place = pathInLanguage(named.path, language);
      if (known.has(place) || !mayCopy(frozen, named)) continue;
      known.add(place);
      const depth = next.depth + 1;
      if (depth > frozen.depth + (named.isPart ? 2 : 0)) leftOut += 1;
      // Parts first: a page without its style is half a page.
      else if (named.isPart) waiting.unshift({ ...named, depth, language });
      else waiting.push({ ...named, depth, language });
    }
  }
  const files = taken.map(({ file }) => file).toSorted((left, right) => (left.path < right.path ? -1 : 1));
  const crawled = { copiedAt: copiedAt.toISOString(), sha256: digestOfCopy(taken), leftOut };
  return { lsn: '0/0', files, crawled };
}

type Limits = {
  readonly copiedAt: Date;
  readonly signal: AbortSignal;
  readonly overtime: AbortSignal;
  readonly bytes: number;
};

/** One address; undefined if it has no place in a copy. */
async function copyOne(deps: CrawlDeps, named: Waiting, limits: Limits): Promise<Taken | undefined> {
  const { path, language } = named;
  const isFirst = deps.frozen.paths.includes(path);
  const answer = await fetchOne(deps, language === null ? path : `${path}?lang=${language}`, limits);
  const { status, contentType, bytes } = answer;
  const without = (why: string): undefined => {
    if (isFirst) throw new EstateError('edition.invalid', `copying ${path}: ${why}`);
  };
  if (status === 429 || status >= 500) throw new EstateError('edition.invalid', `copying ${path}: it answers ${status}`);
  if ([301, 302, 303, 307, 308].includes(status)) {
    const to = resolvePath(answer.location ?? '', pageAt(deps, path));
    if (typeof to === 'string') return without('it leads to where no copy goes');
    const next = { path: to.path, isPart: named.isPart };
    if (!mayCopy(deps.frozen, next)) return without('it leads to where no copy goes');
    const links = { named: [next], leftOut: 0 };
    const place = pathInLanguage(path, language);
    return take(deps, { path: place, status: 301, type: null, location: to.path, language }, { raw: '', bytes: '', links });
  }
  const type = copiedType(contentType);
  if (status !== 200) return without(`it answers ${status}`);
  if (bytes === 'too large') return without('it is too large for a copy');
  if (type === null) return without(`a copy holds no ${contentType ?? 'content without a type'}`);
  return takeContent(deps, { path, type, contentType, bytes, language }, limits);
}

function pageAt({ estate, frozen }: CrawlDeps, path: string): Page {
  return { url: new URL(path, originUrl(estate, frozen.origin)).href, hasLanguages: frozen.languages === true };
}

async function takeContent(
  deps: CrawlDeps,
  given: {
    readonly path: string;
    readonly type: string;
    readonly contentType: string | undefined;
    readonly bytes: Buffer;
    readonly language: Language | null;
  },
  { copiedAt }: Limits,
): Promise<Taken | undefined> {
  const { type, contentType, bytes, language } = given;
  const page = pageAt(deps, given.path);
  const answer = { path: pathInLanguage(given.path, language), status: 200, type, location: null, language } as const;
  if (!type.startsWith('text/')) return take(deps, answer, { raw: bytes, bytes, links: { named: [], leftOut: 0 } });
  const text = decode(bytes, charsetOf(contentType));
  if (text === undefined) return undefined;
  if (type === 'text/css') return take(deps, answer, { raw: bytes, bytes: text, links: linksInCss(text, page) });
  if (type !== 'text/html') return take(deps, answer, { raw: bytes, bytes: text, links: { named: [], leftOut: 0 } });
  return take(deps, answer, { raw: bytes, bytes: deps.withNote(text, copiedAt), links: linksInHtml(text, page) });
}

async function take(
  deps: CrawlDeps,
  answer: Omit<Copied, 'sha256'> & { readonly language: Language | null },
  content: { readonly raw: string | Buffer; readonly bytes: string | Buffer; readonly links: Links },
): Promise<Taken> {
  const bytes = Buffer.from(content.bytes);
  const stored = { sha256: await deps.putFile(bytes), bytes: bytes.length };
  const { path, status, language } = answer;
  const file: EditionFile = { path, status, language, headers: headersOfCopy(answer), ...stored };
  return { ...answer, sha256: sha256Hex(content.raw), file, links: content.links };
}

function decode(bytes: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return undefined;
  }
}

type Fetched = {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly location: string | undefined;
  readonly bytes: Buffer | 'too large';
};

function fetchOne({ estate, frozen }: CrawlDeps, path: string, limits: Limits): Promise<Fetched> {
  const signal = AbortSignal.any([limits.signal, AbortSignal.timeout(ASK_MS)]);
  const headers = { 'accept-encoding': 'identity', 'user-agent': 'bulkhead-publisher' };
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown) => {
      const why = limits.overtime.aborted ? `the copy took over ${frozen.seconds} s` : 'it does not answer';
      reject(cause instanceof EstateError ? cause : new EstateError('edition.invalid', `copying ${path}: ${why}`, { cause }));
    };
    const asked = askFromOutside(estate, { host: frozen.origin, path, headers, signal }, (answer) => {
      const { statusCode: status = 0, headers: given } = answer;
      if (given[FROZEN_HEADER] !== undefined)
        return void asked.destroy(
          new EstateError('compartment.sealed', `copying ${path}: the application is closed, a copy answered`),
        );
      const chunks: Buffer[] = [];
      let bytes = 0;
      const fetched = { status, contentType: given['content-type'], location: given.location };
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes <= limits.bytes) return;
        resolve({ ...fetched, bytes: 'too large' });
        asked.destroy();
      });
      answer.once('end', () => resolve({ ...fetched, bytes: Buffer.concat(chunks) }));
      answer.once('error', failed);
    });
    asked.once('error', failed);
    asked.end();
  });
}
