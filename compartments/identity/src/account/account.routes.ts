import { type Language, languageSchema } from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import {
  type CompartmentApp,
  type CompartmentContext,
  type FormFaults,
  type FormValues,
  readForm,
  toldAs,
  transactFor,
} from '@bulkhead/web';
import { z } from 'zod';
import { getDelegationById, listActiveDelegations } from '#delegation/delegation.actions.ts';
import { type Delegation, nameIn } from '#delegation/delegation.rules.ts';
import { endGrant, giveGrant, listGrantsOf, listHistoryOf } from '#grant/grant.actions.ts';
import { dayAfter, LONGEST_REASON, readTerms, USUAL_GRANT_DAYS } from '#grant/grant.rules.ts';
import { grantWords } from '#grant/grant.words.ts';
import { type Actor, findRole, isHeld, isSame, type OfferedRole, readRoles } from '#role/role.rules.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { listSessionsOf } from '#session/session.actions.ts';
import { isPlainText, NOT_PLAIN, plainLine } from '#site/plain-text.rules.ts';
import { keepLanguage, readPage, readSearch, type Shell } from '#site/shell.rules.ts';
import { type EnterDeps, enterAsAdministrator } from '#visit/enter.actions.ts';
import { identityWords, type Words } from '#words/words.ts';
import {
  changeAccount,
  createAccount,
  disableAccount,
  endSessionsInReach,
  findAccounts,
  getInReach,
  reinvite,
} from './account.actions.ts';
import { type AccountFilter, isEmail, LONGEST_EMAIL, LONGEST_NAME, normaliseEmail, STATUS_FILTERS } from './account.rules.ts';
import {
  type AccountShown,
  accountListPage,
  accountPage,
  invitationPage,
  type NewAccountShown,
  newAccountPage,
} from './account.views.ts';
import type { InvitationLetters } from './invitation-letter.actions.ts';

type Deps = EnterDeps & {
  readonly feed: ChangeFeed;
  readonly offered: readonly OfferedRole[];
  readonly newId: () => string;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly invitationLetters: InvitationLetters;
};

const NO_FIELDS = z.object({});
const LONGEST_SEARCH = 200;
const delegationField = z.string().max(64).optional();
const termShape = { endsOn: z.string().max(20).default(''), reason: z.string().max(LONGEST_REASON).default('') };
const accountSchema = z.object({
  displayName: plainLine(LONGEST_NAME),
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
  delegation: delegationField,
  roles: z.array(z.string().max(100)).max(200),
  ...termShape,
});
const changeSchema = z.object({ displayName: plainLine(LONGEST_NAME), language: languageSchema, delegation: delegationField });
const giveSchema = z.object({ role: z.string().max(100), ...termShape });
const endSchema = z.object({ role: z.string().max(100), reason: plainLine(LONGEST_REASON) });

function emailFault() {
  const inEach = (['ar', 'zh', 'en', 'fr', 'ru', 'es'] as const).map((language) => [language, identityWords(language).notEmail]);
  return { en: identityWords('en').notEmail, ...Object.fromEntries(inEach) };
}

/** The pages of administrators: accounts, their roles, invitations and sessions. */
export function addAccountRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/accounts', (c) => listPage(c, deps));
  app.get('/accounts/new', async (c) => {
    const { account, actor } = await enterAsAdministrator(c, deps, '/accounts/new');
    const delegation = c.req.query('delegation') ?? account.delegationId;
    const usual = { endsOn: dayAfter(deps.now(), USUAL_GRANT_DAYS), reason: '', roles: [], faults: {} };
    return showNew(c, deps, { email: '', displayName: '', language: account.language, delegation, ...usual }, actor, 200);
  });
  app.post('/accounts', (c) => answerNewAccount(c, deps));
  app.get('/accounts/:id', (c) => showAccount(c, deps, {}));
  app.post('/accounts/:id/change', (c) => answerChange(c, deps));
  app.post('/accounts/:id/end-sessions', (c) =>
    change(c, deps, 'sessions-ended', (by) => endSessionsInReach(changing(c, deps), by)),
  );
  app.post('/accounts/:id/disable', (c) => change(c, deps, 'disabled', (by) => disableAccount(changing(c, deps), by)));
  app.post('/accounts/:id/reinvite', (c) => answerReinvite(c, deps));
  app.post('/accounts/:id/grants', (c) => answerGive(c, deps));
  app.post('/accounts/:id/grants/end', (c) => answerEnd(c, deps));
}

