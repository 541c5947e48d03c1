import { SESSION_STARTED_HEADER } from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { type CompartmentApp, type CompartmentContext, type FormFaults, fillIn, readForm, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import { findAccountIdByEmail } from '#account/account.actions.ts';
import { LONGEST_EMAIL, normaliseEmail } from '#account/account.rules.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { plainLine } from '#site/plain-text.rules.ts';
import { keepLanguage, makeShell, type Shell } from '#site/shell.rules.ts';
import type { Throttle } from '#throttle/throttle.actions.ts';
import { type EnterDeps, enterAs, enterAsAdministrator } from '#visit/enter.actions.ts';
import { breakGlass, listBreakGlassPairs, makePair, showHalf, withdrawPair } from './break-glass.actions.ts';
import { LONGEST_REASON } from './break-glass.rules.ts';
import { type GlassShown, glassPage, halfPage, pairsPage } from './break-glass.views.ts';
import { breakGlassWords } from './break-glass.words.ts';

type Deps = EnterDeps & {
  readonly feed: ChangeFeed;
  readonly throttle: Throttle;
  readonly newId: () => string;
  readonly newSessionId: () => string;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly isReadOnly: boolean;
};

const code = z.string().trim().min(1).max(100);
const glassSchema = z.object({ code, second: z.string().max(100).default(''), reason: plainLine(LONGEST_REASON) });
const email = z
  .string()
  .min(1)
  .max(LONGEST_EMAIL + 20)
  .transform(normaliseEmail);
const pairSchema = z.object({ first: email, second: email });
const NO_FIELDS = z.object({});
const NOTHING: GlassShown = { reason: '', faults: {}, refusal: null, waitingUntil: null };

/** Break-glass: the page that takes codes, open to anybody; the pairs, for administrators; one's own half. */
export function addBreakGlassRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/break-glass', (c) => c.html(glassPage(shellOf(c, deps), NOTHING).toString()));
  app.post('/break-glass', (c) => answerCode(c, deps));
  app.get('/break-glass/pairs', (c) => showPairs(c, deps, { first: '', second: '', faults: {} }, 200));
  app.post('/break-glass/pairs', (c) => answerPair(c, deps));
  app.post('/break-glass/pairs/:id/withdraw', async (c) => {
    const { shell } = await enterAsAdministrator(c, deps, '/break-glass/pairs');
    readForm(c, NO_FIELDS);
    await withdrawPair(changing(c, deps), c.req.param('id'));
    return c.redirect(keepLanguage(shell, '/break-glass/pairs?done=withdrawn'), 303);
  });
  app.post('/break-glass/halves/:id', async (c) => {
    const { shell, account } = await enterAs(c, deps, '/');
    readForm(c, NO_FIELDS);
    const half = await showHalf(changing(c, deps), { pairId: c.req.param('id'), holderId: account.id });
    return c.html(halfPage(shell, half).toString(), 201);
  });
}

async function answerCode(c: CompartmentContext, deps: Deps): Promise<Response> {
  const shell = shellOf(c, deps);
  const words = breakGlassWords(shell.language);
  if (deps.isReadOnly) throw new EstateError('postgres.read_only', 'breaking the glass: nothing can be written now');
  const form = readForm(c, glassSchema);
  const reason = typeof form.values['reason'] === 'string' ? form.values['reason'] : '';
  if (!form.ok) return c.html(glassPage(shell, { ...NOTHING, reason, faults: form.faults }).toString(), 422);
  const { claims } = c.var;
  const outcome = await breakGlass(
    { ...changing(c, deps), db: deps.database.read },
    {
      ...form.value,
      first: form.value.code,
      address: claims.address,
      userAgent: c.req.header('user-agent'),
      previousId: claims.sessionId,
    },
  );
  if (outcome.kind === 'throttled') {
    const seconds = Math.ceil(outcome.waitMs / 1000);
    c.header('retry-after', String(seconds));
    return c.html(glassPage(shell, { ...NOTHING, reason, refusal: fillIn(words.throttled, { seconds }) }).toString(), 429);
  }
  if (outcome.kind === 'refused') return c.html(glassPage(shell, { ...NOTHING, reason, refusal: words.refused }).toString(), 403);
  if (outcome.kind === 'waiting') return c.html(glassPage(shell, { ...NOTHING, waitingUntil: outcome.until }).toString());
  c.header(SESSION_STARTED_HEADER, outcome.sessionId);
  return c.redirect(keepLanguage(shell, '/accounts'), 303);
}

async function answerPair(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { shell, account } = await enterAsAdministrator(c, deps, '/break-glass/pairs');
  const words = breakGlassWords(shell.language);
  const form = readForm(c, pairSchema);
  const text = (name: string) => (typeof form.values[name] === 'string' ? form.values[name] : '');
  const again = (faults: FormFaults) => showPairs(c, deps, { first: text('first'), second: text('second'), faults }, 422);
  if (!form.ok) return again(form.faults);
  const db = deps.database.read;
  const [first, second] = [await findAccountIdByEmail(db, form.value.first), await findAccountIdByEmail(db, form.value.second)];
  if (!first || !second) return again({ [first ? 'second' : 'first']: words.unfit });
  try {
    await makePair(changing(c, deps), { holders: [first, second], by: account.id });
    return c.redirect(keepLanguage(shell, '/break-glass/pairs?done=made'), 303);
  } catch (error) {
    if (hasCode(error, 'break_glass.unfit_holders')) return again({ second: words.unfit });
    if (hasCode(error, 'break_glass.too_many')) return again({ first: words.tooMany });
    throw error;
  }
}

async function showPairs(
  c: CompartmentContext,
  deps: Deps,
  typed: { readonly first: string; readonly second: string; readonly faults: FormFaults },
  status: 200 | 422,
): Promise<Response> {
  const { shell } = await enterAsAdministrator(c, deps, '/break-glass/pairs');
  const words = breakGlassWords(shell.language);
  const done = c.req.query('done');
  const news = done === 'made' ? words.pairMade : done === 'withdrawn' ? words.pairWithdrawn : null;
  return c.html(pairsPage(shell, { ...typed, pairs: await listBreakGlassPairs(deps.database.read), news }).toString(), status);
}

function shellOf(c: CompartmentContext, deps: Deps): Shell {
  return makeShell({ site: deps.site, query: c.req.query('lang'), language: c.var.language, at: '/break-glass' });
}

function changing(c: CompartmentContext, deps: Deps) {
  return { ...deps, transact: transactFor(c, deps.database) };
}
