import type { NewsroomMember, Version } from '#sample/newsroom.ts';
import { drawNoise } from '../noise.ts';
import type { Stage } from './scenario.ts';
import { attempt, enter, stealSession } from './thief.ts';

/** The form field of a spoilt build whose value is concatenated into SQL: the title of a draft, or the description of its picture. */
export type InjectedField = 'title' | 'picture';
type Given = { readonly field: InjectedField; readonly from: string; readonly batches: readonly (readonly string[])[] };

/** What comes after the quote is run. */
function writePayload(field: InjectedField, statements: readonly string[]): string {
  return `${field === 'title' ? 'T' : 'P'}'; ${statements.join('; ')} --`;
}

/** Sends a draft, or a draft with a picture, whose field carries statements; @returns what each request answered */
async function send(
  member: NewsroomMember,
  { field, slug, statements }: { readonly field: InjectedField; readonly slug: string; readonly statements: readonly string[] },
): Promise<Version[]> {
  const payload = writePayload(field, statements);
  const text = { 'summary-en': 'An ordinary summary.', 'body-en': 'An ordinary text.' };
  const title = field === 'title' ? payload : 'An ordinary title';
  const draft = await member.createDraft({ kind: 'news', slug, 'title-en': title, ...text });
  if (field === 'title') return [draft];
  const described = await member.addPicture(draft, drawNoise('picture.png'), { credit: 'Nobody', 'alt-en': payload });
  return [draft, described];
}

/** Sends drafts whose fields carry statements, in a stolen session and from another address. */
export async function inject(
  stage: Stage,
  { field, from, batches }: Given,
): Promise<{ readonly thief: NewsroomMember; readonly sent: readonly Version[] }> {
  const thief = stealSession(stage, 'editor', from);
  const sent: Version[] = [];
  for (const [at, statements] of batches.entries())
    sent.push(...(await send(thief, { field, slug: `${stage.mark}-${at}`, statements })));
  return { thief, sent };
}

/** From where somebody comes whose address is refused by now. */
const ELSEWHERE = '127.0.0.99';

/**
 * The same again: in the stolen session, and in a new one of the same account from another address, which may write
 * drafts: there it counts as a success only if what was injected was run, that is if more changed than the draft's own rows.
 */
export async function injectAgain(
  stage: Stage,
  given: Given & { readonly thief: NewsroomMember; readonly wasRun: () => Promise<boolean> },
): Promise<{ what: string; succeeded: boolean }[]> {
  const [statements = []] = given.batches;
  const { field } = given;
  const stolen = await attempt('inject in the stolen session', () =>
    send(given.thief, { field, slug: `${stage.mark}-stolen`, statements }),
  );
  const account = stage.accounts.find(({ email }) => email === given.thief.email);
  if (!account) return [stolen];
  const fresh = enter(stage, account, { from: ELSEWHERE });
  try {
    await fresh.signIn();
    // Where a route was closed the form itself is refused: what counts is whether it was run.
    await attempt('inject in a new session', () => send(fresh, { field, slug: `${stage.mark}-fresh`, statements }));
  } finally {
    fresh.leave();
  }
  return [stolen, { what: 'inject in a new session from elsewhere', succeeded: await given.wasRun() }];
}
