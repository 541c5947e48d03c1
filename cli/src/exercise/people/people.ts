import { hasCode, type Now, sleepMs } from '@bulkhead/kernel';
import type { Version } from '#sample/newsroom.ts';
import type { Chance } from '../random.ts';
import type { Snapshot } from '../rows.store.ts';
import type { Crew } from './crew.ts';
import { type Intent, type Origin, Staff } from './staff.ts';

/** A request that was answered with yes: it must be there after any recovery. */
export type HonestRequest = {
  readonly requestId: string;
  readonly email: string;
  readonly intent: Intent;
  readonly version: Version;
  readonly sentAt: Date;
  readonly answeredAt: Date;
};
export type PeopleCount = {
  readonly acknowledged: readonly HonestRequest[];
  readonly refused: number;
  /** Slugs of articles of which a write was not answered: nobody was told that it is saved, or that it is not. */
  readonly inDoubt: ReadonlySet<string>;
};

/** Between two writes of one person; many writes are asked for with hardly any. */
const THINK_MS = { few: 60, many: 15 } as const;
const MANY = 1000;
/** One in so many drafts goes on to review. */
const SUBMITTED_OF = 3;
const THROTTLED_MS = 250;
const QUIET_POLL_MS = 5;
/** Answers of a door that passed nothing on; after any other failure a person is told to look before trying again. */
export const REFUSED_AT_DOOR = /compartment\.(sealed|read_only)|lease\.expired|sign_in\.unreachable|route\.closed/;
/** Drafts that several people work on, and attackers too. */
export const NOTICE_BOARDS = 4;

/**
 * Honest people of the newsroom, at work all through an exercise: editors write drafts and submit some, a reviewer
 * approves, and all of them change the notice boards, which attackers change as well. Every answer is noted: yes
 * (acknowledged), no (refused, nothing to lose), or none (in doubt).
 */
export class People implements Crew {
  readonly staff: Staff;
  readonly label: string;
  readonly readRows: () => Promise<Snapshot>;
  readonly #acknowledged: HonestRequest[] = [];
  readonly #inDoubt = new Set<string>();
  readonly #stop = new AbortController();
  readonly #chance: Chance;
  readonly #now: Now;
  readonly #thinkMs: number;
  #refused = 0;
  #written = 0;
  #underWay = 0;
  #isPaused = false;
  #running: Promise<void>[] = [];

  private constructor(staff: Staff, options: Omit<Gathered, keyof Origin> & { readonly now: Now }) {
    this.staff = staff;
    this.readRows = options.readRows;
    this.label = options.label;
    this.#chance = options.chance;
    this.#now = options.now;
    this.#thinkMs = options.wanted > MANY ? THINK_MS.many : THINK_MS.few;
  }

  /** Signs everybody in. */
  static async gather(options: Gathered): Promise<People> {
    return new People(await Staff.gather(options), options);
  }

  work(): void {
    this.#running = this.staff.editors.map((email) => this.#write(email));
  }

  /** So far. */
  get count(): PeopleCount {
    return { acknowledged: this.#acknowledged, refused: this.#refused, inDoubt: this.#inDoubt };
  }

  /** Everybody finishes what is under way, and waits. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    while (this.#underWay > 0) await sleepMs(QUIET_POLL_MS);
  }

  goOn(): void {
    this.#isPaused = false;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async letIn(): Promise<void> {
    await this.staff.signInWhereNeeded();
  }

  async leaveNote(name: string): Promise<string | undefined> {
    const slug = `${this.label}-follow-${name}`;
    const fields = { kind: 'news', 'title-en': slug, 'summary-en': 'Looked for in the history.', 'body-en': 'A note.' };
    return (await this.act(this.staff.editors[0] ?? '', { kind: 'create', slug, fields })) ? slug : undefined;
  }

  /** Somebody does something besides their work; @returns undefined when it was refused or not answered */
  async act(email: string, intent: Intent): Promise<HonestRequest | undefined> {
    const sentAt = this.#now();
    this.#underWay += 1;
    try {
      const version = await this.staff.perform(email, intent);
      const done = { requestId: version.requestId, email, intent, version, sentAt, answeredAt: this.#now() };
      this.#acknowledged.push(done);
      return done;
    } catch (error) {
      if (hasCode(error, 'wire.unreachable')) this.#inDoubt.add(intent.slug);
      else if (hasCode(error, 'wire.refused') || hasCode(error, 'wire.invalid_reply'))
        await this.#noteRefusal(error instanceof Error ? error.message : '', intent.slug);
      else throw error;
      return undefined;
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Begins the notice boards of a scenario; @returns their slugs */
  async beginBoards(scenario: string): Promise<string[]> {
    const slugs: string[] = [];
    for (let at = 0; at < NOTICE_BOARDS; at += 1) {
      const slug = `${this.label}-board-${scenario}-${at}`;
      const [editor = ''] = this.staff.editors;
      if (await this.act(editor, { kind: 'create', slug, fields: writeFields(slug, this.#chance) })) slugs.push(slug);
    }
    return slugs;
  }

  async #noteRefusal(why: string, slug: string): Promise<void> {
    if (why.includes('status 429')) await sleepMs(THROTTLED_MS);
    else if (/status 5\d\d/.test(why) && !REFUSED_AT_DOOR.test(why)) this.#inDoubt.add(slug);
    else this.#refused += 1;
  }

  async #write(email: string): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await sleepMs(this.#thinkMs * (0.5 + this.#chance.next()));
      if (this.#isPaused) continue;
      this.#written += 1;
      const slug = `${this.label}-${this.#written}`;
      const draft = await this.act(email, { kind: 'create', slug, fields: writeFields(slug, this.#chance) });
      if (!draft || this.#isPaused || this.#chance.below(SUBMITTED_OF) > 0) continue;
      const submitted = await this.act(email, { kind: 'submit', slug });
      if (submitted && !this.#isPaused) await this.act(this.staff.reviewer, { kind: 'approve', slug });
    }
  }
}

type Gathered = Origin & {
  readonly chance: Chance;
  readonly label: string;
  readonly wanted: number;
  readonly readRows: () => Promise<Snapshot>;
};

const SUBJECTS = [
  'safety of navigation',
  'search and rescue',
  'port reception facilities',
  'training of seafarers',
  'ballast water',
] as const;

function writeFields(marker: string, chance: Chance): Record<string, string> {
  const subject = chance.pick(SUBJECTS);
  return {
    kind: 'news',
    'title-en': `On ${subject} (${marker})`,
    'summary-en': `Written during an exercise: a note on ${subject}.`,
    'body-en': `This note, ${marker}, was written by a simulated person during an exercise.\n\nIt tells of ${subject}.`,
  };
}
