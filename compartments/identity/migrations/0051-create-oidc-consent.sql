-- What a person lets a client know of them.
create table oidc_consent (
  account_id text not null references account,
  client_id text not null references oidc_client,
  scopes text[] not null check (cardinality(scopes) between 1 and 10),
  given_at timestamptz not null,
  primary key (account_id, client_id)
);
