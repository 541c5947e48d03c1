import { hasCode, type Now, sleepMs } from '@bulkhead/kernel';
import type { SampleAccount } from '#sample/accounts.ts';
import type { Version } from '#sample/newsroom.ts';
import { NewsroomMember } from '#sample/newsroom.ts';
import type { Chance } from './random.ts';

/** A write that was answered with yes: it must be there after any recovery. */
export type Acknowledged = {
  readonly what: 'draft' | 'submission' | 'approval';
  readonly version: Version;
  readonly marker: string;
  readonly sentAt: Date;
  readonly answeredAt: Date;
};
export type PeopleCount = {
  readonly acknowledged: readonly Acknowledged[];
  readonly refused: number;
  readonly inDoubt: readonly string[];
};

const THINK_MS = 60;
/** One in so many drafts goes on to review. */
const SUBMITTED_OF = 3;

/**
 * Honest people of the newsroom, at work all through an exercise: editors write drafts and submit some, a reviewer
 * approves. Every answer is noted: yes (acknowledged), no (refused, nothing to lose), or none (in doubt).
 */
export class People {
  readonly #acknowledged: Acknowledged[] = [];
  readonly #inDoubt: string[] = [];
  #refused = 0;
  #written = 0;
  readonly #stop = new AbortController();
  #running: Promise<void>[] = [];
  readonly #chance: Chance;
  readonly #now: Now;
  readonly #members: { readonly editors: readonly NewsroomMember[]; readonly reviewer: NewsroomMember };
  readonly #label: string;

  private constructor(members: People['members'], chance: Chance, now: Now, label: string) {
    this.#members = members;
    this.#chance = chance;
    this.#now = now;
    this.#label = label;
  }

  get members() {
    return this.#members;
  }

  /** Signs everybody in. */
  static async gather(options: {
    readonly origin: string;
    readonly address: string;
    readonly accounts: readonly SampleAccount[];
    readonly chance: Chance;
    readonly now: Now;
    readonly label: string;
    readonly certificates?: string | undefined;
  }): Promise<People> {
    const { accounts, chance, now, label } = options;
    const withRole = (role: string) =>
      accounts
        .filter(({ roles }) => roles['website']?.includes(role))
        .map((account) => new NewsroomMember({ ...options, account }));
    const editors = withRole('editor');
    const [reviewer] = withRole('reviewer');
    if (!reviewer || editors.length === 0) throw new RangeError('the sample has no editor or no reviewer');
    for (const member of [...editors, reviewer]) await member.signIn();
    return new People({ editors, reviewer }, chance, now, label);
  }

  work(): void {
    this.#running = this.#members.editors.map((editor) => this.#write(editor));
  }

  /** So far. */
  get count(): PeopleCount {
    return { acknowledged: this.#acknowledged, refused: this.#refused, inDoubt: this.#inDoubt };
  }

  /** Everybody finishes what is under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  leave(): void {
    for (const member of [...this.#members.editors, this.#members.reviewer]) member.leave();
  }

  async #write(editor: NewsroomMember): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await sleepMs(THINK_MS * (0.5 + this.#chance.next()));
      this.#written += 1;
      const marker = `${this.#label}-${this.#written}`;
      const draft = await this.#note('draft', marker, () => editor.createDraft(writeFields(marker, this.#chance)));
      if (!draft || this.#chance.below(SUBMITTED_OF) > 0) continue;
      const submitted = await this.#note('submission', marker, () => editor.submit(draft));
      if (submitted) await this.#note('approval', marker, () => this.#members.reviewer.approve(submitted));
    }
  }

  async #note(what: Acknowledged['what'], marker: string, act: () => Promise<Version>): Promise<Version | undefined> {
    const sentAt = this.#now();
    try {
      const version = await act();
      this.#acknowledged.push({ what, version, marker, sentAt, answeredAt: this.#now() });
      return version;
    } catch (error) {
      if (hasCode(error, 'wire.refused')) this.#refused += 1;
      else if (hasCode(error, 'wire.unreachable')) this.#inDoubt.push(marker);
      else throw error;
      return undefined;
    }
  }
}

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
    slug: marker,
    'title-en': `On ${subject} (${marker})`,
    'summary-en': `Written during an exercise: a note on ${subject}.`,
    'body-en': `This note, ${marker}, was written by a simulated person during an exercise.\n\nIt tells of ${subject}.`,
  };
}

/** Which acknowledged writes are not there: each is looked for with its own eyes, page by page. */
export async function listLost(people: People): Promise<string[]> {
  const lost: string[] = [];
  const [reader] = people.members.editors;
  for (const { what, version, marker } of people.count.acknowledged) {
    const page = await reader?.read(`/articles/${version.id}/versions/${version.number}`);
    if (page?.status !== 200 || !page.text.includes(marker)) lost.push(`${what} ${marker}`);
  }
  return lost;
}
