import { checkPath } from '@bulkhead/front';
import { sha256Hex } from '@bulkhead/kernel';

const PATH_LIMIT = 2048;

/** What stands in the address while a browser walks from an origin to sign-in and back. */
export type Errand = { readonly to: string; readonly path: string; readonly nonce: string };

/** The nonce as it travels in addresses: its own value stays in a cookie of the origin that sent the person away. */
export function hashNonce(nonce: string, hostName: string): string {
  return sha256Hex(`${nonce}\n${hostName}`);
}

/** Where a person goes to sign in, or to prove again who they are. */
export function signInAddress(identityUrl: string, errand: Errand, path = '/sign-in'): string {
  const query = new URLSearchParams({ to: errand.to, path: errand.path, nonce: errand.nonce });
  return `${identityUrl}${path}?${query.toString()}`;
}

/**
 * Reads an errand from a query.
 * @returns null unless it is complete and leads to a path of ours, never to another site
 */
export function readErrand(query: string): Errand | null {
  const given = new URLSearchParams(query);
  const to = given.get('to') ?? '';
  const path = given.get('path') ?? '';
  const nonce = given.get('nonce') ?? '';
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(to) || !/^[0-9a-f]{64}$/.test(nonce) || !isLocalPath(path)) return null;
  return { to, path, nonce };
}

/** Whether a text is a path (with query) that a browser cannot take for another site's address. */
export function isLocalPath(text: string): boolean {
  if (text.length > PATH_LIMIT || !/^\/(?![/\\])[\x21-\x7e]*$/.test(text) || text.includes('\\') || text.includes('#'))
    return false;
  try {
    checkPath(text.split('?')[0] ?? '');
    return true;
  } catch {
    return false;
  }
}
