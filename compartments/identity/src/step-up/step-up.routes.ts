import { SESSION_STARTED_HEADER } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, readForm, requirePerson, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import { listPasskeysOf } from '#passkey/passkey.actions.ts';
import { assertionSchema, readCredential } from '#passkey/passkey.rules.ts';
import { SCRIPT_POLICY } from '#passkey/passkey-script.ts';
import { LONGEST_PASSWORD } from '#password/password.rules.ts';
import type { Schema } from '#schema.ts';
import { visitorFrom } from '#session/visitor.rules.ts';
import { findOwnAccess, type SignInDeps } from '#sign-in/sign-in.actions.ts';
import { destinationOf, type Errand, readErrand, writeErrand } from '#sign-in/sign-in.rules.ts';
import type { Site } from '#site/shell.rules.ts';
import { enterAs } from '#visit/enter.actions.ts';
import { type StepUpOutcome, stepUp, stepUpByPasskey } from './step-up.actions.ts';
import { type StepUpShown, stepUpPage } from './step-up.views.ts';

type Deps = Omit<SignInDeps, 'db' | 'transact'> & {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly hosts: ReadonlySet<string>;
};
type Shown = Omit<StepUpShown, 'passkeyOptions' | 'hasPassword'>;

const errandShape = {
  to: z.string().max(40).optional(),
  path: z.string().max(2048).optional(),
  nonce: z.string().max(64).optional(),
};
const stepUpSchema = z.object({
  ...errandShape,
  password: z
    .string()
    .min(1)
    .max(LONGEST_PASSWORD * 4),
  code: z.string().min(1).max(40),
});
const passkeySchema = z.object({ ...errandShape, response: z.string().max(16_000) });
const PURPOSE = 'step up';

/** Where the gateway sends people whose session is not fresh enough for what they are about to do. */
export function addStepUpRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/sign-in/again', (c) => {
    const errand = errandOf({ to: c.req.query('to'), path: c.req.query('path'), nonce: c.req.query('nonce') }, deps);
    return showPage(c, deps, { errand, faults: {} }, 200);
  });
  app.post('/sign-in/again', async (c) => {
    const form = readForm(c, stepUpSchema);
    const errand = errandOf(errandIn(form.values), deps);
    if (!form.ok) return showPage(c, deps, { errand, faults: form.faults }, 422);
    const outcome = await stepUp(acting(c, deps), { ...whoOf(c), ...form.value });
    return tellOutcome(c, deps, { errand, outcome, refusal: 'refused' });
  });
  app.post('/sign-in/again/passkey', async (c) => {
    const form = readForm(c, passkeySchema);
    const errand = errandOf(errandIn(form.values), deps);
    const assertion = form.ok ? readCredential(form.value.response, assertionSchema) : null;
    if (!assertion) return showPage(c, deps, { errand, faults: {}, refusal: 'passkey refused' }, 403);
    const who = whoOf(c);
    const outcome = await stepUpByPasskey(acting(c, deps), {
      ...who,
      assertion,
      use: { purpose: PURPOSE, holder: who.sessionId },
    });
    return tellOutcome(c, deps, { errand, outcome, refusal: 'passkey refused' });
  });
}

function tellOutcome(
  c: CompartmentContext,
  deps: Deps,
  given: {
    readonly errand: Errand | null;
    readonly outcome: StepUpOutcome;
    readonly refusal: 'refused' | 'passkey refused';
  },
): Promise<Response> | Response {
  const { errand, outcome, refusal } = given;
  if (outcome.kind === 'refused') return showPage(c, deps, { errand, faults: {}, refusal }, 403);
  if (outcome.kind === 'throttled') {
    const waitSeconds = Math.ceil(outcome.waitMs / 1000);
    c.header('retry-after', String(waitSeconds));
    return showPage(c, deps, { errand, faults: {}, refusal: { waitSeconds } }, 429);
  }
  // The gateway forgets what it kept of this session.
  c.header(SESSION_STARTED_HEADER, requirePerson(c).sessionId);
  return c.redirect(destinationOf(errand), 303);
}

async function showPage(c: CompartmentContext, deps: Deps, shown: Shown, status: 200 | 403 | 422 | 429): Promise<Response> {
  const at = shown.errand ? `/sign-in/again?${writeErrand(shown.errand)}` : '/sign-in/again';
  const { shell, person } = await enterAs(c, deps, at);
  const { read } = deps.database;
  const passkeys = (await listPasskeysOf(read, person.accountId)).filter((passkey) => passkey.copiedAt === null);
  const { credentials } = await findOwnAccess(read, person.accountId, deps.now());
  const use = { purpose: PURPOSE, holder: person.sessionId };
  const passkeyOptions = passkeys.length === 0 ? null : await deps.passkeys.offerSignIn(use);
  c.header('content-security-policy', SCRIPT_POLICY);
  const page = stepUpPage(shell, { ...shown, passkeyOptions, hasPassword: credentials !== undefined });
  return c.html(page.toString(), status);
}

function whoOf(c: CompartmentContext) {
  const { accountId, sessionId } = requirePerson(c);
  return { accountId, sessionId, visitor: visitorFrom(c) };
}

function acting(c: CompartmentContext, deps: Deps): SignInDeps {
  return { ...deps, db: deps.database.read, transact: transactFor(c, deps.database) };
}

function errandIn(values: Readonly<Record<string, string | readonly string[]>>) {
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  return { to: text('to'), path: text('path'), nonce: text('nonce') };
}

function errandOf(given: Parameters<typeof readErrand>[0], deps: Pick<Deps, 'hosts'>): Errand | null {
  if (!given.to && !given.path && !given.nonce) return null;
  const errand = readErrand(given, deps.hosts);
  if (errand) return errand;
  throw new EstateError('input.invalid', 'reading where a person was going: not a place of this estate');
}
