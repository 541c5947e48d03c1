import { type BearerFault, type BearerKind, type BearerRow, type BearerWish, readBearerWish } from '#bearer/bearer.rules.ts';
import { type Role, writeRole } from '#role/role.rules.ts';

/** A personal API token, as its holder sees it: its text was shown once. */
export type ApiTokenRow = BearerRow & {
  readonly accountId: string;
  readonly scopes: readonly string[];
  readonly isReadOnly: boolean;
};

export const API_TOKEN: BearerKind = { table: 'api_token', prefix: 'bh_', most: 20 };

/** The session id under which a token's requests stand in tokens and receipts; it tells the token, and opens nothing. */
export function sessionIdOf(tokenId: string): string {
  return `api_${tokenId}`;
}

/** The token that a session id stands for; null for a session of a person. */
export function tokenIdOf(sessionId: string): string | null {
  return sessionId.startsWith('api_') ? sessionId.slice(4) : null;
}

export type TokenWish = BearerWish & Pick<ApiTokenRow, 'scopes' | 'isReadOnly'>;
export type TokenFault = BearerFault | 'scopes';

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
  const wish = readBearerWish(typed, now);
  if ('fault' in wish) return wish;
  const offered = new Set(carriable(held).map(writeRole));
  const scopes = [...new Set(typed.scopes)];
  if (scopes.length === 0 || !scopes.every((scope) => offered.has(scope))) return { fault: 'scopes' };
  return { ...wish, scopes, isReadOnly: typed.access !== 'write' };
}

/** What a token carries now: of its scope, what its holder still holds. By compartment, as sessions have it. */
export function rolesNow(scopes: readonly string[], held: readonly Role[]): Record<string, string[]> {
  const carried = carriable(held).filter((role) => scopes.includes(writeRole(role)));
  return Object.fromEntries(
    [...Map.groupBy(carried, (role) => role.compartment)].map(([name, roles]) => [name, roles.map(({ role }) => role)]),
  );
}
