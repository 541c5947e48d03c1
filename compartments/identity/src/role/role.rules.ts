import type { CompartmentManifest, SixLanguages } from '@bulkhead/contracts';

/** A role of a compartment, as an account holds it. */
export type Role = { readonly compartment: string; readonly role: string };
/** A role that accounts can be given. */
export type OfferedRole = Role & {
  readonly compartmentTitle: SixLanguages;
  readonly title: SixLanguages;
  /** Only the Secretariat gives it: what a delegation's administrator asks for waits. */
  readonly needsApproval: boolean;
};

/** The role of the Secretariat's people who administer all accounts. */
export const ADMINISTRATOR: Role = { compartment: 'identity', role: 'administrator' };
/** The role that lets somebody administer the people of their own delegation. */
export const DELEGATION_ADMINISTRATOR: Role = { compartment: 'identity', role: 'delegation-administrator' };
/** The account that nobody has a reason to touch: no person's, shown nowhere, and watched. */
export const CANARY_ACCOUNT = 'ca0e0000-0000-4000-8000-000000000000';
/** In a delegation's holdings: every role of every compartment. */
export const EVERY_ROLE = '*';

/** Every role that the estate's compartments declare. */
export function listOfferedRoles(
  manifests: readonly Pick<CompartmentManifest, 'name' | 'title' | 'roles' | 'rolesToApprove'>[],
): OfferedRole[] {
  return manifests.flatMap((manifest) =>
    Object.entries(manifest.roles).map(([role, title]) => ({
      compartment: manifest.name,
      role,
      compartmentTitle: manifest.title,
      title,
      needsApproval: manifest.rolesToApprove?.includes(role) ?? false,
    })),
  );
}

/** How a role is written in a form, and in a delegation's holdings. */
export function writeRole({ compartment, role }: Role): string {
  return `${compartment}/${role}`;
}

export function findRole(written: string, offered: readonly OfferedRole[]): OfferedRole | undefined {
  return offered.find((role) => writeRole(role) === written);
}

/** The roles named in a form, each among those offered; null if one is not. */
export function readRoles(given: readonly string[], offered: readonly OfferedRole[]): OfferedRole[] | null {
  const found = [...new Set(given)].map((text) => findRole(text, offered));
  return found.some((role) => role === undefined) ? null : found.flatMap((role) => (role ? [role] : []));
}

/** Whether what a delegation holds includes a role. */
export function isHeld(holds: readonly string[], role: Role): boolean {
  return holds.includes(EVERY_ROLE) || holds.includes(writeRole(role));
}

export function isAdministrator(person: { readonly roles: readonly Role[] }): boolean {
  return person.roles.some((role) => isSame(role, ADMINISTRATOR));
}

export function isDelegationAdministrator(person: { readonly roles: readonly Role[] }): boolean {
  return person.roles.some((role) => isSame(role, DELEGATION_ADMINISTRATOR));
}

/** Roles that rule over accounts: sessions with one are shorter. */
export function isPrivileged(role: Role): boolean {
  return isSame(role, ADMINISTRATOR) || isSame(role, DELEGATION_ADMINISTRATOR);
}

export function isSame(one: Role, other: Role): boolean {
  return one.compartment === other.compartment && one.role === other.role;
}

/** Whose accounts somebody administers: everybody's, or those of one delegation. */
export type Reach = 'all' | { readonly delegationId: string };
/** Who changes something, and how far they reach. */
export type Actor = { readonly accountId: string; readonly reach: Reach };

export function reachOf(person: { readonly roles: readonly Role[]; readonly delegationId: string }): Reach | null {
  if (isAdministrator(person)) return 'all';
  return isDelegationAdministrator(person) ? { delegationId: person.delegationId } : null;
}

export function isInReach(reach: Reach, delegationId: string): boolean {
  return reach === 'all' || reach.delegationId === delegationId;
}
