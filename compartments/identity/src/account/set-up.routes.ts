import { SESSION_STARTED_HEADER } from '@bulkhead/contracts';
import { hasCode, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, readForm, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import type { Passkeys } from '#passkey/passkey.actions.ts';
import { readCredential, registrationSchema } from '#passkey/passkey.rules.ts';
import { SCRIPT_POLICY } from '#passkey/passkey-script.ts';
import type { Passwords } from '#password/password.actions.ts';
import { LONGEST_PASSWORD } from '#password/password.rules.ts';
import { tellPasswordFault } from '#password/password-words.rules.ts';
import type { Schema } from '#schema.ts';
import type { StartDeps } from '#session/start.actions.ts';
import { visitorFrom } from '#session/visitor.rules.ts';
import { keepLanguage, makeShell, type Shell, type Site } from '#site/shell.rules.ts';
import { accessWords } from '#words/access.ts';
import { identityWords } from '#words/words.ts';
import { beginSetUp, finishSetUp, finishSetUpByPasskey } from './set-up.actions.ts';
import { enrolmentPage, secretPage } from './set-up.views.ts';

type Deps = Pick<StartDeps, 'feed' | 'events' | 'newSessionId'> & {
  readonly site: Site;
  readonly passkeys: Passkeys;
  readonly database: Database<Schema>;
  readonly passwords: Passwords;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly now: Now;
};

const secretSchema = z.object({ secret: z.string().trim().min(1).max(100) });
const finishSchema = secretSchema.extend({
  password: z
    .string()
    .min(1)
    .max(LONGEST_PASSWORD * 4),
  again: z.string().max(LONGEST_PASSWORD * 4),
  code: z.string().min(1).max(20),
});

const passkeySchema = secretSchema.extend({ response: z.string().max(16_000) });
/** A letter's link carries the secret: the form comes filled in, and nothing is done before it is sent. */
const LINKED = /^[A-Za-z0-9_-]{1,100}$/;

/** How an invited person chooses a password and enrols an authenticator. */
export function addSetUpRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/set-up', (c) => {
    const linked = c.req.query('secret') ?? '';
    return c.html(secretPage(shellOf(c, deps), {}, LINKED.test(linked) ? linked : '').toString());
  });
  app.post('/set-up', async (c) => {
    const shell = shellOf(c, deps);
    const form = readForm(c, secretSchema);
    if (!form.ok) return c.html(secretPage(shell, form.faults).toString(), 422);
    const { secret } = form.value;
    return orUnknownSecret(c, shell, async () => {
      const enrolment = await beginSetUp({ ...actionDeps(c, deps), randomBytes: deps.randomBytes }, secret);
      c.header('content-security-policy', SCRIPT_POLICY);
      return c.html(enrolmentPage(shell, { ...enrolment, secret, faults: {}, refusal: null }).toString());
    });
  });
  app.post('/set-up/passkey', (c) => finishByPasskey(c, deps));
  app.post('/set-up/finish', async (c) => {
    const shell = shellOf(c, deps);
    const form = readForm(c, finishSchema);
    if (!form.ok && (form.faults['secret'] || typeof form.values['secret'] !== 'string'))
      return c.html(secretPage(shell, form.faults).toString(), 422);
    const value = form.ok ? form.value : { secret: String(form.values['secret']), password: '', again: '', code: '' };
    return orUnknownSecret(c, shell, () => finish(c, deps, { shell, value, faults: form.ok ? {} : form.faults }));
  });
}

async function finishByPasskey(c: CompartmentContext, deps: Deps): Promise<Response> {
  const shell = shellOf(c, deps);
  const form = readForm(c, passkeySchema);
  if (!form.ok) return c.html(secretPage(shell, form.faults).toString(), 422);
  const { secret } = form.value;
  return orUnknownSecret(c, shell, async () => {
    const acting = { ...deps, ...actionDeps(c, deps) };
    const registration = readCredential(form.value.response, registrationSchema);
    const sessionId = registration && (await setUpOrRefuse(acting, { secret, registration, visitor: visitorFrom(c) }));
    if (sessionId) {
      c.header(SESSION_STARTED_HEADER, sessionId);
      return c.redirect(keepLanguage(shell, '/?done=set-up'), 303);
    }
    const enrolment = await beginSetUp(acting, secret);
    c.header('content-security-policy', SCRIPT_POLICY);
    const refusal = accessWords(shell.language).passkeyNotMade;
    return c.html(enrolmentPage(shell, { ...enrolment, secret, faults: {}, refusal }).toString(), 403);
  });
}

async function setUpOrRefuse(...given: Parameters<typeof finishSetUpByPasskey>): Promise<string | null> {
  try {
    return await finishSetUpByPasskey(...given);
  } catch (error) {
    if (hasCode(error, 'passkey.refused')) return null;
    throw error;
  }
}

async function finish(
  c: CompartmentContext,
  deps: Deps,
  given: {
    readonly shell: Shell;
    readonly value: z.infer<typeof finishSchema>;
    readonly faults: Readonly<Record<string, string>>;
  },
): Promise<Response> {
  const { shell, value } = given;
  const words = identityWords(shell.language);
  const isSame = value.password === value.again;
  // A password that was not repeated is not tried: the outcome then only tells what to show.
  const tried = isSame ? value : { ...value, code: '' };
  const { organisation } = deps.site;
  const outcome = await finishSetUp({ ...actionDeps(c, deps), passwords: deps.passwords }, { ...tried, organisation });
  if (outcome.kind === 'done') return c.redirect(keepLanguage(shell, '/sign-in?done=set-up'), 303);
  const { enrolment, fault } = outcome;
  const told = tellRefusal(fault, shell.language);
  const faults = { ...(isSame ? told : { again: words.notSame }), ...given.faults };
  c.header('content-security-policy', SCRIPT_POLICY);
  return c.html(enrolmentPage(shell, { ...enrolment, secret: value.secret, faults, refusal: null }).toString(), 422);
}

function tellRefusal(
  fault: Extract<Awaited<ReturnType<typeof finishSetUp>>, { kind: 'refused' }>['fault'],
  language: Shell['language'],
): Readonly<Record<string, string>> {
  return fault === 'wrong code' ? { code: identityWords(language).wrongCode } : { password: tellPasswordFault(fault, language) };
}

async function orUnknownSecret(c: CompartmentContext, shell: Shell, run: () => Promise<Response>): Promise<Response> {
  try {
    return await run();
  } catch (error) {
    if (!hasCode(error, 'set_up.unknown_secret')) throw error;
    return c.html(secretPage(shell, { secret: identityWords(shell.language).unknownSecret }).toString(), 403);
  }
}

function actionDeps(c: CompartmentContext, deps: Deps) {
  return { db: deps.database.read, transact: transactFor(c, deps.database), now: deps.now, passkeys: deps.passkeys };
}

function shellOf(c: CompartmentContext, deps: Deps): Shell {
  return makeShell({ site: deps.site, query: c.req.query('lang'), language: c.var.language, at: '/set-up' });
}
