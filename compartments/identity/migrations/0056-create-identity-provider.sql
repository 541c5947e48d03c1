-- An organisation's own OpenID provider, through which the people of a delegation sign in.
create table identity_provider (
  id text primary key check (id ~ '^[a-z][a-z0-9-]{1,39}$'),
  name text not null check (char_length(name) between 1 and 100),
  delegation_id text not null references delegation,
  issuer text not null check (char_length(issuer) between 8 and 500),
  client_id text not null check (char_length(client_id) between 1 and 200),
  -- sealed with a key that no database holds
  sealed_secret text check (char_length(sealed_secret) <= 2048),
  -- only people with an address of these are known or added
  email_domains text[] not null check (cardinality(email_domains) between 1 and 20),
  -- the claim whose values are mapped to roles
  role_claim text not null check (role_claim ~ '^[A-Za-z0-9_:./-]{1,100}$'),
  -- value → `compartment/role`
  role_map jsonb not null check (jsonb_typeof(role_map) = 'object' and pg_column_size(role_map) <= 8192),
  adds_accounts boolean not null,
  created_by text not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  disabled_at timestamptz
);

-- Whom a provider means by a subject. Its word for a person is this pair, never an address.
create table external_identity (
  provider_id text not null references identity_provider,
  subject text not null check (char_length(subject) between 1 and 255),
  account_id text not null references account,
  linked_at timestamptz not null,
  last_used_at timestamptz not null,
  primary key (provider_id, subject),
  constraint external_identity_one_of_account unique (provider_id, account_id)
);
