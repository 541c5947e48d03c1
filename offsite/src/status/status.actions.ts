import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Notice, type PublicStatus, publicStatusSchema } from '@bulkhead/contracts';
import { EstateError, isDiskFull, type Log, type Now, sha256Hex } from '@bulkhead/kernel';
import { writeDurably } from '#archive/files.actions.ts';
import { appendNotices, readNotices } from './notice-log.actions.ts';
import type { Rendering, Site } from './site-files.actions.ts';
import { findNewNotices, type Shown } from './status.rules.ts';

/** After this long without facts the page says that it shows what was last known. */
const SILENCE_MS = 300_000;

type Render = (shown: Shown) => Rendering;
type StatusDeps = {
  readonly directory: string;
  readonly site: Pick<Site, 'replace'>;
  readonly renderFront: Render;
  readonly renderNotices: Render;
  readonly now: Now;
  readonly log: Log;
};

/** What the public is told: the facts as they were last told to us, and all notices ever given. */
export class StatusBoard {
  readonly #deps: StatusDeps;
  #notices: readonly Notice[];
  #facts: PublicStatus | null;
  /** When facts came; null since the start. */
  #toldAt: Date | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #archive: { readonly key: string; readonly files: Rendering } = { key: '', files: new Map() };
  #isShownCurrent = false;

  constructor(deps: StatusDeps, facts: PublicStatus | null, notices: readonly Notice[]) {
    this.#deps = deps;
    this.#facts = facts;
    this.#notices = notices;
  }

  get counts(): { readonly notices: number; readonly factsAt: string | null; readonly isCurrent: boolean } {
    return { notices: this.#notices.length, factsAt: this.#facts?.at ?? null, isCurrent: this.#isCurrent() };
  }

  /**
   * Replaces the facts and adds the notices that are new; resolves when the site shows them.
   * @throws EstateError `input.invalid` when a notice that was given would change; `disk.full`. Then nothing is changed
   */
  tell(facts: PublicStatus): Promise<void> {
    return this.#inTurn(async () => {
      const added = findNewNotices(this.#notices, facts.notices);
      const { directory } = this.#deps;
      // Notices first: facts may be told again, a notice that the page showed must never be gone.
      await keep(() => appendNotices(join(directory, 'notices.jsonl'), added));
      this.#notices = [...this.#notices, ...added];
      await keep(() => writeDurably(join(directory, 'facts.json'), JSON.stringify({ ...facts, notices: [] })));
      this.#facts = facts;
      this.#toldAt = this.#deps.now();
      await this.#render();
    });
  }

  /** Renders the site from what is known, as at a start. */
  show(): Promise<void> {
    return this.#inTurn(() => this.#render());
  }

  /** Renders again if the page says it is current, and is so no longer. */
  async noteSilence(): Promise<void> {
    if (this.#isShownCurrent && !this.#isCurrent()) await this.show();
  }

  async #render(): Promise<void> {
    const shown: Shown = { facts: this.#facts, notices: this.#notices, isCurrent: this.#isCurrent() };
    const titles = shown.facts?.compartments.map(({ name, title }) => ({ name, title })) ?? [];
    const key = `${shown.notices.length} ${sha256Hex(JSON.stringify(titles))}`;
    if (key !== this.#archive.key) this.#archive = { key, files: this.#deps.renderNotices(shown) };
    await this.#deps.site.replace(new Map([...this.#deps.renderFront(shown), ...this.#archive.files]));
    this.#isShownCurrent = shown.isCurrent;
  }

  #isCurrent(): boolean {
    return this.#toldAt !== null && this.#deps.now().getTime() - this.#toldAt.getTime() < SILENCE_MS;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }
}

async function keep(write: () => Promise<void>): Promise<void> {
  await write().catch((cause: unknown) => {
    throw isDiskFull(cause) ? new EstateError('disk.full', 'keeping what was told: the disk has no room', { cause }) : cause;
  });
}

/** Opens the status directory: what was told before a restart is shown again, as last known. */
export async function openStatusBoard(deps: StatusDeps): Promise<StatusBoard> {
  await mkdir(deps.directory, { recursive: true, mode: 0o755 });
  const notices = await readNotices(join(deps.directory, 'notices.jsonl'));
  const facts = await readFacts(join(deps.directory, 'facts.json'), deps.log);
  const board = new StatusBoard(deps, facts, notices);
  await board.show();
  return board;
}

/** Facts that cannot be read are as none: they are told again within seconds, and the page must not wait for a person. */
async function readFacts(path: string, log: Log): Promise<PublicStatus | null> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return null;
  try {
    return publicStatusSchema.parse(JSON.parse(text));
  } catch (error) {
    log.error({ err: error, path }, 'reading the facts as last told; going on without them');
    return null;
  }
}
