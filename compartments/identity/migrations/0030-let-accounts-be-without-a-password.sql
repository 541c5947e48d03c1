-- An account may be signed in to by passkey or by an organisation's own provider alone.
alter table account drop constraint if exists account_active_has_credentials;