async function listPage(c: CompartmentContext, deps: Deps): Promise<Response> {
  const query = (name: string) => readSearch(c.req.query(name), LONGEST_SEARCH);
  const { actor } = await enterAsAdministrator(c, deps, '/accounts');
  const wanted = STATUS_FILTERS.find((status) => status === query('status')) ?? null;
  const filter: AccountFilter = {
    text: query('q'),
    delegationId: actor.reach === 'all' ? query('delegation') || null : actor.reach.delegationId,
    status: wanted,
    page: readPage(c.req.query('page')),
  };
  const at = `/accounts?${new URLSearchParams({ q: filter.text, delegation: filter.delegationId ?? '', status: wanted ?? '' }).toString()}`;
  const { shell } = await enterAsAdministrator(c, deps, at);
  const found = await findAccounts(deps.database.read, filter, deps.now());
  const delegations = await choicesFor(deps, actor, shell.language);
  return c.html(accountListPage(shell, { ...found, filter, offered: deps.offered, delegations }).toString());
}

async function showNew(
  c: CompartmentContext,
  deps: Deps,
  shown: NewAccountShown,
  actor: Actor,
  status: 200 | 422,
): Promise<Response> {
  const { shell } = await enterAsAdministrator(c, deps, '/accounts/new');
  const all = await listActiveDelegations(deps.database.read);
  const held = all.filter((one) => actor.reach === 'all' || one.id === actor.reach.delegationId).map((one) => one.holds);
  const choices = deps.offered.filter((role) => held.some((holds) => isHeld(holds, role)));
  const delegations = actor.reach === 'all' ? sortedChoices(all, shell.language) : [];
  return c.html(newAccountPage(shell, shown, { choices, delegations }).toString(), status);
}

async function answerNewAccount(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { shell, actor, account: own } = await enterAsAdministrator(c, deps, '/accounts/new');
  const words = identityWords(shell.language);
  const form = readForm(c, accountSchema, { lists: ['roles'] });
  const again = (faults: FormFaults) => showNew(c, deps, { ...typedIn(form.values, own.delegationId), faults }, actor, 422);
  if (!form.ok) return again(form.faults);
  const { value } = form;
  const roles = readRoles(value.roles, deps.offered);
  if (!roles) return again({ roles: words.unknownRole });
  const terms = termsOf(deps, shell, { ...value, isNeeded: roles.length > 0 });
  if (!terms.ok) return again(terms.faults);
  const delegationId = actor.reach === 'all' ? (value.delegation ?? own.delegationId) : actor.reach.delegationId;
  try {
    const acting = { ...changing(c, deps), newId: deps.newId };
    const invitation = await createAccount(acting, { ...value, ...terms, roles, delegationId, actor });
    const account = { id: invitation.accountId, displayName: value.displayName };
    return c.html(invitationPage(shell, { ...invitation, account }).toString(), 201);
  } catch (error) {
    if (hasCode(error, 'account.email_taken')) return again({ email: words.emailTaken });
    if (hasCode(error, 'account.unknown_delegation')) return again({ delegation: words.delegationEnded });
    if (hasCode(error, 'grant.not_held')) return again({ roles: grantWords(shell.language).notHeld });
    throw error;
  }
}

/** Reads until when and why; what is not needed has a usual answer. */
function termsOf(
  deps: Deps,
  shell: Shell,
  typed: { readonly endsOn: string; readonly reason: string; readonly isNeeded: boolean },
): { readonly ok: true; readonly endsAt: Date; readonly reason: string } | { readonly ok: false; readonly faults: FormFaults } {
  const now = deps.now();
  const endsOn = typed.endsOn.trim() === '' ? dayAfter(now, USUAL_GRANT_DAYS) : typed.endsOn;
  const reason = typed.isNeeded ? typed.reason : typed.reason.trim() || '-';
  const terms = readTerms({ endsOn, reason }, now);
  if (!terms.ok) {
    const words = grantWords(shell.language);
    return { ok: false, faults: Object.fromEntries(Object.entries(terms.faults).map(([name, fault]) => [name, words[fault]])) };
  }
  return isPlainText(terms.reason) ? terms : { ok: false, faults: { reason: NOT_PLAIN[shell.language] } };
}

