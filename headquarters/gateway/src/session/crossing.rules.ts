import type { IncomingHttpHeaders } from 'node:http';
import { EstateError } from '@bulkhead/kernel';

/**
 * Lets a request that may change something through only if a page of this very origin made it [G7].
 * @throws EstateError `request.cross_site`
 */
export function requireSameOrigin(headers: IncomingHttpHeaders, originUrl: string): void {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') throw crossSite();
  if (origin === undefined ? site !== 'same-origin' : origin !== originUrl) throw crossSite();
}

function crossSite(): EstateError {
  return new EstateError('request.cross_site', 'checking where a request comes from: not from a page of this origin');
}
