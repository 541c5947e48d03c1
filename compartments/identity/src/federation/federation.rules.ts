import type { Language } from '@bulkhead/contracts';
import { isLanguage, judgeOutgoingUrl } from '@bulkhead/web';
import type { OfferedRole } from '#role/role.rules.ts';
import type { Errand } from '#sign-in/sign-in.rules.ts';
import { readRoleMap } from './role-map.rules.ts';

/** An organisation's own OpenID provider. */
export type IdentityProvider = {
  readonly id: string;
  readonly name: string;
  readonly delegationId: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly sealedSecret: string | null;
  readonly emailDomains: readonly string[];
  readonly roleClaim: string;
  /** Value of the claim → `compartment/role`. */
  readonly roleMap: Readonly<Record<string, string>>;
  readonly addsAccounts: boolean;
  /** An administrator says that all its addresses of these domains are verified, since it never says so itself. */
  readonly vouchesForAddresses: boolean;
  readonly changedAt: Date;
  readonly disabledAt: Date | null;
};
export type ProviderWish = Omit<IdentityProvider, 'sealedSecret' | 'changedAt' | 'disabledAt'>;

export type ProviderTyped = {
  readonly id: string;
  readonly name: string;
  readonly delegationId: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly emailDomains: string;
  readonly roleClaim: string;
  readonly roleMap: string;
  readonly addsAccounts: boolean;
  readonly vouchesForAddresses: boolean;
};
export type ProviderField = Exclude<keyof ProviderTyped, 'addsAccounts' | 'vouchesForAddresses'>;

const MOST_DOMAINS = 20;

/** Reads what an administrator typed; which fields cannot be used is told by name. */
export function readProvider(
  typed: ProviderTyped,
  given: { readonly mayBeInner: boolean; readonly offered: readonly OfferedRole[]; readonly delegations: readonly string[] },
): { readonly wish: ProviderWish } | { readonly faults: readonly ProviderField[] } {
  const emailDomains = [
    ...new Set(
      typed.emailDomains
        .toLowerCase()
        .split(/[\s,]+/)
        .filter((one) => one !== ''),
    ),
  ];
  const roleMap = readRoleMap(typed.roleMap, given.offered);
  const roleClaim = typed.roleClaim.trim() || 'groups';
  const bad: Readonly<Record<ProviderField, boolean>> = {
    id: !/^[a-z][a-z0-9-]{1,39}$/.test(typed.id),
    name: typed.name.trim() === '' || typed.name.length > 100,
    delegationId: !given.delegations.includes(typed.delegationId),
    issuer: judgeOutgoingUrl(typed.issuer, given.mayBeInner) !== null || typed.issuer.includes('?'),
    clientId: typed.clientId.trim() === '' || typed.clientId.length > 200,
    emailDomains:
      emailDomains.length === 0 ||
      emailDomains.length > MOST_DOMAINS ||
      !emailDomains.every((one) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(one)),
    roleClaim: !/^[A-Za-z0-9_:./-]{1,100}$/.test(roleClaim),
    roleMap: roleMap === null,
  };
  const faults = Object.entries(bad).flatMap(([field, isBad]) => (isBad && isField(field) ? [field] : []));
  if (faults.length > 0 || roleMap === null) return { faults };
  const { id, delegationId, issuer, addsAccounts, vouchesForAddresses } = typed;
  const [name, clientId] = [typed.name.trim(), typed.clientId.trim()];
  const what = { emailDomains, roleClaim, roleMap, addsAccounts, vouchesForAddresses };
  return { wish: { id, name, delegationId, issuer, clientId, ...what } };
}

function isField(text: string): text is ProviderField {
  return ['id', 'name', 'delegationId', 'issuer', 'clientId', 'emailDomains', 'roleClaim', 'roleMap'].includes(text);
}

/** Somebody on the way through a provider, for ten minutes in memory. */
export type Flow = {
  readonly providerId: string;
  readonly browser: string;
  readonly verifier: string;
  readonly nonce: string;
  readonly errand: Errand | null;
  /** Once the provider has answered. */
  readonly person: ExternalPerson | null;
};

/** Whom a provider says it is. */
export type ExternalPerson = {
  readonly subject: string;
  /** Set only if the provider says that it has verified it, or an administrator vouches for that, and it is of a domain that is allowed. */
  readonly email: string | null;
  readonly name: string;
  readonly language: Language;
  /** `compartment/role`, as mapped. */
  readonly roles: readonly string[];
};

/** Reads a provider's claims. What it does not vouch for counts as not said. */
export function readPerson(
  claims: Readonly<Record<string, unknown>>,
  provider: Pick<IdentityProvider, 'emailDomains' | 'roleClaim' | 'roleMap' | 'vouchesForAddresses'>,
): ExternalPerson | null {
  const { sub, email, email_verified: isVerified, name, locale } = claims;
  if (typeof sub !== 'string' || sub === '' || sub.length > 255) return null;
  const plain = typeof email === 'string' && email.length <= 254 ? email.trim().toLowerCase() : '';
  // Where nothing is said, the administrator's word stands in; a provider that says no is believed [F15].
  const isVouchedFor = isVerified === true || (isVerified === undefined && provider.vouchesForAddresses);
  const isAllowed = isVouchedFor && provider.emailDomains.includes(plain.split('@').at(-1) ?? '');
  const values = claims[provider.roleClaim];
  const given = (Array.isArray(values) ? values : [values]).filter((value) => typeof value === 'string').slice(0, 1000);
  const language = typeof locale === 'string' ? locale.slice(0, 2).toLowerCase() : '';
  return {
    subject: sub,
    email: isAllowed && /^[^\s@]+@[^\s@]+$/.test(plain) ? plain : null,
    name: (typeof name === 'string' && name.trim() !== '' ? name.trim() : plain || sub).normalize('NFC').slice(0, 200),
    language: isLanguage(language) ? language : 'en',
    roles: [
      ...new Set(given.flatMap((value) => (Object.hasOwn(provider.roleMap, value) ? [provider.roleMap[value] ?? ''] : []))),
    ],
  };
}
