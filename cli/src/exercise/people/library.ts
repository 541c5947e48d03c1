import { EstateError, hasCode, sleepMs } from '@bulkhead/kernel';
import { type Page, Visitor } from '@bulkhead/visitor';
import type { Lent } from '../library.store.ts';
import { REFUSED_AT_DOOR } from './at-work.ts';

export type LibraryCount = {
  /** Requests that were answered with yes. */
  readonly acknowledged: number;
  readonly refused: number;
  readonly inDoubt: number;
  readonly reads: number;
  readonly failures: number;
  /** Reads that the application itself answered with an error, as when its database was killed just before it was. */
  readonly ownErrors: number;
  readonly faults: readonly string[];
};
/** What became of a book that a member added: as they were told. */
export type Book = { added: boolean; borrowed: boolean; returned: boolean; isInDoubt: boolean };

const THINK_MS = 150;
const REFUSED_MS = 500;
const LOOK_MS = 100;
const FAULTS_KEPT = 10;
/** What the application answers when it fails; the gateway's own refusals are others. */
const OWN_ERROR = 500;
/** The pages that the manifest freezes whatever people add. */
const PUBLIC = ['/', '/books', '/about'];
const PASSWORD = 'a long password of the exercise';

/**
 * Members of the lending library, who know nothing of Bulkhead: a librarian adds books, a member borrows them and brings most
 * of them back, and a stranger reads the public pages all the time. What they were told is noted, as a ledger of their own.
 */
export class LibraryPeople {
  readonly #librarian: Visitor;
  readonly #member: Visitor;
  readonly #stranger: Visitor;
  readonly #origin: string;
  readonly #label: string;
  readonly #books = new Map<string, Book>();
  readonly #stop = new AbortController();
  readonly #faults: string[] = [];
  #refused = 0;
  #reads = 0;
  #failures = 0;
  #ownErrors = 0;
  #running: Promise<void>[] = [];

  private constructor(options: { origin: string; address: string; certificates?: string | undefined; label: string }) {
    const { origin, address, certificates, label } = options;
    const visitor = () => new Visitor({ address, ...(certificates ? { certificates } : {}) });
    [this.#librarian, this.#member, this.#stranger] = [visitor(), visitor(), visitor()];
    this.#origin = origin;
    this.#label = label;
  }

  /** The first who joins a library is its librarian: two people join it. */
  static async join(options: {
    readonly origin: string;
    readonly address: string;
    readonly certificates?: string | undefined;
    readonly label: string;
  }): Promise<LibraryPeople> {
    const people = new LibraryPeople(options);
    for (const [visitor, name] of [
      [people.#librarian, 'Ann'],
      [people.#member, 'Ben'],
    ] as const) {
      const page = await people.#send(visitor, '/sign-in', { name, password: PASSWORD, what: 'join' });
      if (page.status !== 303) throw new EstateError('wire.refused', `joining the lending library: status ${page.status}`);
    }
    return people;
  }

  work(): void {
    this.#running = [this.#lend(), this.#read()];
  }

  get count(): LibraryCount {
    const books = [...this.#books.values()];
    const told = books.flatMap(({ added, borrowed, returned }) => [added, borrowed, returned]).filter(Boolean);
    return {
      acknowledged: told.length,
      refused: this.#refused,
      inDoubt: books.filter(({ isInDoubt }) => isInDoubt).length,
      reads: this.#reads,
      failures: this.#failures,
      ownErrors: this.#ownErrors,
      faults: this.#faults,
    };
  }

  /** What people were told so far of each book. */
  noteTold(): ReadonlyMap<string, Readonly<Book>> {
    return new Map([...this.#books].map(([slug, book]) => [slug, { ...book }]));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
    for (const visitor of [this.#librarian, this.#member, this.#stranger]) visitor.leave();
  }

  async #lend(): Promise<void> {
    for (let at = 1; !this.#stop.signal.aborted; at += 1) {
      await sleepMs(THINK_MS);
      const title = `${this.#label} ${at}`;
      const slug = title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
      const book = { added: false, borrowed: false, returned: false, isInDoubt: false };
      this.#books.set(slug, book);
      const added = await this.#ask(book, this.#librarian, '/books', { title, author: 'A. Writer', summary: `Of ${title}.` });
      if (added !== `/books/${slug}`) continue;
      book.added = true;
      if ((await this.#ask(book, this.#member, `/books/${slug}/borrow`, {})) !== '/loans') continue;
      book.borrowed = true;
      const loan = at % 3 === 0 ? undefined : await this.#findLoan(title);
      if (loan === undefined) continue;
      book.returned = (await this.#ask(book, this.#member, `/loans/${loan}/return`, {})) === '/loans';
    }
  }

  /** @returns where the answer leads; undefined when it was a no, or none */
  async #ask(book: Book, visitor: Visitor, path: string, form: Readonly<Record<string, string>>): Promise<string | undefined> {
    try {
      const { status, headers, text } = await this.#send(visitor, path, form);
      if (status === 303) return headers.location;
      if (status >= 500 && !REFUSED_AT_DOOR.test(text)) book.isInDoubt = true;
      else this.#refused += 1;
    } catch (error) {
      if (!hasCode(error, 'wire.unreachable')) throw error;
      book.isInDoubt = true;
    }
    await sleepMs(REFUSED_MS);
    return undefined;
  }

  async #findLoan(title: string): Promise<string | undefined> {
    const page = await this.#member.visit(`${this.#origin}/loans`, { redirects: 0 }).catch(() => undefined);
    const row = page?.text.split(/<(?:li|tr)\b/).find((part) => part.includes(`${title}<`) || part.includes(`${title} `));
    return /\/loans\/(\d+)\/return/.exec(row ?? '')?.[1];
  }

  async #read(): Promise<void> {
    for (let at = 0; !this.#stop.signal.aborted; at += 1) {
      const path = PUBLIC[at % PUBLIC.length] ?? '/';
      this.#reads += 1;
      const page = await this.#stranger.visit(`${this.#origin}${path}`, { redirects: 0 }).catch((error: unknown) => error);
      if (!isPage(page)) this.#note(`${path}: ${page instanceof Error ? page.message : 'no answer'}`);
      else if (page.status === OWN_ERROR) this.#ownErrors += 1;
      else if (page.status !== 200) this.#note(`${path}: status ${page.status}`);
      await sleepMs(LOOK_MS);
    }
  }

  #send(visitor: Visitor, path: string, form: Readonly<Record<string, string>>): Promise<Page> {
    return visitor.visit(`${this.#origin}${path}`, { form, redirects: 0, headers: { accept: 'application/json' } });
  }

  #note(fault: string): void {
    this.#failures += 1;
    if (this.#faults.length < FAULTS_KEPT) this.#faults.push(`library ${fault}`);
  }
}

/** Of what people had been told, what does not stand in rows that were read later. */
export function listLost(told: ReadonlyMap<string, Readonly<Book>>, rows: readonly Lent[]): string[] {
  const found = new Map(rows.map((row) => [row.slug, row]));
  return [...told].flatMap(([slug, book]) => {
    const row = found.get(slug);
    if (book.added && !row) return [`the book ${slug}`];
    const isThere = (row?.loans ?? 0) >= Number(book.borrowed) && (row?.returned ?? 0) >= Number(book.returned);
    return isThere ? [] : [`the loan of ${slug}`];
  });
}

function isPage(answer: unknown): answer is Page {
  return typeof answer === 'object' && answer !== null && 'status' in answer;
}
