import { EstateError, hasCode, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, readForm, requirePerson, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import type { Challenges } from '#challenge/challenge.actions.ts';
import { type Events, noteSeen } from '#event/event.actions.ts';
import { listPasskeysOf, type Passkeys } from '#passkey/passkey.actions.ts';
import { LONGEST_NAME, readCredential, registrationSchema } from '#passkey/passkey.rules.ts';
import { SCRIPT_POLICY } from '#passkey/passkey-script.ts';
import type { Passwords } from '#password/password.actions.ts';
import { LONGEST_PASSWORD } from '#password/password.rules.ts';
import { tellPasswordFault } from '#password/password-words.rules.ts';
import { countRecoveryCodes, makeRecoveryCodes } from '#recovery-code/recovery-code.actions.ts';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { describeDevice } from '#session/session.rules.ts';
import { keepLanguage, type Shell, type Site } from '#site/shell.rules.ts';
import { type Entered, enterAs } from '#visit/enter.actions.ts';
import { type AccessWords, accessWords } from '#words/access.ts';
import { identityWords } from '#words/words.ts';
import {
  type AuthenticatorOutcome,
  changeAuthenticator,
  hasPassword,
  offerAuthenticator,
  overlookSecurity,
} from './security.actions.ts';
import { authenticatorPage, newPasskeyPage, passkeyPage, recoveryCodePage, securityPage } from './security.views.ts';

type Deps = {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly feed: ChangeFeed;
  readonly passwords: Passwords;
  readonly passkeys: Passkeys;
  readonly challenges: Challenges;
  readonly events: Events;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly now: Now;
};

const NO_FIELDS = z.object({});
const nameSchema = z.object({
  name: z
    .string()
    .max(LONGEST_NAME * 4)
    .default(''),
});
const newPasskeySchema = nameSchema.extend({ response: z.string().max(16_000) });
const longPassword = z.string().max(LONGEST_PASSWORD * 4);
const authenticatorSchema = z.object({
  ticket: z.string().max(200),
  code: z.string().min(1).max(20),
  password: longPassword.optional(),
  again: longPassword.optional(),
});
const REGISTER = 'register';

/** What an account is signed in with: seen by its holder, and changed with a fresh sign-in. */
export function addSecurityRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/security', async (c) => {
    const { shell, person } = await enterAs(c, deps, '/security');
    const shown = await overlookSecurity(deps.database.read, person);
    return c.html(securityPage(shell, { ...shown, done: tellDone(c.req.query('done'), accessWords(shell.language)) }).toString());
  });
  app.post('/security/seen', async (c) => {
    const { accountId } = requirePerson(c);
    readForm(c, NO_FIELDS);
    await noteSeen({ transact: transactFor(c, deps.database), now: deps.now }, accountId);
    const { shell } = await enterAs(c, deps, '/security');
    return c.redirect(keepLanguage(shell, '/security'), 303);
  });
  app.get('/security/passkeys/new', async (c) => showNewPasskey(c, deps, await enterAs(c, deps, '/security/passkeys/new'), null));
  app.post('/security/passkeys', (c) => addPasskey(c, deps));
  app.get('/security/passkeys/:id', async (c) => showPasskey(c, deps, null));
  app.post('/security/passkeys/:id/rename', (c) => renamePasskey(c, deps));
  app.post('/security/passkeys/:id/remove', (c) => removePasskey(c, deps));
  app.get('/security/authenticator', async (c) => {
    const entered = await enterAs(c, deps, '/security/authenticator');
    return showAuthenticator(c, deps, entered, {});
  });
  app.post('/security/authenticator', (c) => answerAuthenticator(c, deps));
  app.get('/security/recovery-codes', async (c) => {
    const { shell, person } = await enterAs(c, deps, '/security/recovery-codes');
    const left = await countRecoveryCodes(deps.database.read, person.accountId);
    return c.html(recoveryCodePage(shell, { left, codes: null }).toString());
  });
  app.post('/security/recovery-codes', (c) => answerRecoveryCodes(c, deps));
}

async function showNewPasskey(c: CompartmentContext, deps: Deps, entered: Entered, refusal: string | null): Promise<Response> {
  const { shell, person, account } = entered;
  const known = await listPasskeysOf(deps.database.read, person.accountId);
  const use = { purpose: REGISTER, holder: person.sessionId };
  const options = await deps.passkeys.offerRegistration({ ...account, accountId: account.id, known }, use);
  c.header('content-security-policy', SCRIPT_POLICY);
  return c.html(newPasskeyPage(shell, { options, refusal }).toString(), refusal === null ? 200 : 403);
}

async function addPasskey(c: CompartmentContext, deps: Deps): Promise<Response> {
  const entered = await enterAs(c, deps, '/security/passkeys/new');
  const { shell, person, account } = entered;
  const words = accessWords(shell.language);
  const form = readForm(c, newPasskeySchema);
  const registration = form.ok ? readCredential(form.value.response, registrationSchema) : null;
  if (!form.ok || !registration) return showNewPasskey(c, deps, entered, words.passkeyNotMade);
  try {
    const passkey = await deps.passkeys.checkRegistration(registration, { purpose: REGISTER, holder: person.sessionId });
    const { name } = form.value;
    const transact = transactFor<Parameters<Passkeys['keep']>[0]>(c, deps.database);
    await transact((trx) => deps.passkeys.keep(trx, { passkey, holder: account, name, where: whereOf(c) }));
    return c.redirect(keepLanguage(shell, '/security?done=passkey-added'), 303);
  } catch (error) {
    if (hasCode(error, 'passkey.refused')) return showNewPasskey(c, deps, entered, words.passkeyNotMade);
    if (hasCode(error, 'passkey.too_many')) return showNewPasskey(c, deps, entered, words.tooManyPasskeys);
    throw error;
  }
}

