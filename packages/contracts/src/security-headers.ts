/** Headers that every answer carries. */
export type SecurityHeaders = Readonly<Record<string, string>>;

/**
 * No script, nothing from elsewhere; styles, pictures and forms of the same origin. What connects without a script (a
 * browser's own tools, reading robots.txt) may ask the same origin.
 */
export const STRICT_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/** For a published page that runs scripts of its own edition: they may ask this origin, and nobody else. */
export const OWN_SCRIPT_POLICY = `${STRICT_POLICY}; script-src 'self'`;

export function securityHeaders(isTls: boolean): SecurityHeaders {
  return {
    'content-security-policy': STRICT_POLICY,
    'x-content-type-options': 'nosniff',
    // Not no-referrer: with it browsers send "Origin: null" with forms, and the same-origin rule would refuse them.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
    ...(isTls ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

/** A frozen copy was approved by nobody: whatever it holds, no script of it runs, no form sends, nothing comes from elsewhere. */
const FROZEN_POLICY =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; media-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox allow-top-navigation-by-user-activation allow-same-origin";

export function frozenHeaders(isTls: boolean): SecurityHeaders {
  return { ...securityHeaders(isTls), 'content-security-policy': FROZEN_POLICY };
}
