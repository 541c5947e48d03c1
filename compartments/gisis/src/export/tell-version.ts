import type { CompartmentContext } from '@bulkhead/web';
import { isKnown, type Version } from './version.rules.ts';

/** Names the version that is answered with. @returns whether the caller has it already */
export function tellVersion(c: CompartmentContext, version: Version | undefined): boolean {
  c.header('cache-control', 'private, no-cache');
  if (version === undefined) return false;
  c.header('etag', version.tag);
  c.header('last-modified', version.changedAt.toUTCString());
  return isKnown(version, { ifNoneMatch: c.req.header('if-none-match'), ifModifiedSince: c.req.header('if-modified-since') });
}
