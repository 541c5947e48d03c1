import { SESSION_ENDED_HEADER } from '@bulkhead/contracts';
import type { Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, fillIn, readForm, requirePerson, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import { listUnseenHalves } from '#break-glass/break-glass.actions.ts';
import { findDelegationById } from '#delegation/delegation.actions.ts';
import { nameIn } from '#delegation/delegation.rules.ts';
import { type Events, overlookEvents } from '#event/event.actions.ts';
import { listGrantsOf } from '#grant/grant.actions.ts';
import type { Passwords } from '#password/password.actions.ts';
import { LONGEST_PASSWORD } from '#password/password.rules.ts';
import { tellPasswordFault } from '#password/password-words.rules.ts';
import type { OfferedRole } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { closeSessions, listSessionsOf } from '#session/session.actions.ts';
import { describeDevice } from '#session/session.rules.ts';
import { askedLanguage, keepLanguage, type Shell, type Site } from '#site/shell.rules.ts';
import type { Throttle } from '#throttle/throttle.actions.ts';
import { enterAs } from '#visit/enter.actions.ts';
import { identityWords, type Words } from '#words/words.ts';
import { changePassword, type PasswordOutcome } from './profile.actions.ts';
import { passwordPage, profilePage } from './profile.views.ts';

type Deps = {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly feed: ChangeFeed;
  readonly events: Events;
  readonly passwords: Passwords;
  readonly throttle: Throttle;
  readonly offered: readonly OfferedRole[];
  readonly now: Now;
};

const longPassword = z
  .string()
  .min(1)
  .max(LONGEST_PASSWORD * 4);
const passwordSchema = z.object({
  current: longPassword,
  code: z.string().min(1).max(20),
  wanted: longPassword,
  again: z.string().max(LONGEST_PASSWORD * 4),
});
const NO_FIELDS = z.object({});

/** The page of one's own account: sessions, password, signing out. */
export function addProfileRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/', async (c) => {
    const { person, account, shell } = await enterAs(c, deps, '/');
    const sessions = await listSessionsOf(deps.database.read, account.id, deps.now());
    const delegation = await findDelegationById(deps.database.read, account.delegationId);
    const news = tellNews(c.req.query('done'), identityWords(shell.language));
    const { news: unseen } = await overlookEvents(deps.database.read, person);
    const shown = {
      name: account.displayName,
      email: account.email,
      delegation: delegation ? nameIn(delegation.names, shell.language) : '',
      grants: await listGrantsOf(deps.database.read, account.id, deps.now()),
      offered: deps.offered,
      halves: await listUnseenHalves(deps.database.read, account.id),
      sessions,
      sessionId: person.sessionId,
      news,
      unseen,
    };
    return c.html(profilePage(shell, shown).toString());
  });
  app.post('/sign-out', (c) => signOut(c, deps));
  app.post('/sessions/end-others', async (c) => {
    const { accountId, sessionId } = requirePerson(c);
    readForm(c, NO_FIELDS);
    await closeSessions(changing(c, deps), { accountId, except: sessionId, by: 'person' });
    return goTo(c, '/?done=others-ended');
  });
  app.post('/sessions/:id/end', async (c) => {
    const { accountId, sessionId } = requirePerson(c);
    const only = c.req.param('id');
    if (only === sessionId) return signOut(c, deps);
    readForm(c, NO_FIELDS);
    await closeSessions(changing(c, deps), { accountId, only, by: 'person' });
    return goTo(c, '/?done=session-ended');
  });
  app.get('/password', async (c) => {
    const { shell } = await enterAs(c, deps, '/password');
    return c.html(passwordPage(shell, { faults: {}, refusal: null }).toString());
  });
  app.post('/password', (c) => answerPasswordChange(c, deps));
}

async function signOut(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { accountId, sessionId } = requirePerson(c);
  readForm(c, NO_FIELDS);
  await closeSessions(changing(c, deps), { accountId, only: sessionId, by: 'person' });
  c.header(SESSION_ENDED_HEADER, sessionId);
  return goTo(c, '/sign-in?done=signed-out');
}

async function answerPasswordChange(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { person, shell } = await enterAs(c, deps, '/password');
  const form = readForm(c, passwordSchema);
  const words = identityWords(shell.language);
  if (!form.ok) return c.html(passwordPage(shell, { faults: form.faults, refusal: null }).toString(), 422);
  const { wanted, again } = form.value;
  if (wanted !== again) return c.html(passwordPage(shell, { faults: { again: words.notSame }, refusal: null }).toString(), 422);
  const outcome = await changePassword(
    { ...deps, db: deps.database.read, transact: transactFor(c, deps.database) },
    {
      ...person,
      ...form.value,
      address: c.var.claims.address,
      device: describeDevice(c.req.header('user-agent')),
      organisation: deps.site.organisation,
    },
  );
  return tellOutcome(c, shell, outcome);
}

function tellOutcome(c: CompartmentContext, shell: Shell, outcome: PasswordOutcome): Response {
  const words = identityWords(shell.language);
  if (outcome.kind === 'changed') return c.redirect(keepLanguage(shell, '/?done=password-changed'), 303);
  if (outcome.kind === 'unfit') {
    const faults = { wanted: tellPasswordFault(outcome.fault, shell.language) };
    return c.html(passwordPage(shell, { faults, refusal: null }).toString(), 422);
  }
  if (outcome.kind === 'refused') return c.html(passwordPage(shell, { faults: {}, refusal: words.wrongCurrent }).toString(), 403);
  const seconds = Math.ceil(outcome.waitMs / 1000);
  c.header('retry-after', String(seconds));
  return c.html(passwordPage(shell, { faults: {}, refusal: fillIn(words.throttled, { seconds }) }).toString(), 429);
}

function tellNews(done: string | undefined, words: Words): string | null {
  if (done === 'session-ended') return words.sessionEnded;
  if (done === 'others-ended') return words.othersEnded;
  return done === 'password-changed' ? words.passwordChanged : null;
}

function changing(c: CompartmentContext, deps: Deps) {
  return { transact: transactFor(c, deps.database), feed: deps.feed, now: deps.now };
}

function goTo(c: CompartmentContext, path: string): Response {
  return c.redirect(keepLanguage({ asked: askedLanguage(c.req.query('lang')) }, path), 303);
}
