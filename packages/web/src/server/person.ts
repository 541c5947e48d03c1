import { EstateError } from '@bulkhead/kernel';
import type { CompartmentContext } from './compartment-env.ts';

/** Who acts in a request that needs somebody signed in. */
export type Person = {
  readonly accountId: string;
  readonly sessionId: string;
  readonly displayName: string;
  readonly roles: readonly string[];
};

/**
 * The person of a request.
 * @throws EstateError `request.unauthenticated` if nobody is signed in
 */
export function requirePerson(c: CompartmentContext): Person {
  const { accountId, sessionId, displayName, roles } = c.var.claims;
  if (accountId === null || sessionId === null)
    throw new EstateError('request.unauthenticated', 'finding the person of a request: nobody is signed in');
  return { accountId, sessionId, displayName: displayName ?? '', roles };
}
