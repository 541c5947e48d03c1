import { SESSION_ENDED_HEADER } from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { type CompartmentApp, type CompartmentContext, readForm, requirePerson, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import { LONGEST_EMAIL, normaliseEmail } from '#account/account.rules.ts';
import type { OfferedRole } from '#role/role.rules.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { plainLine } from '#site/plain-text.rules.ts';
import { keepLanguage } from '#site/shell.rules.ts';
import { type EnterDeps, enterAs, enterAsAdministrator } from '#visit/enter.actions.ts';
import { deletePerson, deletePersonInReach, exportPerson, tidy } from './privacy.actions.ts';
import { privacyPage } from './privacy.views.ts';
import { privacyWords } from './privacy.words.ts';

type Deps = EnterDeps & { readonly feed: ChangeFeed; readonly offered: readonly OfferedRole[] };

const confirmSchema = z.object({ email: z.string().max(LONGEST_EMAIL + 20) });
const reasonSchema = z.object({ reason: plainLine(500) });
const OWN_WISH = 'Deleted at the wish of its person.';

/** What is kept of a person: shown, taken along, deleted. */
export function addPrivacyRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/privacy', async (c) => {
    const { shell } = await enterAs(c, deps, '/privacy');
    return c.html(privacyPage(shell, { faults: {}, refusal: null }).toString());
  });
  app.get('/privacy/export', async (c) => {
    const { accountId } = requirePerson(c);
    const data = await exportPerson(deps.database.read, accountId, deps.now());
    c.header('content-disposition', 'attachment; filename="my-data.json"');
    c.header('cache-control', 'no-store');
    return c.json(data);
  });
  app.post('/privacy/delete', (c) => answerDelete(c, deps));
  app.post('/accounts/:id/delete', (c) => answerDeleteOther(c, deps));
  app.post('/.bulkhead/jobs/identity.tidy', async (c) => {
    if (!c.var.token) throw new EstateError('token.missing', 'tidying: the call carries no token');
    return c.json(await tidy(changing(c, deps)));
  });
}

async function answerDelete(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { shell, account, person } = await enterAs(c, deps, '/privacy');
  const words = privacyWords(shell.language);
  const form = readForm(c, confirmSchema);
  const isSure = form.ok && normaliseEmail(form.value.email) === account.email;
  if (!isSure) return c.html(privacyPage(shell, { faults: { email: words.notYours }, refusal: null }).toString(), 422);
  try {
    await deletePerson(changing(c, deps), { accountId: account.id, by: account.id, reason: OWN_WISH });
  } catch (error) {
    if (!hasCode(error, 'account.last_administrator')) throw error;
    return c.html(privacyPage(shell, { faults: {}, refusal: words.lastAdministrator }).toString(), 409);
  }
  c.header(SESSION_ENDED_HEADER, person.sessionId);
  return c.redirect(keepLanguage(shell, '/sign-in?done=signed-out'), 303);
}

async function answerDeleteOther(c: CompartmentContext, deps: Deps): Promise<Response> {
  const accountId = c.req.param('id') ?? '';
  const at = `/accounts/${accountId}`;
  const { shell, actor } = await enterAsAdministrator(c, deps, at);
  const form = readForm(c, reasonSchema);
  const back = (done: string) => c.redirect(keepLanguage(shell, `${at}?done=${done}`), 303);
  if (!form.ok) return back('not-deleted');
  try {
    const asked = { accountId, actor, reason: form.value.reason };
    await deletePersonInReach({ ...changing(c, deps), db: deps.database.read, offered: deps.offered }, asked);
    return back('deleted');
  } catch (error) {
    if (hasCode(error, 'account.last_administrator')) return back('last-administrator');
    if (hasCode(error, 'account.wrong_state')) return back('changed');
    if (hasCode(error, 'account.beyond_reach')) return back('beyond-reach');
    throw error;
  }
}

function changing(c: CompartmentContext, deps: Deps) {
  return { transact: transactFor(c, deps.database), feed: deps.feed, now: deps.now };
}