async function answerGive(c: CompartmentContext, deps: Deps): Promise<Response> {
  const accountId = c.req.param('id') ?? '';
  const { shell, actor } = await enterAsAdministrator(c, deps, `/accounts/${accountId}`);
  const words = grantWords(shell.language);
  const form = readForm(c, giveSchema);
  const text = (name: string) => (typeof form.values[name] === 'string' ? form.values[name] : '');
  const values = { role: text('role'), endsOn: text('endsOn'), reason: text('reason') };
  const again = (faults: FormFaults, status: 409 | 422 = 422) => showAccount(c, deps, { give: { values, faults }, status });
  if (!form.ok) return again(form.faults);
  const role = findRole(form.value.role, deps.offered);
  if (!role) return again({ role: form.value.role === '' ? words.chooseRole : identityWords(shell.language).unknownRole });
  const terms = termsOf(deps, shell, { ...form.value, isNeeded: true });
  if (!terms.ok) return again(terms.faults);
  try {
    const state = await giveGrant(changing(c, deps), { ...terms, accountId, role, actor });
    return c.redirect(keepLanguage(shell, `/accounts/${accountId}?done=role-${state}`), 303);
  } catch (error) {
    if (hasCode(error, 'grant.exists')) return again({ role: words.exists }, 409);
    if (hasCode(error, 'grant.not_held')) return again({ role: words.notHeld }, 409);
    if (hasCode(error, 'account.unknown_delegation')) return again({ role: identityWords(shell.language).delegationEnded }, 409);
    throw error;
  }
}

async function answerEnd(c: CompartmentContext, deps: Deps): Promise<Response> {
  const form = readForm(c, endSchema);
  const accountId = c.req.param('id') ?? '';
  const { shell } = await enterAsAdministrator(c, deps, `/accounts/${accountId}`);
  const words = grantWords(shell.language);
  if (!form.ok) return showAccount(c, deps, { refusal: form.faults['reason'] ?? words.gone, status: 422 });
  const [compartment = '', role = ''] = form.value.role.split('/');
  const asked = { role: { compartment, role }, reason: form.value.reason };
  return change(c, deps, 'role-ended', (by) => endGrant(changing(c, deps), { ...asked, ...by }));
}

async function answerChange(c: CompartmentContext, deps: Deps): Promise<Response> {
  const accountId = c.req.param('id') ?? '';
  const { actor } = await enterAsAdministrator(c, deps, `/accounts/${accountId}`);
  const form = readForm(c, changeSchema);
  if (!form.ok) {
    const text = (name: string) => (typeof form.values[name] === 'string' ? form.values[name] : '');
    const typed = { displayName: text('displayName'), language: text('language'), delegation: text('delegation') };
    return showAccount(c, deps, { change: { ...typed, faults: form.faults }, status: 422 });
  }
  const account = await getInReach(deps.database.read, { accountId, actor }, deps.now());
  const delegationId = form.value.delegation ?? account.delegationId;
  const { holds } = await getDelegationById(deps.database.read, delegationId);
  const asked = { ...form.value, delegationId, holds, reason: 'Moved to another delegation.' };
  return change(c, deps, 'saved', (by) => changeAccount(changing(c, deps), { ...asked, ...by }), true);
}

async function answerReinvite(c: CompartmentContext, deps: Deps): Promise<Response> {
  const accountId = c.req.param('id') ?? '';
  const { shell, actor } = await enterAsAdministrator(c, deps, `/accounts/${accountId}`);
  readForm(c, NO_FIELDS);
  const account = await getInReach(deps.database.read, { accountId, actor }, deps.now());
  try {
    const invitation = await reinvite(changing(c, deps), { accountId, actor });
    return c.html(invitationPage(shell, { ...invitation, account }).toString(), 201);
  } catch (error) {
    return showAccount(c, deps, { refusal: tellRefusal(error, shell.language), status: 409 });
  }
}

/** Runs one change and shows the account again, with what was done or why it was not. */
async function change(
  c: CompartmentContext,
  deps: Deps,
  done: string,
  run: (by: { readonly accountId: string; readonly actor: Actor }) => Promise<void>,
  hasFields = done === 'role-ended',
): Promise<Response> {
  const accountId = c.req.param('id') ?? '';
  const { shell, actor } = await enterAsAdministrator(c, deps, `/accounts/${accountId}`);
  if (!hasFields) readForm(c, NO_FIELDS);
  try {
    await run({ accountId, actor });
    return c.redirect(keepLanguage(shell, `/accounts/${accountId}?done=${done}`), 303);
  } catch (error) {
    return showAccount(c, deps, { refusal: tellRefusal(error, shell.language), status: 409 });
  }
}

function tellRefusal(error: unknown, language: Language): string {
  const words = identityWords(language);
  if (hasCode(error, 'account.last_administrator')) return words.lastAdministrator;
  if (hasCode(error, 'account.wrong_state')) return words.wrongState;
  if (hasCode(error, 'account.beyond_reach')) return words.beyondReach;
  if (hasCode(error, 'grant.gone')) return grantWords(language).gone;
  throw error;
}

