import { LANGUAGES } from '@bulkhead/contracts';
import { sha256Hex, sleepMs } from '@bulkhead/kernel';
import { type Page, Visitor } from '@bulkhead/visitor';
import type { EditionWitness } from './editions.ts';
import type { Chance } from './random.ts';

export type ReadersCount = { reads: number; failures: number; unverified: number; readonly faults: string[] };
type Read = { readonly path: string; readonly sha256: string };

/** How many people read at once, and how long each looks at a page. */
const READERS = 4;
const LOOK_MS = 20;
const FAULTS_KEPT = 20;
const ENTRANCES = ['/', ...LANGUAGES.map((language) => `/${language}/`)];
const KNOWN_LIMIT = 400;

/** What readers may meet at a page that is made on each visit: its answer, the page in its place, or a word to slow down. */
const LIVE_ANSWERS = [200, 429];

/**
 * The public: readers who open pages of the website all the time, from its entrances on, along its links. A read fails
 * when no page answers; it is unverified when the bytes that came were never signed for that path. Pages that the
 * manifest says are made on each visit are signed by nobody: at rest they must lead to one that is.
 */
export class Readers {
  readonly #count: ReadersCount = { reads: 0, failures: 0, unverified: 0, faults: [] };
  /** Reads whose edition the witness had not heard of yet: judged once more at the end. */
  readonly #undecided: Read[] = [];
  readonly #known = [...ENTRANCES];
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly #witness: EditionWitness;
  readonly #origin: string;
  readonly #isLive: (path: string) => boolean;
  readonly #visitors: Visitor[] = [];
  /** When pages with a text were first and last served. */
  readonly #seen = new Map<string, { firstMs: number; lastMs: number; pages: number }>();
  readonly #marks = new Set<string>();
  #mark: string | undefined;

  constructor(options: {
    readonly witness: EditionWitness;
    readonly origin: string;
    readonly isLive: (path: string) => boolean;
    readonly address: string;
    readonly chance: Chance;
    readonly certificates?: string;
  }) {
    this.#witness = options.witness;
    this.#origin = options.origin;
    this.#isLive = options.isLive;
    for (let at = 0; at < READERS; at += 1) {
      const visitor = new Visitor({
        address: options.address,
        ...(options.certificates ? { certificates: options.certificates } : {}),
      });
      this.#visitors.push(visitor);
      this.#running.push(this.#read(visitor, options.chance));
    }
  }

  /** Reads so far. */
  get count(): Readonly<ReadersCount> {
    return this.#count;
  }

  /** From now on notes when a page with this text is served. */
  lookOutFor(mark: string): void {
    this.#mark = mark;
    this.#marks.add(mark);
  }

  /** From the first page with this text to the last one: for how long the public could read it. */
  exposureMs(mark: string): number {
    const seen = this.#seen.get(mark);
    return seen ? Math.round(seen.lastMs - seen.firstMs) : 0;
  }

  /** Whether a page can be read now. */
  async isThere(path: string): Promise<boolean> {
    const [visitor] = this.#visitors;
    const page = await visitor?.visit(`${this.#origin}${path}`, { redirects: 0 }).catch(() => undefined);
    if (page) this.#noteMark(page.text);
    return page?.status === 200;
  }

  /** Ends reading and judges what was left open. */
  async stop(): Promise<Readonly<ReadersCount>> {
    this.#stop.abort();
    await Promise.all(this.#running);
    for (const { path, sha256 } of this.#undecided)
      if (!this.#witness.isGenuine(path, sha256)) this.#note('unverified', `${path}: bytes that no edition has`);
    return this.#count;
  }

  async #read(visitor: Visitor, chance: Chance): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#open(visitor, chance.pick(this.#known));
      await sleepMs(LOOK_MS);
    }
    visitor.leave();
  }

  async #open(visitor: Visitor, path: string): Promise<void> {
    this.#count.reads += 1;
    try {
      const page = await visitor.visit(`${this.#origin}${path}`, { redirects: 0 });
      if (!this.#isLive(path)) return this.#judge(path, page);
      const { location } = page.headers;
      if (page.status === 303 && location) await this.#open(visitor, new URL(location, this.#origin).pathname);
      else if (!LIVE_ANSWERS.includes(page.status)) this.#note('failures', `${path}: status ${page.status}`);
    } catch (error) {
      this.#note('failures', `${path}: ${error instanceof Error ? error.message : 'no answer'}`);
    }
  }

  /** A page that was linked to must be there, be gone with its reason, or lead on. */
  #judge(path: string, page: Page): void {
    // A page that only an attack had published is gone when the attack is taken back.
    if (page.status === 404 && [...this.#marks].some((mark) => path.includes(mark))) return;
    if (![200, 301, 410].includes(page.status)) return this.#note('failures', `${path}: status ${page.status}`);
    this.#noteMark(page.text);
    const sha256 = sha256Hex(page.body);
    if (!this.#witness.isGenuine(path, sha256)) this.#undecided.push({ path, sha256 });
    if (page.headers['content-type']?.startsWith('text/html')) this.#follow(page);
  }

  #noteMark(text: string): void {
    if (this.#mark === undefined || !text.includes(this.#mark)) return;
    const nowMs = performance.now();
    const seen = this.#seen.get(this.#mark) ?? { firstMs: nowMs, lastMs: nowMs, pages: 0 };
    this.#seen.set(this.#mark, { ...seen, lastMs: nowMs, pages: seen.pages + 1 });
  }

  /** Readers go where links of pages lead: what no page names yet is not looked for. */
  #follow(page: Page): void {
    for (const [, path = ''] of page.text.matchAll(/\s(?:href|src)="(\/[^"#?]*)"/g)) {
      if (this.#known.includes(path) || path.startsWith('//')) continue;
      if (this.#known.length >= KNOWN_LIMIT) this.#known.splice(ENTRANCES.length, 1);
      this.#known.push(path);
    }
  }

  #note(kind: 'failures' | 'unverified', fault: string): void {
    this.#count[kind] += 1;
    if (this.#count.faults.length < FAULTS_KEPT) this.#count.faults.push(fault);
  }
}
