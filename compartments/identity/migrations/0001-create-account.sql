create table account (
  id text primary key check (id ~ '^[0-9a-f-]{36}$'),
  email text not null constraint account_email_free unique check (email = lower(email) and char_length(email) between 3 and 254),
  display_name text not null check (char_length(display_name) between 1 and 200),
  language text not null check (language in ('ar', 'zh', 'en', 'fr', 'ru', 'es')),
  status text not null check (status in ('invited', 'active', 'disabled')),
  -- argon2id with its parameters, as in the PHC string format
  password_hash text check (char_length(password_hash) <= 300),
  -- RFC 6238, base32
  totp_secret text check (totp_secret ~ '^[A-Z2-7]{32}$'),
  -- the last time step whose code was used: it never goes back
  totp_last_step integer not null default 0,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  constraint account_active_has_credentials
    check (status <> 'active' or (password_hash is not null and totp_secret is not null))
);

create table role_grant (
  account_id text not null references account,
  compartment text not null check (char_length(compartment) between 2 and 32),
  role text not null check (char_length(role) between 1 and 50),
  -- the account that granted it; empty for the first ones
  granted_by text not null,
  granted_at timestamptz not null,
  primary key (account_id, compartment, role)
);
