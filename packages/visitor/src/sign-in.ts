import { EstateError, type Now, sleepMs } from '@bulkhead/kernel';
import { type Form, listForms } from './form.ts';
import { TOTP_STEP_MS, totpCode } from './totp.ts';
import type { Page, Visitor } from './visitor.ts';

export type SignInAccount = { readonly email: string; readonly password: string; readonly totpSecret: string };

/** A code works once, and whoever signed in just before may have used this step's: the next step's is good already. */
const STEPS_TRIED = [0, 1] as const;
/** Both may be used up: then a person waits for the authenticator's next code. Three steps and the tries themselves. */
const LIMIT_MS = 100_000;
/** Into the next step, so that both sides have begun it. */
const INTO_STEP_MS = 500;
const LONGEST_THROTTLE_S = 60;
const REFUSED = [403, 422];

/**
 * Signs in as a person does: opens a page of the staff, fills in the form that it leads to, and comes back. Where the
 * codes of this step and the next were refused, it waits for a new one, at the most for a little over three steps:
 * each costs two tries, so that nobody is slowed for guessing.
 * @param wait how time passes; only tests tell
 * @returns the page that was asked for, or the one that was got in its place where there is no form to sign in with
 * @throws EstateError `request.unauthenticated` when the account is not let in
 */
export async function signIn(
  visitor: Visitor,
  url: string,
  account: SignInAccount,
  now: Now,
  wait: (ms: number) => Promise<void> = sleepMs,
): Promise<Page> {
  const begunMs = now().getTime();
  for (;;) {
    const page = await tryCodes(visitor, url, account, now, wait);
    if (!REFUSED.includes(page.status) && page.status !== 429) return page;
    if (!findSignInForm(page)) return page;
    const pauseMs = untilNextStepMs(now());
    if (now().getTime() + pauseMs - begunMs > LIMIT_MS)
      throw new EstateError(
        'request.unauthenticated',
        `signing in at ${new URL(url).host} as ${account.email}: status ${page.status}, with each code of the last ${LIMIT_MS / 1000} s`,
      );
    await wait(pauseMs);
  }
}

/** @returns the page that was asked for, or the last refusal */
async function tryCodes(
  visitor: Visitor,
  url: string,
  account: SignInAccount,
  now: Now,
  wait: (ms: number) => Promise<void>,
): Promise<Page> {
  let page = await visitor.visit(url);
  for (const step of STEPS_TRIED) {
    const form = findSignInForm(page);
    if (!form) return page;
    const code = totpCode(account.totpSecret, new Date(now().getTime() + step * TOTP_STEP_MS));
    page = await visitor.visit(form.action, { form: { ...form.fields, email: account.email, password: account.password, code } });
    if (page.status === 429) await wait(readThrottleMs(page));
    else if (!REFUSED.includes(page.status)) return page;
  }
  return page;
}

function findSignInForm(page: Page): Form | undefined {
  return listForms(page).find(({ fields }) => 'password' in fields && 'code' in fields);
}

function readThrottleMs(page: Page): number {
  const seconds = Number(page.headers['retry-after'] ?? 1);
  return Math.min(LONGEST_THROTTLE_S, Number.isFinite(seconds) ? Math.max(1, seconds) : 1) * 1000;
}

function untilNextStepMs(now: Date): number {
  return TOTP_STEP_MS - (now.getTime() % TOTP_STEP_MS) + INTO_STEP_MS;
}
