-- A public key of an authenticator (WebAuthn): what it signs, its holder is present at and verified for.
create table passkey (
  -- the credential's id, base64url; the authenticator chose it
  id text primary key check (id ~ '^[A-Za-z0-9_-]+$' and char_length(id) between 16 and 1400),
  account_id text not null references account,
  name text not null check (char_length(name) between 1 and 60),
  -- COSE key, base64url
  public_key text not null check (public_key ~ '^[A-Za-z0-9_-]+$' and char_length(public_key) between 40 and 4000),
  -- signatures made so far, as the authenticator tells; 0 for those that do not count
  counter bigint not null check (counter between 0 and 4294967295),
  -- whether it is copied between the holder's devices
  is_synced boolean not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  -- set when its counter went back: somebody may have a copy
  copied_at timestamptz
);

create index passkey_of_account on passkey (account_id, created_at);
