-- A personal API token: its holder's, for some of their roles, until a day.
create table api_token (
  id text primary key check (id ~ '^[0-9a-f-]{36}$'),
  account_id text not null references account,
  name text not null check (char_length(name) between 1 and 80),
  -- of 256 random bits, shown once
  secret_sha256 text not null constraint api_token_secret_free unique check (secret_sha256 ~ '^[0-9a-f]{64}$'),
  -- `compartment/role`: what of its holder's roles it carries
  scopes text[] not null check (cardinality(scopes) between 1 and 50),
  is_read_only boolean not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  ended_at timestamptz,
  constraint api_token_lasts_a_year_at_most check (expires_at > created_at and expires_at <= created_at + interval '366 days')
);

create index api_token_of_account on api_token (account_id, created_at desc);
