-- Other software that signs people in here, registered by an administrator.
create table oidc_client (
  id text primary key check (id ~ '^[a-z][a-z0-9-]{2,39}$'),
  name text not null check (char_length(name) between 1 and 100),
  -- how it proves who it is; `none` for software that can keep no secret
  authentication text not null check (authentication in ('client_secret_basic', 'private_key_jwt', 'none')),
  -- of 256 random bits, shown once
  secret_sha256 text check (secret_sha256 ~ '^[0-9a-f]{64}$'),
  -- its public keys, as a JWK Set
  jwks jsonb check (jsonb_typeof(jwks) = 'object' and pg_column_size(jwks) <= 16384),
  redirect_uris text[] not null check (cardinality(redirect_uris) between 1 and 10),
  logout_redirect_uris text[] not null check (cardinality(logout_redirect_uris) <= 10),
  -- where it hears at once of sessions that end
  backchannel_logout_uri text check (char_length(backchannel_logout_uri) <= 500),
  scopes text[] not null check (cardinality(scopes) between 1 and 10),
  -- further audiences that it may ask access tokens for
  resources text[] not null check (cardinality(resources) <= 10),
  id_token_alg text not null check (id_token_alg in ('RS256', 'EdDSA')),
  asks_consent boolean not null,
  created_by text not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  disabled_at timestamptz,
  constraint oidc_client_has_its_proof check (
    (authentication = 'client_secret_basic') = (secret_sha256 is not null)
    and (authentication = 'private_key_jwt') = (jwks is not null)
  )
);
