import { SESSION_STARTED_HEADER } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, readForm, requirePerson, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import { LONGEST_EMAIL, normaliseEmail } from '#account/account.rules.ts';
import { assertionSchema, readCredential } from '#passkey/passkey.rules.ts';
import { SCRIPT_POLICY } from '#passkey/passkey-script.ts';
import { LONGEST_PASSWORD } from '#password/password.rules.ts';
import type { Schema } from '#schema.ts';
import { holderOf, visitorFrom } from '#session/visitor.rules.ts';
import { makeShell, type Shell, type Site } from '#site/shell.rules.ts';
import { type SignInDeps, type SignInOutcome, signIn, signInByPasskey } from './sign-in.actions.ts';
import { destinationOf, type Errand, readErrand, writeErrand } from './sign-in.rules.ts';
import { closedPage, type SignInShown, signInPage } from './sign-in.views.ts';

type Deps = Omit<SignInDeps, 'db' | 'transact'> & {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly hosts: ReadonlySet<string>;
  readonly isReadOnly: boolean;
};

const errandShape = {
  to: z.string().max(40).optional(),
  path: z.string().max(2048).optional(),
  nonce: z.string().max(64).optional(),
};
const errandSchema = z.object(errandShape);
const signInSchema = z.object({
  ...errandShape,
  email: z
    .string()
    .max(LONGEST_EMAIL + 20)
    .transform(normaliseEmail)
    .pipe(z.string().min(1)),
  password: z
    .string()
    .min(1)
    .max(LONGEST_PASSWORD * 4),
  code: z.string().min(1).max(40),
});
const passkeySchema = z.object({ ...errandShape, response: z.string().max(16_000) });

/** Signing in, and going on where one was going. */
export function addSignInRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/sign-in', (c) => {
    const errand = errandOf({ to: c.req.query('to'), path: c.req.query('path'), nonce: c.req.query('nonce') }, deps.hosts);
    const news = newsOf(c.req.query('done'));
    return showPage(c, deps, { errand, email: '', faults: {}, ...(news ? { news } : {}) }, 200);
  });
  app.post('/sign-in', (c) => answerSignIn(c, deps));
  app.post('/sign-in/passkey', (c) => answerPasskey(c, deps));
  app.post('/sign-in/continue', (c) => {
    const { sessionId } = requirePerson(c);
    const form = readForm(c, errandSchema);
    if (!form.ok) throw new EstateError('input.invalid', 'going on after sign-in: the form does not say where');
    const errand = errandOf(form.value, deps.hosts);
    c.header(SESSION_STARTED_HEADER, sessionId);
    return c.redirect(destinationOf(errand), 303);
  });
}

async function answerSignIn(c: CompartmentContext, deps: Deps): Promise<Response> {
  const form = readForm(c, signInSchema);
  const errand = errandIn(form.values, deps.hosts);
  const shown = { errand, email: text(form.values['email']) ?? '', faults: {} };
  if (deps.isReadOnly) return showPage(c, deps, shown, 503);
  if (!form.ok) return showPage(c, deps, { ...shown, faults: form.faults }, 422);
  return tellOutcome(c, deps, { shown, outcome: await signIn(acting(c, deps), { ...form.value, ...visitorFrom(c) }) });
}

async function answerPasskey(c: CompartmentContext, deps: Deps): Promise<Response> {
  const form = readForm(c, passkeySchema);
  const shown = { errand: errandIn(form.values, deps.hosts), email: '', faults: {} };
  if (deps.isReadOnly) return showPage(c, deps, shown, 503);
  const assertion = form.ok ? readCredential(form.value.response, assertionSchema) : null;
  if (!assertion) return showPage(c, deps, { ...shown, refusal: 'passkey refused' }, 403);
  const visitor = visitorFrom(c);
  const use = { purpose: 'sign in', holder: holderOf(visitor) };
  const outcome = await signInByPasskey(acting(c, deps), { ...visitor, assertion, use });
  return tellOutcome(c, deps, { shown, outcome, refusal: 'passkey refused' });
}

async function tellOutcome(
  c: CompartmentContext,
  deps: Deps,
  given: {
    readonly shown: Omit<SignInShown, 'passkeyOptions'>;
    readonly outcome: SignInOutcome;
    readonly refusal?: 'passkey refused';
  },
): Promise<Response> {
  const { shown, outcome, refusal = 'refused' } = given;
  if (outcome.kind === 'throttled') {
    const waitSeconds = Math.ceil(outcome.waitMs / 1000);
    c.header('retry-after', String(waitSeconds));
    return showPage(c, deps, { ...shown, refusal: { waitSeconds } }, 429);
  }
  if (outcome.kind === 'refused') return showPage(c, deps, { ...shown, refusal }, 403);
  c.header(SESSION_STARTED_HEADER, outcome.sessionId);
  return c.redirect(destinationOf(shown.errand), 303);
}

/** The page, with a challenge of its own; or that nobody can sign in. */
async function showPage(
  c: CompartmentContext,
  deps: Deps,
  shown: Omit<SignInShown, 'passkeyOptions'>,
  status: 200 | 403 | 422 | 429 | 503,
): Promise<Response> {
  const shell = shellOf(c, deps.site, shown.errand);
  if (deps.isReadOnly) return c.html(closedPage(shell).toString(), status);
  const passkeyOptions = await deps.passkeys.offerSignIn({ purpose: 'sign in', holder: holderOf(visitorFrom(c)) });
  const present = c.var.claims.displayName;
  c.header('content-security-policy', SCRIPT_POLICY);
  const page = signInPage(shell, { ...shown, passkeyOptions, ...(present === null ? {} : { present }) });
  return c.html(page.toString(), status);
}

function acting(c: CompartmentContext, deps: Deps): SignInDeps {
  return { ...deps, db: deps.database.read, transact: transactFor(c, deps.database) };
}

function newsOf(done: string | undefined): 'signed out' | 'set up' | undefined {
  if (done === 'signed-out') return 'signed out';
  return done === 'set-up' ? 'set up' : undefined;
}

function errandIn(values: Readonly<Record<string, string | readonly string[]>>, hosts: ReadonlySet<string>): Errand | null {
  return errandOf({ to: text(values['to']), path: text(values['path']), nonce: text(values['nonce']) }, hosts);
}

/** No errand at all is fine; one that leads elsewhere is not. */
function errandOf(given: Parameters<typeof readErrand>[0], hosts: ReadonlySet<string>): Errand | null {
  if (!given.to && !given.path && !given.nonce) return null;
  const errand = readErrand(given, hosts);
  if (errand) return errand;
  throw new EstateError('input.invalid', 'reading where a person was going: not a place of this estate');
}

function shellOf(c: CompartmentContext, site: Site, errand: Errand | null): Shell {
  const at = errand ? `/sign-in?${writeErrand(errand)}` : '/sign-in';
  return makeShell({ site, query: c.req.query('lang'), language: c.var.language, at });
}

function text(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
