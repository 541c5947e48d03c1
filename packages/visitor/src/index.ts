export { type Form, listForms } from './form.ts';
export { type SignInAccount, signIn } from './sign-in.ts';
export { TOTP_STEP_MS, totpCode } from './totp.ts';
export { type Page, type VisitOptions, Visitor } from './visitor.ts';
