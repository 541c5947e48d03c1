import { hasCode, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, readForm, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import type { Passwords } from '#password/password.actions.ts';
import { LONGEST_PASSWORD } from '#password/password.rules.ts';
import { tellPasswordFault } from '#password/password-words.rules.ts';
import type { Schema } from '#schema.ts';
import { keepLanguage, makeShell, type Shell, type Site } from '#site/shell.rules.ts';
import { identityWords } from '#words/words.ts';
import { beginSetUp, finishSetUp } from './set-up.actions.ts';
import { enrolmentPage, secretPage } from './set-up.views.ts';

type Deps = {
  readonly site: Site;
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

/** How an invited person chooses a password and enrols an authenticator. */
export function addSetUpRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/set-up', (c) => c.html(secretPage(shellOf(c, deps), {}).toString()));
  app.post('/set-up', async (c) => {
    const shell = shellOf(c, deps);
    const form = readForm(c, secretSchema);
    if (!form.ok) return c.html(secretPage(shell, form.faults).toString(), 422);
    const { secret } = form.value;
    return orUnknownSecret(c, shell, async () => {
      const enrolment = await beginSetUp({ ...actionDeps(c, deps), randomBytes: deps.randomBytes }, secret);
      return c.html(enrolmentPage(shell, { ...enrolment, secret, faults: {} }).toString());
    });
  });
  app.post('/set-up/finish', async (c) => {
    const shell = shellOf(c, deps);
    const form = readForm(c, finishSchema);
    if (!form.ok && (form.faults['secret'] || typeof form.values['secret'] !== 'string'))
      return c.html(secretPage(shell, form.faults).toString(), 422);
    const value = form.ok ? form.value : { secret: String(form.values['secret']), password: '', again: '', code: '' };
    return orUnknownSecret(c, shell, () => finish(c, deps, { shell, value, faults: form.ok ? {} : form.faults }));
  });
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
  const outcome = await finishSetUp({ ...actionDeps(c, deps), passwords: deps.passwords }, tried);
  if (outcome.kind === 'done') return c.redirect(keepLanguage(shell, '/sign-in?done=set-up'), 303);
  const { enrolment, fault } = outcome;
  const told = tellRefusal(fault, words);
  const faults = { ...(isSame ? told : { again: words.notSame }), ...given.faults };
  return c.html(enrolmentPage(shell, { ...enrolment, secret: value.secret, faults }).toString(), 422);
}

function tellRefusal(
  fault: Extract<Awaited<ReturnType<typeof finishSetUp>>, { kind: 'refused' }>['fault'],
  words: ReturnType<typeof identityWords>,
): Readonly<Record<string, string>> {
  return fault === 'wrong code' ? { code: words.wrongCode } : { password: tellPasswordFault(fault, words) };
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
  return { db: deps.database.read, transact: transactFor(c, deps.database), now: deps.now };
}

function shellOf(c: CompartmentContext, deps: Deps): Shell {
  return makeShell({ site: deps.site, query: c.req.query('lang'), language: c.var.language, at: '/set-up' });
}
