/** Headers that every answer carries. */
export type SecurityHeaders = Readonly<Record<string, string>>;

/** No script, nothing from elsewhere; styles, pictures and forms of the same origin. */
export const STRICT_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** For a published page that runs scripts of its own edition: they may ask this origin, and nobody else. */
export const OWN_SCRIPT_POLICY = `${STRICT_POLICY}; script-src 'self'; connect-src 'self'`;

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

/**
 * The content security policy of a compartment's reply: its own, or the strict one. Browsers hold form-action against
 * redirects too, so the page that signs people in must name the origins to which it hands them over.
 */
export function policyFor(own: string | undefined, handsOverTo: readonly string[]): string {
  const policy = own ?? STRICT_POLICY;
  if (handsOverTo.length === 0) return policy;
  const directives = policy.split(';').map((directive) => directive.trim());
  const rest = directives.filter((directive) => directive !== '' && !/^form-action(\s|$)/i.test(directive));
  return [...rest, `form-action 'self' ${handsOverTo.join(' ')}`].join('; ');
}
