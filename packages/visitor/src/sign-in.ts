import { EstateError, type Now, sleepMs } from '@bulkhead/kernel';
import { listForms } from './form.ts';
import { TOTP_STEP_MS, totpCode } from './totp.ts';
import type { Page, Visitor } from './visitor.ts';

export type SignInAccount = { readonly email: string; readonly password: string; readonly totpSecret: string };

/** A code works once, and whoever signed in just before may have used this step's: the next step's is good already. */
const STEPS_TRIED = [0, 1] as const;
const REFUSED = [403, 422];

/**
 * Signs in as a person does: opens a page of the staff, fills in the form that it leads to, and comes back.
 * @returns the page that was asked for
 * @throws EstateError `request.unauthenticated` when the account is not let in
 */
export async function signIn(visitor: Visitor, url: string, account: SignInAccount, now: Now): Promise<Page> {
  let page = await visitor.visit(url);
  for (const step of STEPS_TRIED) {
    const form = listForms(page).find(({ fields }) => 'password' in fields && 'code' in fields);
    if (!form) return page;
    const code = totpCode(account.totpSecret, new Date(now().getTime() + step * TOTP_STEP_MS));
    page = await visitor.visit(form.action, { form: { ...form.fields, email: account.email, password: account.password, code } });
    if (page.status === 429) await sleepMs(Number(page.headers['retry-after'] ?? 1) * 1000);
    else if (!REFUSED.includes(page.status)) return page;
  }
  throw new EstateError('request.unauthenticated', `signing in at ${new URL(url).host}: status ${page.status}`);
}
