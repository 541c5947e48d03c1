/** With which an organisation's directory tells of its people. */
export type ScimToken = { readonly id: string; readonly delegationId: string };
/** The same, as administrators see it: its text was shown once. */
export type ScimTokenRow = ScimToken & {
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly endedAt: Date | null;
};

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 365;
/** That live at once, of one delegation: one in use, one that replaces it, one to spare. */
export const MOST_SCIM_TOKENS = 3;
export const SCIM_TOKEN_PREFIX = 'bhscim_';

/** The token that a request presents; null for none. */
export function readBearer(authorization: string | undefined): string | null {
  return /^Bearer (bhscim_[A-Za-z0-9_-]{43})$/i.exec(authorization ?? '')?.[1] ?? null;
}

export type ScimTokenFault = 'name' | 'day' | 'day past' | 'day too far';

/** Reads what was typed: what it is for, and a last day within a year. */
export function readScimTokenWish(
  typed: { readonly name: string; readonly until: string },
  now: Date,
): { readonly name: string; readonly expiresAt: Date } | { readonly fault: ScimTokenFault } {
  const name = typed.name.trim();
  if (name === '' || name.length > 80) return { fault: 'name' };
  const startMs = /^\d{4}-\d{2}-\d{2}$/.test(typed.until) ? Date.parse(`${typed.until}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(startMs)) return { fault: 'day' };
  // The whole of the last day.
  const expiresAt = new Date(startMs + DAY_MS);
  if (expiresAt <= now) return { fault: 'day past' };
  return expiresAt.getTime() > now.getTime() + LONGEST_DAYS * DAY_MS ? { fault: 'day too far' } : { name, expiresAt };
}
