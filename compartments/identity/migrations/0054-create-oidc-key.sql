-- Keys that tokens are signed with: announced before they are used, shown until nothing signed with them is good any more.
create table oidc_key (
  id text primary key check (id ~ '^[A-Za-z0-9_-]{8,64}$'),
  alg text not null check (alg in ('EdDSA', 'RS256')),
  public_jwk jsonb not null check (jsonb_typeof(public_jwk) = 'object'),
  -- the private part, sealed with a key that no database holds; gone when the key is retired
  sealed text check (char_length(sealed) <= 8192),
  made_at timestamptz not null,
  use_from timestamptz not null,
  retired_at timestamptz,
  constraint oidc_key_retired_cannot_sign check ((retired_at is null) = (sealed is not null))
);
