import { type CompartmentManifest, parseManifest } from '@bulkhead/contracts';
import { accountPart } from '#account/account.manifest.ts';
import { apiTokenPart } from '#api-token/api-token.manifest.ts';
import { breakGlassPart } from '#break-glass/break-glass.manifest.ts';
import { clientPart } from '#client/client.manifest.ts';
import { delegationPart } from '#delegation/delegation.manifest.ts';
import { eventPart } from '#event/event.manifest.ts';
import { federationPart } from '#federation/federation.manifest.ts';
import { firstAdministratorPart } from '#first-administrator/first-administrator.manifest.ts';
import { grantPart } from '#grant/grant.manifest.ts';
import { ldapPart } from '#ldap/ldap.manifest.ts';
import { letterPart } from '#letter/letter.manifest.ts';
import { passkeyPart } from '#passkey/passkey.manifest.ts';
import { privacyPart } from '#privacy/privacy.manifest.ts';
import { profilePart } from '#profile/profile.manifest.ts';
import { providerPart } from '#provider/provider.manifest.ts';
import { recoveryCodePart } from '#recovery-code/recovery-code.manifest.ts';
import { scimPart } from '#scim/scim.manifest.ts';
import { securityPart } from '#security/security.manifest.ts';
import { sessionPart } from '#session/session.manifest.ts';
import { signInPart } from '#sign-in/sign-in.manifest.ts';
import { stepUpPart } from '#step-up/step-up.manifest.ts';
import { throttlePart } from '#throttle/throttle.manifest.ts';
import { joinParts, type ManifestPart, open } from './manifest-part.ts';

const TITLE = {
  en: 'Accounts and sign-in',
  fr: 'Comptes et connexion',
  es: 'Cuentas e inicio de sesión',
  ru: 'Учётные записи и вход',
  zh: '帐户与登录',
  ar: 'الحسابات وتسجيل الدخول',
};

const site: ManifestPart = { routes: [{ ...open, id: 'asset.read', method: 'GET', path: '/assets/:file' }] };

/** One part a capability, each in a file of its own. */
const { routes, jobs, roles, checks, repair } = joinParts([
  site,
  signInPart,
  stepUpPart,
  passkeyPart,
  recoveryCodePart,
  securityPart,
  eventPart,
  throttlePart,
  letterPart,
  sessionPart,
  profilePart,
  accountPart,
  grantPart,
  delegationPart,
  firstAdministratorPart,
  breakGlassPart,
  privacyPart,
  providerPart,
  clientPart,
  apiTokenPart,
  federationPart,
  ldapPart,
  scimPart,
]);

/** Identity, as everybody else sees it. */
export const manifest: CompartmentManifest = parseManifest({
  name: 'identity',
  title: TITLE,
  level: 'native',
  needs: [],
  recoveryOrder: 10,
  origins: [{ host: 'id', kind: 'staff', title: TITLE }],
  routes,
  jobs,
  roles,
  rolesToApprove: ['administrator', 'delegation-administrator'],
  checks,
  repair: { ...repair, massRows: 200 },
  seal: { unreachable: 'stop', automatic: ['storage.lost'] },
});
