import { Secret, TOTP } from 'otpauth';

/** Length of a time step of RFC 6238, in milliseconds. */
export const TOTP_STEP_MS = 30_000;

/** The code that an authenticator shows at this moment for a base32 secret. */
export function totpCode(secret: string, at: Date): string {
  return new TOTP({ secret: Secret.fromBase32(secret), period: TOTP_STEP_MS / 1000, digits: 6, algorithm: 'SHA1' }).generate({
    timestamp: at.getTime(),
  });
}
