import { stateOfDelegation } from '#state/delegation.rules.ts';

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
};

export const SECRETARIAT_ROLE = 'secretariat';
export const SUPPLIER_ROLE = 'data-supplier';

/** How the Secretariat stands among those who are told of something: beside the codes of States. */
export const SECRETARIAT_CODE = 'SEC';
/** Whom something is told that every State is to know. */
export const EVERY_STATE = 'ALL';

type Claims = {
  readonly accountId: string | null;
  readonly displayName: string | null;
  readonly delegation: string | null;
  readonly roles: readonly string[];
};

/** The viewer of a request: delegations of States are called by the State's code, `state-nor`, `associate-hkg`. */
export function viewerOf({ accountId, displayName, delegation, roles }: Claims): Viewer {
  return {
    accountId,
    name: displayName ?? '',
    delegation,
    state: stateOfDelegation(delegation),
    isSecretariat: roles.includes(SECRETARIAT_ROLE),
    roles,
  };
}

/** Looks from outside: the public, and everything that is told to everybody. */
export const PUBLIC: Viewer = { accountId: null, name: '', delegation: null, state: null, isSecretariat: false, roles: [] };

export function officerRole(module: string): string {
  return `${module}-officer`;
}

/** The codes under which somebody is told: of their State, of every State, of the Secretariat. */
export function codesOf({ state, isSecretariat }: Viewer): readonly string[] {
  return [...(state === null ? [] : [state, EVERY_STATE]), ...(isSecretariat ? [SECRETARIAT_CODE] : [])];
}