async function showPasskey(c: CompartmentContext, deps: Deps, refusal: string | null): Promise<Response> {
  const id = c.req.param('id') ?? '';
  const { shell, person } = await enterAs(c, deps, `/security/passkeys/${id}`);
  const passkey = (await listPasskeysOf(deps.database.read, person.accountId)).find((own) => own.id === id);
  if (!passkey) throw new EstateError('request.not_found', 'finding a passkey: the account has none with this id');
  return c.html(passkeyPage(shell, { passkey, refusal }).toString(), refusal === null ? 200 : 409);
}

async function renamePasskey(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { shell, person } = await enterAs(c, deps, '/security');
  const form = readForm(c, nameSchema);
  if (!form.ok) return showPasskey(c, deps, accessWords(shell.language).nameTooLong);
  const id = c.req.param('id') ?? '';
  await deps.passkeys.rename(
    { transact: transactFor(c, deps.database) },
    { id, accountId: person.accountId, name: form.value.name },
  );
  return c.redirect(keepLanguage(shell, '/security?done=passkey-renamed'), 303);
}

async function removePasskey(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { shell, account } = await enterAs(c, deps, '/security');
  readForm(c, NO_FIELDS);
  try {
    const asked = { id: c.req.param('id') ?? '', holder: account, where: whereOf(c) };
    await deps.passkeys.remove({ transact: transactFor(c, deps.database) }, asked);
    return c.redirect(keepLanguage(shell, '/security?done=passkey-removed'), 303);
  } catch (error) {
    if (hasCode(error, 'passkey.last_way_in')) return showPasskey(c, deps, accessWords(shell.language).lastWayIn);
    throw error;
  }
}

async function showAuthenticator(
  c: CompartmentContext,
  deps: Deps,
  { shell, account, person }: Entered,
  faults: Readonly<Record<string, string>>,
): Promise<Response> {
  const offered = offerAuthenticator(deps.challenges, person.sessionId);
  const shown = { ...offered, email: account.email, hasPassword: await hasPassword(deps.database.read, account.id), faults };
  return c.html(authenticatorPage(shell, shown).toString(), Object.keys(faults).length === 0 ? 200 : 422);
}

async function answerAuthenticator(c: CompartmentContext, deps: Deps): Promise<Response> {
  const entered = await enterAs(c, deps, '/security/authenticator');
  const { shell, account, person } = entered;
  const words = identityWords(shell.language);
  const form = readForm(c, authenticatorSchema);
  if (!form.ok) return showAuthenticator(c, deps, entered, form.faults);
  const keepsPassword = await hasPassword(deps.database.read, account.id);
  const { ticket, code, password = '', again = '' } = form.value;
  if (!keepsPassword && password !== again) return showAuthenticator(c, deps, entered, { again: words.notSame });
  const where = { ...whereOf(c), sessionId: person.sessionId };
  const { organisation } = deps.site;
  const outcome = await changeAuthenticator(
    { ...deps, transact: transactFor(c, deps.database) },
    { holder: account, where, organisation, ticket, code, password: keepsPassword ? null : password },
  );
  if (outcome.kind === 'changed') return c.redirect(keepLanguage(shell, '/security?done=authenticator-changed'), 303);
  return showAuthenticator(c, deps, entered, tellFault(outcome, shell));
}

function tellFault(outcome: Exclude<AuthenticatorOutcome, { kind: 'changed' }>, shell: Shell): Readonly<Record<string, string>> {
  const words = identityWords(shell.language);
  if (outcome.kind === 'unfit') return { password: tellPasswordFault(outcome.fault, shell.language) };
  return { code: outcome.kind === 'over' ? accessWords(shell.language).pageTooOld : words.wrongCode };
}

async function answerRecoveryCodes(c: CompartmentContext, deps: Deps): Promise<Response> {
  const { shell, account } = await enterAs(c, deps, '/security/recovery-codes');
  readForm(c, NO_FIELDS);
  const codes = await makeRecoveryCodes({ ...deps, transact: transactFor(c, deps.database) }, { holder: account, ...whereOf(c) });
  return c.html(recoveryCodePage(shell, { left: codes.length, codes }).toString(), 201);
}

function whereOf(c: CompartmentContext) {
  const { address, sessionId } = c.var.claims;
  return { sessionId, address, device: describeDevice(c.req.header('user-agent')) };
}

function tellDone(done: string | undefined, words: AccessWords): string | null {
  const told: Readonly<Record<string, string>> = {
    'passkey-added': words.passkeyAdded,
    'passkey-renamed': words.passkeyRenamed,
    'passkey-removed': words.passkeyRemoved,
    'authenticator-changed': words.authenticatorChanged,
  };
  return (done !== undefined && Object.hasOwn(told, done) && told[done]) || null;
}
