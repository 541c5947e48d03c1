import type { BearerKind, BearerRow } from '#bearer/bearer.rules.ts';

/** With which an organisation's directory tells of its people. */
export type ScimToken = { readonly id: string; readonly delegationId: string };
/** The same, as administrators see it: its text was shown once. */
export type ScimTokenRow = ScimToken & BearerRow;

/** Of one delegation: one in use, one that replaces it, one to spare. */
export const SCIM_TOKEN: BearerKind = { table: 'scim_token', prefix: 'bhscim_', most: 3 };

/** The token that a request presents; null for none. */
export function readBearer(authorization: string | undefined): string | null {
  return /^Bearer (bhscim_[A-Za-z0-9_-]{43})$/i.exec(authorization ?? '')?.[1] ?? null;
}
