import type { CompartmentManifest, Language, SixLanguages } from '@bulkhead/contracts';

export const ACCOUNT_STATUSES = ['invited', 'active', 'disabled'] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

export type Account = {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly language: Language;
  readonly status: AccountStatus;
  readonly createdAt: Date;
  readonly roles: readonly Role[];
};

/** A role of a compartment, as an account holds it. */
export type Role = { readonly compartment: string; readonly role: string };
/** A role that accounts can be given. */
export type OfferedRole = Role & { readonly compartmentTitle: SixLanguages; readonly title: SixLanguages };

/** What a sign-in is checked against. */
export type Credentials = {
  readonly accountId: string;
  readonly passwordHash: string;
  readonly totpSecret: string;
};

/** The role that lets people use the pages of accounts. */
export const ADMINISTRATOR: Role = { compartment: 'identity', role: 'administrator' };

/** The account that nobody has a reason to touch: no person's, shown nowhere, and watched. */
export const CANARY_ACCOUNT = 'ca0e0000-0000-4000-8000-000000000000';

export const SHORTEST_EMAIL = 3;
export const LONGEST_EMAIL = 254;

/** The one form of an address: two that differ in capitals are one account. */
export function normaliseEmail(typed: string): string {
  return typed.trim().toLowerCase();
}

export function isEmail(text: string): boolean {
  return text.length <= LONGEST_EMAIL && /^[^\s@"<>(),:;\\[\]]{1,64}@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/u.test(text);
}

/** Every role that the estate's compartments declare. */
export function listOfferedRoles(manifests: readonly Pick<CompartmentManifest, 'name' | 'title' | 'roles'>[]): OfferedRole[] {
  return manifests.flatMap((manifest) =>
    Object.entries(manifest.roles).map(([role, title]) => ({
      compartment: manifest.name,
      role,
      compartmentTitle: manifest.title,
      title,
    })),
  );
}

/** How a role is written in a form. */
export function writeRole({ compartment, role }: Role): string {
  return `${compartment}/${role}`;
}

/** The roles named in a form, each among those offered; null if one is not. */
export function readRoles(given: readonly string[], offered: readonly OfferedRole[]): Role[] | null {
  const found = [...new Set(given)].map((text) => offered.find((role) => writeRole(role) === text));
  return found.some((role) => role === undefined)
    ? null
    : found.flatMap((role) => (role ? [{ compartment: role.compartment, role: role.role }] : []));
}

export function isAdministrator(account: Pick<Account, 'roles'>): boolean {
  return account.roles.some((role) => writeRole(role) === writeRole(ADMINISTRATOR));
}
