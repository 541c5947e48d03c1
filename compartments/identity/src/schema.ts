// What the queries know of the schema. Written by tools/dump-schema.ts; do not edit.
import type { Generated, GeneratedAlways } from 'kysely';

export interface AccountTable {
  id: string;
  email: string;
  display_name: string;
  language: string;
  status: string;
  password_hash: string | null;
  totp_secret: string | null;
  totp_last_step: Generated<number>;
  created_at: Date;
  changed_at: Date;
  delegation_id: string;
  erase_at: Date | null;
}

export interface AccountEventTable {
  id: string;
  account_id: string;
  kind: string;
  happened_at: Date;
  session_id: string | null;
  address: string;
  device: string;
  detail: string;
  seen_at: Date | null;
}

export interface ApiTokenTable {
  id: string;
  account_id: string;
  name: string;
  secret_sha256: string;
  scopes: string[];
  is_read_only: boolean;
  created_at: Date;
  expires_at: Date;
  last_used_at: Date | null;
  ended_at: Date | null;
}

export interface AttemptTable {
  key_sha256: string;
  count: number;
  last_at: Date;
}

export interface BreakGlassTable {
  id: string;
  created_by: string;
  created_at: Date;
  ended_at: Date | null;
  ended_why: string | null;
  first_half: number | null;
  first_until: Date | null;
  reason: string | null;
}

export interface BreakGlassHalfTable {
  pair_id: string;
  half: number;
  holder_id: string;
  code_sha256: string | null;
  shown_at: Date | null;
}

export interface DelegationTable {
  id: string;
  kind: string;
  code: string;
  names: unknown;
  holds: string[];
  status: string;
  version: Generated<number>;
  is_sample: Generated<boolean>;
  created_at: Date;
  changed_at: Date;
}

export interface ExternalIdentityTable {
  provider_id: string;
  subject: string;
  account_id: string;
  linked_at: Date;
  last_used_at: Date;
}

export interface GrantEventTable {
  id: GeneratedAlways<string>;
  at: Date;
  account_id: string;
  compartment: string;
  role: string;
  what: string;
  by_account: string;
  reason: string;
  ends_at: Date | null;
}

export interface IdentityProviderTable {
  id: string;
  name: string;
  delegation_id: string;
  issuer: string;
  client_id: string;
  sealed_secret: string | null;
  email_domains: string[];
  role_claim: string;
  role_map: unknown;
  adds_accounts: boolean;
  created_by: string;
  created_at: Date;
  changed_at: Date;
  disabled_at: Date | null;
  vouches_for_addresses: boolean;
}

export interface LdapPersonTable {
  server_id: string;
  subject: string;
  account_id: string;
  login: string;
  linked_at: Date;
  last_used_at: Date;
}

export interface LdapServerTable {
  id: string;
  name: string;
  delegation_id: string;
  url: string;
  certificates: string | null;
  way: string;
  bind_dn: string;
  sealed_secret: string | null;
  dn_template: string;
  base: string;
  filter: string;
  subject_attribute: string;
  name_attribute: string;
  mail_attribute: string;
  group_attribute: string;
  group_base: string;
  email_domains: string[];
  role_map: unknown;
  adds_accounts: boolean;
  created_by: string;
  created_at: Date;
  changed_at: Date;
  disabled_at: Date | null;
}

export interface LetterTable {
  id: string;
  account_id: string | null;
  kind: string;
  recipient: string;
  language: string;
  sealed: string | null;
  state: string;
  attempts: Generated<number>;
  created_at: Date;
  next_try_at: Date;
  give_up_at: Date;
  done_at: Date | null;
  answer: Generated<string>;
}

export interface OidcClientTable {
  id: string;
  name: string;
  authentication: string;
  secret_sha256: string | null;
  jwks: unknown;
  redirect_uris: string[];
  logout_redirect_uris: string[];
  backchannel_logout_uri: string | null;
  scopes: string[];
  resources: string[];
  id_token_alg: string;
  asks_consent: boolean;
  created_by: string;
  created_at: Date;
  changed_at: Date;
  disabled_at: Date | null;
}

export interface OidcConsentTable {
  account_id: string;
  client_id: string;
  scopes: string[];
  given_at: Date;
}

export interface OidcKeyTable {
  id: string;
  alg: string;
  public_jwk: unknown;
  sealed: string | null;
  made_at: Date;
  use_from: Date;
  retired_at: Date | null;
}

export interface OidcPresenceTable {
  session_id: string;
  client_id: string;
  account_id: string;
  sid: string;
  begun_at: Date;
  told_at: Date | null;
}

export interface OidcRefreshTokenTable {
  id_sha256: string;
  grant_id: string;
  client_id: string;
  account_id: string;
  payload: unknown;
  created_at: Date;
  expires_at: Date;
  consumed_at: Date | null;
}

export interface OidcUsedAssertionTable {
  id_sha256: string;
  expires_at: Date;
}

export interface PasskeyTable {
  id: string;
  account_id: string;
  name: string;
  public_key: string;
  counter: string;
  is_synced: boolean;
  created_at: Date;
  last_used_at: Date | null;
  copied_at: Date | null;
}

export interface RecoveryCodeTable {
  account_id: string;
  code_sha256: string;
  created_at: Date;
  used_at: Date | null;
}

export interface RoleGrantTable {
  account_id: string;
  compartment: string;
  role: string;
  granted_by: string;
  granted_at: Date;
  ends_at: Date;
  reason: string;
  state: string;
  review_by: Date;
}

export interface ScimPersonTable {
  account_id: string;
  delegation_id: string;
  user_name: string;
  external_id: string | null;
  given_name: string;
  family_name: string;
  created_at: Date;
  changed_at: Date;
  suspended_at: Date | null;
  left_at: Date | null;
}

export interface ScimTokenTable {
  id: string;
  delegation_id: string;
  name: string;
  secret_sha256: string;
  created_by: string;
  created_at: Date;
  expires_at: Date;
  last_used_at: Date | null;
  ended_at: Date | null;
}

export interface SessionTable {
  id: string;
  account_id: string;
  started_at: Date;
  ends_at: Date;
  last_seen_at: Date;
  ended_at: Date | null;
  ended_by: string | null;
  address: string;
  device: string;
  idle_seconds: number;
  authenticated_at: Date | null;
  method: Generated<string>;
  browser_sha256: string | null;
}

export interface SetUpTable {
  account_id: string;
  secret_sha256: string;
  totp_secret: string | null;
  expires_at: Date;
  created_by: string;
  created_at: Date;
}

export interface Schema {
  account: AccountTable;
  account_event: AccountEventTable;
  api_token: ApiTokenTable;
  attempt: AttemptTable;
  break_glass: BreakGlassTable;
  break_glass_half: BreakGlassHalfTable;
  delegation: DelegationTable;
  external_identity: ExternalIdentityTable;
  grant_event: GrantEventTable;
  identity_provider: IdentityProviderTable;
  ldap_person: LdapPersonTable;
  ldap_server: LdapServerTable;
  letter: LetterTable;
  oidc_client: OidcClientTable;
  oidc_consent: OidcConsentTable;
  oidc_key: OidcKeyTable;
  oidc_presence: OidcPresenceTable;
  oidc_refresh_token: OidcRefreshTokenTable;
  oidc_used_assertion: OidcUsedAssertionTable;
  passkey: PasskeyTable;
  recovery_code: RecoveryCodeTable;
  role_grant: RoleGrantTable;
  scim_person: ScimPersonTable;
  scim_token: ScimTokenTable;
  session: SessionTable;
  set_up: SetUpTable;
}
