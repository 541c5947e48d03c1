import { SESSION_STARTED_HEADER } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, readForm, requirePerson, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import { LONGEST_EMAIL, normaliseEmail } from '#account/account.rules.ts';
import type { Passwords } from '#password/password.actions.ts';
import { LONGEST_PASSWORD } from '#password/password.rules.ts';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { makeShell, type Shell, type Site } from '#site/shell.rules.ts';
import type { Throttle } from '#throttle/throttle.actions.ts';
import { signIn } from './sign-in.actions.ts';
import { destinationOf, type Errand, readErrand, writeErrand } from './sign-in.rules.ts';
import { closedPage, signInPage } from './sign-in.views.ts';

type Deps = {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly feed: ChangeFeed;
  readonly passwords: Passwords;
  readonly throttle: Throttle;
  readonly newSessionId: () => string;
  readonly now: Now;
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
  code: z.string().min(1).max(20),
});

/** Signing in, and going on where one was going. */
export function addSignInRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/sign-in', (c) => {
    const errand = errandOf({ to: c.req.query('to'), path: c.req.query('path'), nonce: c.req.query('nonce') }, deps.hosts);
    const shell = shellOf(c, deps.site, errand);
    if (deps.isReadOnly) return c.html(closedPage(shell).toString());
    const present = c.var.claims.displayName;
    const news = newsOf(c.req.query('done'));
    const shown = { errand, email: '', faults: {}, ...(news ? { news } : {}), ...(present === null ? {} : { present }) };
    return c.html(signInPage(shell, shown).toString());
  });
  app.post('/sign-in', (c) => answerSignIn(c, deps));
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
  const errand = errandOf(
    { to: text(form.values['to']), path: text(form.values['path']), nonce: text(form.values['nonce']) },
    deps.hosts,
  );
  const shell = shellOf(c, deps.site, errand);
  if (deps.isReadOnly) return c.html(closedPage(shell).toString(), 503);
  const shown = { errand, email: text(form.values['email']) ?? '', faults: {} };
  if (!form.ok) return c.html(signInPage(shell, { ...shown, faults: form.faults }).toString(), 422);
  const outcome = await signIn(
    { ...deps, db: deps.database.read, transact: transactFor(c, deps.database) },
    {
      ...form.value,
      address: c.var.claims.address,
      userAgent: c.req.header('user-agent'),
      previousId: c.var.claims.sessionId,
    },
  );
  if (outcome.kind === 'throttled') {
    const waitSeconds = Math.ceil(outcome.waitMs / 1000);
    c.header('retry-after', String(waitSeconds));
    return c.html(signInPage(shell, { ...shown, refusal: { waitSeconds } }).toString(), 429);
  }
  if (outcome.kind === 'refused') return c.html(signInPage(shell, { ...shown, refusal: 'refused' }).toString(), 403);
  c.header(SESSION_STARTED_HEADER, outcome.sessionId);
  return c.redirect(destinationOf(errand), 303);
}

function newsOf(done: string | undefined): 'signed out' | 'set up' | undefined {
  if (done === 'signed-out') return 'signed out';
  return done === 'set-up' ? 'set up' : undefined;
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
