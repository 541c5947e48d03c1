import { Secret, TOTP } from 'otpauth';

const STEP_SECONDS = 30;
const DIGITS = 6;
/** Clocks differ: the step before and the one after count too (RFC 6238 §5.2). */
const WINDOW = 1;

/** The 160-bit secret of an authenticator (RFC 4226 §4 R6), in base32. */
export function writeTotpSecret(bytes: Uint8Array): string {
  return new Secret({ buffer: Uint8Array.from(bytes).buffer }).base32;
}
export const TOTP_SECRET_BYTES = 20;

/** The time step whose code this is, or null. */
export function findTotpStep(secret: string, code: string, now: Date): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const totp = new TOTP({ secret: Secret.fromBase32(secret), period: STEP_SECONDS, digits: DIGITS, algorithm: 'SHA1' });
  const delta = totp.validate({ token: code, timestamp: now.getTime(), window: WINDOW });
  return delta === null ? null : Math.floor(now.getTime() / 1000 / STEP_SECONDS) + delta;
}

/** What an authenticator takes (the key URI format). */
export function otpauthUri(secret: string, label: { readonly organisation: string; readonly email: string }): string {
  return new TOTP({
    issuer: label.organisation,
    label: label.email,
    secret: Secret.fromBase32(secret),
    period: STEP_SECONDS,
    digits: DIGITS,
    algorithm: 'SHA1',
  }).toString();
}

/** A code as people type it: spaces do not count. */
export function plainCode(typed: string): string {
  return typed.replaceAll(/[\s\u00a0-]/g, '');
}
