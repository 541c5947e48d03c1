-- Failed attempts to sign in that have begun to cost a wait, so that a restart forgives nobody. Keys are hashes.
create table attempt (
  key_sha256 text primary key check (key_sha256 ~ '^[0-9a-f]{64}$'),
  count integer not null check (count between 1 and 1000000),
  last_at timestamptz not null
);
