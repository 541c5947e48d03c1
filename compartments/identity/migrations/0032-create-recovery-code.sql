-- What stands in for a lost authenticator, each once. Only hashes: 80 random bits cannot be guessed from one.
create table recovery_code (
  account_id text not null references account,
  code_sha256 text not null check (code_sha256 ~ '^[0-9a-f]{64}$'),
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (account_id, code_sha256)
);
