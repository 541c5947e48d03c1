-- An invitation: whoever holds the secret chooses the account's password and enrols its authenticator, once.
create table set_up (
  account_id text primary key references account,
  secret_sha256 text not null constraint set_up_secret_free unique check (secret_sha256 ~ '^[0-9a-f]{64}$'),
  totp_secret text check (totp_secret ~ '^[A-Z2-7]{32}$'),
  expires_at timestamptz not null,
  created_by text not null,
  created_at timestamptz not null
);
