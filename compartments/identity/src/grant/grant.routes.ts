import { hasCode } from '@bulkhead/kernel';
import { type CompartmentApp, type CompartmentContext, type FormValues, readForm, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import { isAdministrator, type OfferedRole, type Role } from '#role/role.rules.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { plainLine } from '#site/plain-text.rules.ts';
import { keepLanguage, readPage } from '#site/shell.rules.ts';
import { type EnterDeps, enterAsAdministrator } from '#visit/enter.actions.ts';
import { identityWords } from '#words/words.ts';
import { confirmRole, countGrantWork, decideGrant, endGrant, listReviews, listWaiting } from './grant.actions.ts';
import { LONGEST_REASON, readTerms } from './grant.rules.ts';
import { keyOf, type ListShown, reviewPage, waitingPage } from './grant.views.ts';
import { type GrantWords, grantWords } from './grant.words.ts';

type Deps = EnterDeps & { readonly feed: ChangeFeed; readonly offered: readonly OfferedRole[] };

const keyShape = {
  account: z.string().regex(/^[0-9a-f-]{36}$/),
  role: z.string().regex(/^[a-z][a-z0-9-]{0,40}\/[a-z][a-z-]{0,49}$/),
  reason: plainLine(LONGEST_REASON),
};
const decisionSchema = z.object({ ...keyShape, decision: z.enum(['approve', 'refuse']) });
const reviewSchema = z.object({
  ...keyShape,
  decision: z.enum(['confirm', 'end']),
  endsOn: z.string().max(20),
  seen: z.iso.datetime(),
});

/** The lists of roles that wait for a decision: asked for, or to be reviewed. */
export function addGrantRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/grants/waiting', (c) => showWaiting(c, deps, NOTHING));
  app.post('/grants/decide', (c) => answerDecision(c, deps));
  app.get('/reviews', (c) => showReviews(c, deps, NOTHING));
  app.post('/reviews', (c) => answerReview(c, deps));
}

type Told = Pick<ListShown, 'refusal' | 'typed' | 'faults'>;
const NOTHING: Told = { refusal: null, typed: null, faults: {} };

async function showWaiting(c: CompartmentContext, deps: Deps, told: Told): Promise<Response> {
  const { shell, actor } = await enterAsAdministrator(c, deps, '/grants/waiting');
  const now = deps.now();
  const page = readPage(c.req.query('page'));
  const found = await listWaiting(deps.database.read, { reach: actor.reach, now, page });
  const news = c.req.query('done') ? grantWords(shell.language).decided : null;
  return c.html(waitingPage(shell, { ...found, ...told, offered: deps.offered, page, now, news }).toString(), statusOf(told));
}

async function showReviews(c: CompartmentContext, deps: Deps, told: Told): Promise<Response> {
  const { shell, actor } = await enterAsAdministrator(c, deps, '/reviews');
  const now = deps.now();
  const page = readPage(c.req.query('page'));
  const found = await listReviews(deps.database.read, { reach: actor.reach, now, page });
  const { late } = await countGrantWork(deps.database.read, { reach: actor.reach, now });
  const news = c.req.query('done') ? grantWords(shell.language).decided : null;
  const shown = { ...found, ...told, offered: deps.offered, page, now, news, late };
  return c.html(reviewPage(shell, shown).toString(), statusOf(told));
}

async function answerDecision(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { shell, actor, account } = await enterAsAdministrator(c, deps, '/grants/waiting');
  const words = grantWords(shell.language);
  const form = readForm(c, decisionSchema);
  if (!form.ok) return showWaiting(c, deps, { refusal: null, typed: typedIn(form.values), faults: form.faults });
  const { value } = form;
  if (!isAdministrator(account)) return showWaiting(c, deps, { ...NOTHING, refusal: words.gone });
  try {
    await decideGrant(changing(c, deps), {
      accountId: value.account,
      role: splitRole(value.role),
      isApproved: value.decision === 'approve',
      reason: value.reason,
      actor,
    });
    return c.redirect(keepLanguage(shell, '/grants/waiting?done=decided'), 303);
  } catch (error) {
    return showWaiting(c, deps, { refusal: refusalOf(error, words), typed: typedIn(form.values), faults: {} });
  }
}

async function answerReview(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { shell, actor } = await enterAsAdministrator(c, deps, '/reviews');
  const words = grantWords(shell.language);
  const form = readForm(c, reviewSchema);
  if (!form.ok) return showReviews(c, deps, { refusal: null, typed: typedIn(form.values), faults: form.faults });
  const { value } = form;
  const asked = { accountId: value.account, role: splitRole(value.role), reason: value.reason, actor };
  try {
    if (value.decision === 'end') await endGrant(changing(c, deps), asked);
    else {
      const terms = readTerms(value, deps.now());
      if (!terms.ok) {
        const faults = Object.fromEntries(Object.entries(terms.faults).map(([name, fault]) => [name, words[fault]]));
        return await showReviews(c, deps, { refusal: null, typed: typedIn(form.values), faults });
      }
      await confirmRole(changing(c, deps), { ...asked, endsAt: terms.endsAt, seen: new Date(value.seen) });
    }
    return c.redirect(keepLanguage(shell, '/reviews?done=decided'), 303);
  } catch (error) {
    const refusal = hasCode(error, 'account.last_administrator')
      ? identityWords(shell.language).lastAdministrator
      : refusalOf(error, words);
    return showReviews(c, deps, { refusal, typed: typedIn(form.values), faults: {} });
  }
}

function refusalOf(error: unknown, words: GrantWords): string {
  if (hasCode(error, 'grant.gone')) return words.gone;
  if (hasCode(error, 'request.forbidden')) return words.ownRole;
  throw error;
}

function statusOf(told: Told): 200 | 409 | 422 {
  if (told.refusal !== null) return 409;
  return Object.keys(told.faults).length > 0 ? 422 : 200;
}

function splitRole(written: string): Role {
  const [compartment = '', role = ''] = written.split('/');
  return { compartment, role };
}

function typedIn(values: FormValues): NonNullable<Told['typed']> {
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : '');
  return {
    key: keyOf({ accountId: text('account'), ...splitRole(text('role')) }),
    endsOn: text('endsOn'),
    reason: text('reason'),
  };
}

function changing(c: CompartmentContext, deps: Deps) {
  return { transact: transactFor(c, deps.database), feed: deps.feed, now: deps.now };
}
