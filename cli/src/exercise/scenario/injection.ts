import type { NewsroomMember, Version } from '#sample/newsroom.ts';
import type { Stage } from './scenario.ts';
import { attempt, enter, stealSession } from './thief.ts';

export type InjectedField = 'summary' | 'title';

/** The form field of a spoilt build whose value is concatenated into SQL: what comes after the quote is run. */
export function injectedFields(field: InjectedField, statements: readonly string[]): Record<string, string> {
  const payload = `${field === 'summary' ? 'S' : 'T'}'; ${statements.join('; ')} --`;
  return {
    kind: 'news',
    'title-en': field === 'title' ? payload : 'An ordinary title',
    'summary-en': field === 'summary' ? payload : 'An ordinary summary.',
    'body-en': 'An ordinary text.',
  };
}

/** Sends drafts whose fields carry statements, in a stolen session and from another address. */
export async function inject(
  stage: Stage,
  given: { readonly field: InjectedField; readonly from: string; readonly batches: readonly (readonly string[])[] },
): Promise<{ readonly thief: NewsroomMember; readonly drafts: readonly Version[] }> {
  const thief = stealSession(stage, 'editor', given.from);
  const drafts: Version[] = [];
  for (const [at, statements] of given.batches.entries())
    drafts.push(await thief.createDraft({ ...injectedFields(given.field, statements), slug: `${stage.mark}-${at}` }));
  return { thief, drafts };
}

/** From where somebody comes whose address is refused by now. */
const ELSEWHERE = '127.0.0.99';

/**
 * The same again: in the stolen session, and in a new one of the same account from another address, which may write
 * drafts: there it counts as a success only if what was injected was run, that is if more changed than the draft's own rows.
 */
export async function injectAgain(
  stage: Stage,
  given: Parameters<typeof inject>[1] & { readonly thief: NewsroomMember; readonly wasRun: () => Promise<boolean> },
): Promise<{ what: string; succeeded: boolean }[]> {
  const [statements = []] = given.batches;
  const fields = injectedFields(given.field, statements);
  const stolen = await attempt('inject in the stolen session', () =>
    given.thief.createDraft({ ...fields, slug: `${stage.mark}-stolen` }),
  );
  const account = stage.accounts.find(({ email }) => email === given.thief.email);
  if (!account) return [stolen];
  const fresh = enter(stage, account, { from: ELSEWHERE });
  try {
    await fresh.signIn();
    await fresh.createDraft({ ...fields, slug: `${stage.mark}-fresh` });
  } finally {
    fresh.leave();
  }
  return [stolen, { what: 'inject in a new session from elsewhere', succeeded: await given.wasRun() }];
}
