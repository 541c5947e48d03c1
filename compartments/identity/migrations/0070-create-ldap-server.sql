-- An organisation's own LDAP server, in which the people of a delegation sign in with their password there.
create table ldap_server (
  id text primary key check (id ~ '^[a-z][a-z0-9-]{1,39}$'),
  name text not null check (char_length(name) between 1 and 100),
  delegation_id text not null references delegation,
  -- ldaps:// from the first byte, or ldap:// with StartTLS before anything else
  url text not null check (url ~ '^ldaps?://[^/]+$' and char_length(url) <= 300),
  -- what its certificate must lead to; null for the public authorities
  certificates text check (char_length(certificates) between 1 and 16384),
  -- how a name becomes an entry: looked for by an account of ours there, or put into a DN
  way text not null check (way in ('search', 'template')),
  bind_dn text not null check (char_length(bind_dn) <= 500),
  -- sealed with a key that no database holds
  sealed_secret text check (char_length(sealed_secret) <= 2048),
  dn_template text not null check (char_length(dn_template) <= 500),
  base text not null check (char_length(base) <= 500),
  filter text not null check (char_length(filter) between 1 and 500),
  subject_attribute text not null check (subject_attribute ~ '^[A-Za-z][A-Za-z0-9-]{0,60}$'),
  name_attribute text not null check (name_attribute ~ '^[A-Za-z][A-Za-z0-9-]{0,60}$'),
  mail_attribute text not null check (mail_attribute ~ '^[A-Za-z][A-Za-z0-9-]{0,60}$'),
  group_attribute text not null check (group_attribute ~ '^[A-Za-z][A-Za-z0-9-]{0,60}$'),
  -- where groups are looked for by their members; empty where entries name their groups themselves
  group_base text not null check (char_length(group_base) <= 500),
  -- only people with an address of these are known or added
  email_domains text[] not null check (cardinality(email_domains) between 1 and 20),
  -- group → `compartment/role`
  role_map jsonb not null check (jsonb_typeof(role_map) = 'object' and pg_column_size(role_map) <= 16384),
  adds_accounts boolean not null,
  created_by text not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  disabled_at timestamptz,
  constraint ldap_server_has_its_way check (
    (way = 'search' and bind_dn <> '' and base <> '') or (way = 'template' and dn_template <> '' and sealed_secret is null)
  )
);

-- Whom a server means by the identifier of an entry. Its word for a person is this pair, never a name or an address.
create table ldap_person (
  server_id text not null references ldap_server,
  subject text not null check (char_length(subject) between 1 and 255),
  account_id text not null references account,
  -- what was typed last, so that guesses from elsewhere do not keep its holder out
  login text not null check (char_length(login) between 1 and 256),
  linked_at timestamptz not null,
  last_used_at timestamptz not null,
  primary key (server_id, subject),
  constraint ldap_person_one_of_account unique (server_id, account_id)
);
create index ldap_person_by_login on ldap_person (server_id, login);
