import { stateOfDelegation } from '#state/delegation.rules.ts';

/** What a State authorised an organization to do in its name, as it stands today. */
export type Authority = { readonly state: string; readonly functions: readonly string[] };

/** Somebody who looks or acts, as far as a registry needs to know. */
export type Viewer = {
  /** Null for people who are not signed in. */
  readonly accountId: string | null;
  readonly name: string;
  readonly delegation: string | null;
  /** The State they speak for, by ISO 3166-1 alpha-3. */
  readonly state: string | null;
  readonly isSecretariat: boolean;
  readonly roles: readonly string[];
  /** For which States their organization may file; none where that was not looked up. */
  readonly authorities?: readonly Authority[];
  /** Short names of the instruments to which their State is a Party; none where that was not looked up. */
  readonly partyTo?: readonly string[];
};

export const SECRETARIAT_ROLE = 'secretariat';
export const SUPPLIER_ROLE = 'data-supplier';
const OFFICER = '-officer';

/** How the Secretariat stands among those who are told of something: beside the codes of States. */
export const SECRETARIAT_CODE = 'SEC';
/** Whom something is told that every State is to know. */
export const EVERY_STATE = 'ALL';

/** What a request's token claims, and what the registry looked up of it (`authority.routes.ts`). */
export type Claims = {
  readonly accountId: string | null;
  readonly displayName: string | null;
  readonly delegation: string | null;
  readonly roles: readonly string[];
  readonly authorities?: readonly Authority[];
  readonly partyTo?: readonly string[];
};

/** The viewer of a request: delegations of States are called by the State's code, `state-nor`, `associate-hkg`. */
export function viewerOf({ accountId, displayName, delegation, roles, authorities = [], partyTo = [] }: Claims): Viewer {
  return {
    accountId,
    name: displayName ?? '',
    delegation,
    state: stateOfDelegation(delegation),
    isSecretariat: roles.includes(SECRETARIAT_ROLE),
    roles,
    authorities,
    partyTo,
  };
}

/** Looks from outside: the public, and everything that is told to everybody. */
export const PUBLIC: Viewer = { accountId: null, name: '', delegation: null, state: null, isSecretariat: false, roles: [] };

export function officerRole(module: string): string {
  return `${module}${OFFICER}`;
}

/** An officer of a Member State: somebody who holds an officer's role here, whatever the module. */
export function isOfficer({ state, roles }: Pick<Viewer, 'state' | 'roles'>): boolean {
  return state !== null && roles.some((role) => role.endsWith(OFFICER));
}

/** Somebody who may work for an organization: an officer's role, and a delegation that speaks for no State. */
export function isOfOrganization({ state, isSecretariat, delegation, roles }: Omit<Viewer, 'name' | 'accountId'>): boolean {
  return delegation !== null && state === null && !isSecretariat && roles.some((role) => role.endsWith(OFFICER));
}

/** The codes under which somebody is told: of their State, of every State, of the Secretariat. */
export function codesOf({ state, isSecretariat }: Viewer): readonly string[] {
  return [...(state === null ? [] : [state, EVERY_STATE]), ...(isSecretariat ? [SECRETARIAT_CODE] : [])];
}
