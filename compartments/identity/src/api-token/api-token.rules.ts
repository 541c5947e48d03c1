import type { Role } from '#role/role.rules.ts';
import { writeRole } from '#role/role.rules.ts';

/** A personal API token, as its holder sees it: its text was shown once. */
export type ApiTokenRow = {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly isReadOnly: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly endedAt: Date | null;
};

const DAY_MS = 86_400_000;
export const LONGEST_DAYS = 365;
/** That live at once, of one account. */
export const MOST_TOKENS = 20;
export const TOKEN_PREFIX = 'bh_';

/** The session id under which a token's requests stand in tokens and receipts; it tells the token, and opens nothing. */
export function sessionIdOf(tokenId: string): string {
  return `api_${tokenId}`;
}

export type TokenWish = {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly isReadOnly: boolean;
  readonly expiresAt: Date;
};
export type TokenFault = 'name' | 'scopes' | 'day' | 'day past' | 'day too far';

/** The roles that a token can carry: none of identity's own, where only people administer. */
export function carriable<Held extends Role>(held: readonly Held[]): Held[] {
  return held.filter((role) => role.compartment !== 'identity');
}

/** Reads what was typed: roles that the account holds, and a last day within a year. */
export function readTokenWish(
  typed: { readonly name: string; readonly scopes: readonly string[]; readonly access: string; readonly until: string },
  held: readonly Role[],
  now: Date,
): TokenWish | { readonly fault: TokenFault } {
  const name = typed.name.trim();
  if (name === '' || name.length > 80) return { fault: 'name' };
  const offered = new Set(carriable(held).map(writeRole));
  const scopes = [...new Set(typed.scopes)].filter((scope) => offered.has(scope));
  if (scopes.length === 0 || scopes.length !== new Set(typed.scopes).size) return { fault: 'scopes' };
  if (!/^\d{4}-\d{2}-\d{2}$/.test(typed.until) || Number.isNaN(Date.parse(`${typed.until}T00:00:00Z`))) return { fault: 'day' };
  // The whole of the last day.
  const expiresAt = new Date(Date.parse(`${typed.until}T00:00:00Z`) + DAY_MS);
  if (expiresAt <= now) return { fault: 'day past' };
  if (expiresAt.getTime() > now.getTime() + LONGEST_DAYS * DAY_MS) return { fault: 'day too far' };
  return { name, scopes, isReadOnly: typed.access !== 'write', expiresAt };
}

/** What a token carries now: of its scope, what its holder still holds. By compartment, as sessions have it. */
export function rolesNow(scopes: readonly string[], held: readonly Role[]): Record<string, string[]> {
  const carried = carriable(held).filter((role) => scopes.includes(writeRole(role)));
  return Object.fromEntries(
    [...Map.groupBy(carried, (role) => role.compartment)].map(([name, roles]) => [name, roles.map(({ role }) => role)]),
  );
}
