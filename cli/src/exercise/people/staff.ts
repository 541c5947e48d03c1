import { EstateError, type Now, sleepMs } from '@bulkhead/kernel';
import type { SampleAccount } from '#sample/accounts.ts';
import { NewsroomMember, type Version } from '#sample/newsroom.ts';

/** Too many requests, or not open yet. */
const NOT_YET = [429, 503];
export const OPEN_LIMIT_MS = 180_000;
const OPEN_POLL_MS = 250;

/** What a person of the newsroom set out to do: what they typed, not the numbers that the form carried along. */
export type Intent =
  | { readonly kind: 'create'; readonly slug: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'change'; readonly slug: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'submit' | 'approve' | 'update'; readonly slug: string };

export type Origin = {
  readonly origin: string;
  readonly address: string;
  readonly accounts: readonly SampleAccount[];
  readonly now: Now;
  readonly certificates?: string | undefined;
};

/** The newsroom's people of one estate, signed in, who know by its slug where each article of theirs stands. */
export class Staff {
  readonly #members: ReadonlyMap<string, NewsroomMember>;
  readonly #standing = new Map<string, Version>();
  readonly editors: readonly string[];
  readonly reviewer: string;

  private constructor(members: ReadonlyMap<string, NewsroomMember>, editors: readonly string[], reviewer: string) {
    this.#members = members;
    this.editors = editors;
    this.reviewer = reviewer;
  }

  /** Signs everybody in. */
  static async gather(options: Origin): Promise<Staff> {
    const withRole = (role: string) => options.accounts.filter(({ roles }) => roles['website']?.includes(role));
    const editors = withRole('editor').map(({ email }) => email);
    const [reviewer] = withRole('reviewer');
    if (!reviewer || editors.length === 0) throw new RangeError('the sample has no editor or no reviewer');
    const members = new Map<string, NewsroomMember>();
    for (const account of options.accounts)
      if (editors.includes(account.email) || account === reviewer)
        members.set(account.email, new NewsroomMember({ ...options, account }));
    for (const member of members.values()) await member.signIn();
    return new Staff(members, editors, reviewer.email);
  }

  member(email: string): NewsroomMember {
    const found = this.#members.get(email);
    if (found) return found;
    throw new EstateError('config.invalid', `looking for ${email} in the newsroom: nobody of this name is signed in`);
  }

  /** Whoever is not let in any more signs in anew, as soon as the newsroom answers. */
  async signInWhereNeeded(): Promise<void> {
    for (const member of this.#members.values()) if ((await readWhenOpen(member)) !== 200) await member.signIn();
  }

  /** Does what somebody set out to do. @throws EstateError `wire.refused`, `wire.unreachable` */
  async perform(email: string, intent: Intent): Promise<Version> {
    const member = this.member(email);
    const done = intent.kind === 'create' ? await create(member, intent) : await this.#goOn(member, intent);
    this.#standing.set(intent.slug, done);
    return done;
  }

  /** Notes an article that somebody else wrote. */
  learn(slug: string, version: Version): void {
    this.#standing.set(slug, version);
  }

  where(slug: string): Version | undefined {
    return this.#standing.get(slug);
  }

  leave(): void {
    for (const member of this.#members.values()) member.leave();
  }

  #goOn(member: NewsroomMember, intent: Exclude<Intent, { kind: 'create' }>): Promise<Version> {
    const version = this.#standing.get(intent.slug);
    if (!version) throw new EstateError('wire.refused', `going on with ${intent.slug}: nobody here began it`);
    switch (intent.kind) {
      case 'change':
        return member.change(version, intent.fields);
      case 'submit':
        return member.submit(version);
      case 'approve':
        return member.approve(version);
      case 'update':
        return member.beginUpdate(version.id);
    }
  }
}

/** What the newsroom's first page answers once it is neither closed nor busy. */
async function readWhenOpen(member: NewsroomMember): Promise<number> {
  const deadline = performance.now() + OPEN_LIMIT_MS;
  for (;;) {
    const { status } = await member.read('/');
    if (!NOT_YET.includes(status) || performance.now() > deadline) return status;
    await sleepMs(OPEN_POLL_MS);
  }
}

function create(member: NewsroomMember, { slug, fields }: Extract<Intent, { kind: 'create' }>): Promise<Version> {
  return member.createDraft({ ...fields, slug });
}
