import { STRICT_POLICY } from '@bulkhead/contracts';

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
