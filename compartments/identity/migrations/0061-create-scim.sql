-- With what an organisation's own directory tells of joiners and leavers (SCIM 2.0): good for the people of one delegation.
create table scim_token (
  id text primary key check (id ~ '^[0-9a-f-]{36}$'),
  delegation_id text not null references delegation,
  name text not null check (char_length(name) between 1 and 80),
  -- of 256 random bits, shown once
  secret_sha256 text not null constraint scim_token_secret_free unique check (secret_sha256 ~ '^[0-9a-f]{64}$'),
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  ended_at timestamptz,
  constraint scim_token_lasts_a_year_at_most check (expires_at > created_at and expires_at <= created_at + interval '366 days')
);

create index scim_token_of_delegation on scim_token (delegation_id, created_at desc);

-- What a directory has told of an account of its delegation.
create table scim_person (
  account_id text primary key references account,
  delegation_id text not null references delegation,
  user_name text not null check (char_length(user_name) between 1 and 254),
  external_id text check (char_length(external_id) between 1 and 255),
  given_name text not null check (char_length(given_name) <= 200),
  family_name text not null check (char_length(family_name) <= 200),
  created_at timestamptz not null,
  changed_at timestamptz not null,
  -- since when the directory has it out of use; what an administrator took out of use has none
  suspended_at timestamptz,
  -- since when the directory does not know it any more
  left_at timestamptz
);

create unique index scim_person_user_name_free on scim_person (delegation_id, lower(user_name)) where left_at is null;
create index scim_person_by_external_id on scim_person (delegation_id, external_id) where left_at is null;
