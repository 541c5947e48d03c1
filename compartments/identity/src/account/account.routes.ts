import { languageSchema } from '@bulkhead/contracts';
import { EstateError, hasCode, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, type FormValues, readForm, toldAs, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { closeSessions, listSessionsOf } from '#session/session.actions.ts';
import { keepLanguage, type Site } from '#site/shell.rules.ts';
import { identityWords, type Words } from '#words/words.ts';
import { createAccount, disableAccount, getAccountById, listAllAccounts, reinvite, replaceRoles } from './account.actions.ts';
import { isEmail, LONGEST_EMAIL, normaliseEmail, type OfferedRole, readRoles } from './account.rules.ts';
import { accountListPage, accountPage, invitationPage, newAccountPage } from './account.views.ts';
import { enterAs } from './enter.actions.ts';

type Deps = {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly feed: ChangeFeed;
  readonly offered: readonly OfferedRole[];
  readonly newId: () => string;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly now: Now;
};

const NO_FIELDS = z.object({});
const rolesSchema = z.object({ roles: z.array(z.string().max(100)).max(200) });
const accountSchema = rolesSchema.extend({
  displayName: z.string().trim().min(1).max(200),
  email: z
    .string()
    .max(LONGEST_EMAIL + 20)
    .transform(normaliseEmail)
    .pipe(
      z
        .string()
        .min(1)
        .refine(isEmail, toldAs({ ...emailFault() })),
    ),
  language: languageSchema,
});

function emailFault() {
  const inEach = (['ar', 'zh', 'en', 'fr', 'ru', 'es'] as const).map((language) => [language, identityWords(language).notEmail]);
  return { en: identityWords('en').notEmail, ...Object.fromEntries(inEach) };
}

/** The pages of administrators: accounts, their roles, invitations and sessions. */
export function addAccountRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/accounts', async (c) => {
    const { shell } = await enterAs(c, deps, '/accounts');
    return c.html(accountListPage(shell, await listAllAccounts(deps.database.read), deps.offered).toString());
  });
  app.get('/accounts/new', async (c) => {
    const { shell, account } = await enterAs(c, deps, '/accounts/new');
    const empty = { email: '', displayName: '', language: account.language, roles: [], faults: {} };
    return c.html(newAccountPage(shell, empty, deps.offered).toString());
  });
  app.post('/accounts', (c) => answerNewAccount(c, deps));
  app.get('/accounts/:id', async (c) => showAccount(c, deps, { refusal: null }));
  app.post('/accounts/:id/end-sessions', (c) =>
    change(c, deps, 'sessions-ended', ({ accountId }) => closeSessions(changing(c, deps), { accountId, by: 'administrator' })),
  );
  app.post('/accounts/:id/disable', (c) => change(c, deps, 'disabled', (asked) => disableAccount(changing(c, deps), asked)));
  app.post('/accounts/:id/roles', (c) => {
    const form = readForm(c, rolesSchema, { lists: ['roles'] });
    const roles = form.ok ? readRoles(form.value.roles, deps.offered) : null;
    if (!roles) return showAccount(c, deps, { refusal: 'unknown role' });
    return change(c, deps, 'roles-saved', (asked) => replaceRoles(changing(c, deps), { ...asked, roles }));
  });
  app.post('/accounts/:id/reinvite', (c) => answerReinvite(c, deps));
}

async function answerNewAccount(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { shell, person } = await enterAs(c, deps, '/accounts/new');
  const words = identityWords(shell.language);
  const form = readForm(c, accountSchema, { lists: ['roles'] });
  const again = (faults: Readonly<Record<string, string>>) =>
    c.html(newAccountPage(shell, { ...typedIn(form.values), faults }, deps.offered).toString(), 422);
  if (!form.ok) return again(form.faults);
  const roles = readRoles(form.value.roles, deps.offered);
  if (!roles) return again({ roles: words.unknownRole });
  try {
    const { value } = form;
    const acting = { ...changing(c, deps), newId: deps.newId };
    const invitation = await createAccount(acting, { ...value, roles, by: person.accountId });
    const account = { id: invitation.accountId, displayName: value.displayName };
    return c.html(invitationPage(shell, { ...invitation, account }).toString(), 201);
  } catch (error) {
    if (hasCode(error, 'account.email_taken')) return again({ email: words.emailTaken });
    throw error;
  }
}

async function answerReinvite(c: CompartmentContext, deps: Deps): Promise<Response> {
  const id = c.req.param('id') ?? '';
  const { shell, person } = await enterAs(c, deps, `/accounts/${id}`);
  readForm(c, NO_FIELDS);
  const account = await getAccountById(deps.database.read, id);
  try {
    const invitation = await reinvite(changing(c, deps), { accountId: id, by: person.accountId });
    return c.html(invitationPage(shell, { ...invitation, account }).toString(), 201);
  } catch (error) {
    return showAccount(c, deps, { refusal: refusalOf(error) });
  }
}

type Refusal = 'last administrator' | 'wrong state' | 'unknown role';

/** Runs one change and shows the account again, with what was done or why it was not. */
async function change(
  c: CompartmentContext,
  deps: Deps,
  done: string,
  run: (asked: { readonly accountId: string; readonly by: string }) => Promise<void>,
): Promise<Response> {
  const accountId = c.req.param('id') ?? '';
  const { shell, person } = await enterAs(c, deps, `/accounts/${accountId}`);
  if (done !== 'roles-saved') readForm(c, NO_FIELDS);
  try {
    await run({ accountId, by: person.accountId });
    return c.redirect(keepLanguage(shell, `/accounts/${accountId}?done=${done}`), 303);
  } catch (error) {
    return showAccount(c, deps, { refusal: refusalOf(error) });
  }
}

function refusalOf(error: unknown): Refusal {
  if (hasCode(error, 'account.last_administrator')) return 'last administrator';
  if (hasCode(error, 'account.wrong_state')) return 'wrong state';
  throw error;
}

async function showAccount(c: CompartmentContext, deps: Deps, given: { readonly refusal: Refusal | null }): Promise<Response> {
  const id = c.req.param('id') ?? '';
  const { shell } = await enterAs(c, deps, `/accounts/${id}`);
  const words = identityWords(shell.language);
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new EstateError('request.not_found', 'finding an account: its id has another form');
  const account = await getAccountById(deps.database.read, id);
  const sessions = await listSessionsOf(deps.database.read, id, deps.now());
  const refusal = given.refusal === null ? null : tellRefusal(given.refusal, words);
  const shown = { account, sessions, offered: deps.offered, news: tellNews(c.req.query('done'), words), refusal };
  return c.html(accountPage(shell, shown).toString(), given.refusal === null ? 200 : 409);
}

function tellRefusal(refusal: Refusal, words: Words): string {
  const told = {
    'last administrator': words.lastAdministrator,
    'wrong state': words.wrongState,
    'unknown role': words.unknownRole,
  };
  return told[refusal];
}

function tellNews(done: string | undefined, words: Words): string | null {
  if (done === 'sessions-ended') return words.sessionsEnded;
  if (done === 'disabled') return words.accountDisabled;
  return done === 'roles-saved' ? words.rolesSaved : null;
}

function changing(c: CompartmentContext, deps: Deps) {
  return { transact: transactFor(c, deps.database), feed: deps.feed, now: deps.now, randomBytes: deps.randomBytes };
}

function typedIn(values: FormValues) {
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : '');
  const roles = values['roles'];
  return {
    email: text('email'),
    displayName: text('displayName'),
    language: text('language'),
    roles: typeof roles === 'string' ? [] : (roles ?? []),
  };
}
