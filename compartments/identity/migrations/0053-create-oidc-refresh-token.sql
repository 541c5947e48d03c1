-- Each is good once; one that is used a second time ends all of its grant.
create table oidc_refresh_token (
  id_sha256 text primary key check (id_sha256 ~ '^[0-9a-f]{64}$'),
  -- session and client
  grant_id text not null check (char_length(grant_id) between 3 and 120),
  client_id text not null references oidc_client,
  account_id text not null references account,
  payload jsonb not null check (jsonb_typeof(payload) = 'object' and pg_column_size(payload) <= 8192),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  consumed_at timestamptz
);

create index oidc_refresh_token_of_grant on oidc_refresh_token (grant_id);
create index oidc_refresh_token_of_account on oidc_refresh_token (account_id, client_id);
create index oidc_refresh_token_by_end on oidc_refresh_token (expires_at);

-- Client assertions (RFC 7523) that were used: none is good twice.
create table oidc_used_assertion (
  id_sha256 text primary key check (id_sha256 ~ '^[0-9a-f]{64}$'),
  expires_at timestamptz not null
);
