import { sleepMs } from '@bulkhead/kernel';
import type { Chance } from '../random.ts';
import type { Snapshot } from '../rows.store.ts';
import { AtWork } from './at-work.ts';
import type { Crew } from './crew.ts';
import { type Origin, Staff } from './staff.ts';

/** Between two writes of one person; many writes are asked for with hardly any. */
const THINK_MS = { few: 60, many: 15 } as const;
const MANY = 1000;
/** One in so many drafts goes on to review. */
const SUBMITTED_OF = 3;
const THROTTLED_MS = 250;
/** Drafts that several people work on, and attackers too. */
export const NOTICE_BOARDS = 4;

/**
 * Honest people of the newsroom, at work all through an exercise: editors write drafts and submit some, a reviewer
 * approves, and all of them change the notice boards, which attackers change as well.
 */
export class People implements Crew {
  readonly staff: Staff;
  readonly label: string;
  readonly atWork: AtWork;
  readonly readRows: () => Promise<Snapshot>;
  readonly #chance: Chance;
  readonly #thinkMs: number;
  #written = 0;

  private constructor(staff: Staff, options: Gathered) {
    this.staff = staff;
    this.readRows = options.readRows;
    this.label = options.label;
    this.atWork = new AtWork({
      perform: (email, intent) => staff.perform(email, intent),
      now: options.now,
      throttledMs: THROTTLED_MS,
    });
    this.#chance = options.chance;
    this.#thinkMs = options.wanted > MANY ? THINK_MS.many : THINK_MS.few;
  }

  /** Signs everybody in. */
  static async gather(options: Gathered): Promise<People> {
    return new People(await Staff.gather(options), options);
  }

  begin(): void {
    this.atWork.begin(this.staff.editors.map((email) => () => this.#write(email)));
  }

  async letIn(): Promise<void> {
    await this.staff.signInWhereNeeded();
  }

  async leaveNote(name: string): Promise<string | undefined> {
    const slug = `${this.label}-follow-${name}`;
    const fields = { kind: 'news', 'title-en': slug, 'summary-en': 'Looked for in the history.', 'body-en': 'A note.' };
    return (await this.atWork.act(this.staff.editors[0] ?? '', { kind: 'create', slug, fields })) ? slug : undefined;
  }

  /** Begins the notice boards of a scenario; @returns their slugs */
  async beginBoards(scenario: string): Promise<string[]> {
    const slugs: string[] = [];
    for (let at = 0; at < NOTICE_BOARDS; at += 1) {
      const slug = `${this.label}-board-${scenario}-${at}`;
      const [editor = ''] = this.staff.editors;
      if (await this.atWork.act(editor, { kind: 'create', slug, fields: writeFields(slug, this.#chance) })) slugs.push(slug);
    }
    return slugs;
  }

  async #write(email: string): Promise<void> {
    const { atWork } = this;
    while (!atWork.isStopped) {
      await sleepMs(this.#thinkMs * (0.5 + this.#chance.next()));
      if (atWork.isPaused) continue;
      this.#written += 1;
      const slug = `${this.label}-${this.#written}`;
      const draft = await atWork.act(email, { kind: 'create', slug, fields: writeFields(slug, this.#chance) });
      if (!draft || atWork.isPaused || this.#chance.below(SUBMITTED_OF) > 0) continue;
      const submitted = await atWork.act(email, { kind: 'submit', slug });
      if (submitted && !atWork.isPaused) await atWork.act(this.staff.reviewer, { kind: 'approve', slug });
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