type RolesShown = AccountShown['roles'];
type GiveShown = RolesShown['give'];
type Told = {
  readonly refusal?: string;
  readonly give?: GiveShown;
  readonly change?: AccountShown['change'];
  readonly status?: 200 | 409 | 422;
};

async function showAccount(c: CompartmentContext, deps: Deps, told: Told): Promise<Response> {
  const id = c.req.param('id') ?? '';
  const { shell, actor } = await enterAsAdministrator(c, deps, `/accounts/${id}`);
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new EstateError('request.not_found', 'finding an account: its id has another form');
  const db = deps.database.read;
  const now = deps.now();
  const account = await getInReach(db, { accountId: id, actor }, now);
  const delegation = await getDelegationById(db, account.delegationId);
  const { displayName, language } = account;
  const shown: AccountShown = {
    account,
    delegationName: nameIn(delegation.names, shell.language),
    delegationIsActive: delegation.status === 'active',
    delegations: await choicesFor(deps, actor, shell.language),
    sessions: await listSessionsOf(db, id, now),
    roles: await rolesShown(deps, { accountId: id, actor, delegation, give: told.give, mayChange: account.status !== 'deleted' }),
    history: await listHistoryOf(db, id),
    change: told.change ?? { displayName, language, delegation: delegation.id, faults: {} },
    news: tellNews(c.req.query('done'), shell.language),
    refusal: told.refusal ?? tellReturn(c.req.query('done'), shell.language),
  };
  return c.html(accountPage(shell, shown).toString(), told.status ?? 200);
}

async function rolesShown(
  deps: Deps,
  given: {
    readonly accountId: string;
    readonly actor: Actor;
    readonly delegation: Delegation;
    readonly give: GiveShown | undefined;
    readonly mayChange: boolean;
  },
): Promise<RolesShown> {
  const { accountId, actor, delegation } = given;
  const now = deps.now();
  const grants = await listGrantsOf(deps.database.read, accountId, now);
  const choices = deps.offered.filter((role) => isHeld(delegation.holds, role) && !grants.some((grant) => isSame(grant, role)));
  return {
    accountId,
    grants,
    choices,
    now,
    offered: deps.offered,
    mayChange: given.mayChange && delegation.status === 'active',
    asksForApproval: actor.reach !== 'all' && choices.some((role) => role.needsApproval),
    give: given.give ?? { values: { role: '', endsOn: dayAfter(now, USUAL_GRANT_DAYS), reason: '' }, faults: {} },
  };
}

async function choicesFor(deps: Deps, actor: Actor, language: Language) {
  return actor.reach === 'all' ? sortedChoices(await listActiveDelegations(deps.database.read), language) : [];
}

function sortedChoices(all: readonly Delegation[], language: Language) {
  const order = new Intl.Collator(language);
  return all
    .map((one) => ({ value: one.id, text: nameIn(one.names, language) }))
    .toSorted((left, right) => order.compare(left.text, right.text));
}

function tellNews(done: string | undefined, language: Language): string | null {
  const words: Words = identityWords(language);
  const ofGrants = grantWords(language);
  const told: Readonly<Record<string, string>> = {
    'sessions-ended': words.sessionsEnded,
    disabled: words.accountDisabled,
    saved: words.saved,
    deleted: words.saved,
    'role-granted': ofGrants.roleGiven,
    'role-asked': ofGrants.roleAsked,
    'role-ended': ofGrants.roleEnded,
  };
  return told[done ?? ''] ?? null;
}

/** Why whoever comes back from deleting has not. */
function tellReturn(done: string | undefined, language: Language): string | null {
  const words = identityWords(language);
  const told: Readonly<Record<string, string>> = {
    'not-deleted': grantWords(language).reasonMissing,
    'last-administrator': words.lastAdministrator,
    changed: words.wrongState,
    'beyond-reach': words.beyondReach,
  };
  return told[done ?? ''] ?? null;
}

function changing(c: CompartmentContext, deps: Deps) {
  const { feed, now, randomBytes, invitationLetters, offered } = deps;
  return { transact: transactFor(c, deps.database), feed, now, randomBytes, invitationLetters, offered };
}

function typedIn(values: FormValues, usualDelegation: string) {
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : '');
  const roles = values['roles'];
  return {
    email: text('email'),
    displayName: text('displayName'),
    language: text('language'),
    delegation: text('delegation') || usualDelegation,
    endsOn: text('endsOn'),
    reason: text('reason'),
    roles: typeof roles === 'string' ? [] : (roles ?? []),
  };
}
