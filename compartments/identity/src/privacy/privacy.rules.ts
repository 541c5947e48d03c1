import { KEPT_AFTER_DELETION_DAYS } from '#account/account.rules.ts';

export const KEPT_AFTER_DELETION_MS = KEPT_AFTER_DELETION_DAYS * 86_400_000;
export const ERASED_NAME = '—';

/** What stands in place of an address when it is gone: nobody's, and still unlike any other. */
export function erasedEmail(accountId: string): string {
  return `erased-${accountId}@reserved.invalid`;
}

/**
 * Where identity keeps something of a person, and what becomes of it when they go: `now` with the deletion, `later` when name
 * and address go, `kept` under the account's number alone. `secrets` are what is not handed out: they prove who somebody is.
 */
export type Trace = {
  readonly table: string;
  readonly column: string;
  readonly secrets: readonly string[];
  readonly goes: 'now' | 'later' | 'kept';
};

/** Every table that names an account: a test compares with the schema [I27]. */
export const TRACES: readonly Trace[] = [
  { table: 'account', column: 'id', secrets: ['password_hash', 'totp_secret', 'totp_last_step'], goes: 'kept' },
  { table: 'account_event', column: 'account_id', secrets: ['session_id'], goes: 'later' },
  { table: 'api_token', column: 'account_id', secrets: ['secret_sha256'], goes: 'now' },
  { table: 'break_glass_half', column: 'holder_id', secrets: ['code_sha256'], goes: 'kept' },
  { table: 'external_identity', column: 'account_id', secrets: [], goes: 'now' },
  { table: 'grant_event', column: 'account_id', secrets: [], goes: 'kept' },
  { table: 'ldap_person', column: 'account_id', secrets: [], goes: 'now' },
  { table: 'letter', column: 'account_id', secrets: ['sealed'], goes: 'later' },
  { table: 'oidc_consent', column: 'account_id', secrets: [], goes: 'now' },
  { table: 'oidc_presence', column: 'account_id', secrets: ['session_id', 'sid'], goes: 'later' },
  { table: 'oidc_refresh_token', column: 'account_id', secrets: ['id_sha256', 'payload'], goes: 'now' },
  { table: 'passkey', column: 'account_id', secrets: [], goes: 'now' },
  { table: 'recovery_code', column: 'account_id', secrets: ['code_sha256'], goes: 'now' },
  { table: 'role_grant', column: 'account_id', secrets: [], goes: 'kept' },
  { table: 'scim_person', column: 'account_id', secrets: [], goes: 'later' },
  { table: 'session', column: 'account_id', secrets: ['id', 'browser_sha256'], goes: 'later' },
  { table: 'set_up', column: 'account_id', secrets: ['secret_sha256', 'totp_secret'], goes: 'now' },
];
