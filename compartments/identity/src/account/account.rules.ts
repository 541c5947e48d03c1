import type { Language } from '@bulkhead/contracts';
import type { Role } from '#role/role.rules.ts';

/** `deleted`: out of use at the person's wish, and nameless soon; `break-glass`: opened by two sealed codes. */
export const ACCOUNT_STATUSES = ['invited', 'active', 'disabled', 'deleted', 'break-glass'] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

export type Account = {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly language: Language;
  readonly status: AccountStatus;
  readonly createdAt: Date;
  readonly delegationId: string;
  /** When name and address go, if it is deleted. */
  readonly eraseAt: Date | null;
  /** Those that count now. */
  readonly roles: readonly Role[];
};

/** What a sign-in is checked against. */
export type Credentials = {
  readonly accountId: string;
  readonly passwordHash: string;
  readonly totpSecret: string;
};

export { CANARY_ACCOUNT } from '#role/role.rules.ts';

/** One line of the list of accounts. */
export type AccountLine = Omit<Account, 'roles'> & {
  readonly delegationNames: Readonly<Record<string, string>>;
  readonly roles: readonly Role[];
};
export const STATUS_FILTERS = ['invited', 'active', 'disabled', 'deleted'] as const;
export type AccountFilter = {
  readonly text: string;
  readonly delegationId: string | null;
  readonly status: (typeof STATUS_FILTERS)[number] | null;
  readonly page: number;
};

/** Name and address of a deleted account are kept so long: a deletion that somebody else forced can be taken back. */
export const KEPT_AFTER_DELETION_DAYS = 30;
export const LONGEST_NAME = 200;
export const SHORTEST_EMAIL = 3;
export const LONGEST_EMAIL = 254;

/** The one form of an address: two that differ in capitals are one account. */
export function normaliseEmail(typed: string): string {
  return typed.trim().toLowerCase();
}

export function isEmail(text: string): boolean {
  return text.length <= LONGEST_EMAIL && /^[^\s@"<>(),:;\\[\]]{1,64}@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/u.test(text);
}
