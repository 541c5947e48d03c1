-- What all migrations together make. Written by tools/dump-schema.ts; do not edit.

table account (
  id text not null,
  email text not null,
  display_name text not null,
  language text not null,
  status text not null,
  password_hash text,
  totp_secret text,
  totp_last_step integer not null default 0,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  constraint account_active_has_credentials CHECK (((status <> 'active'::text) OR ((password_hash IS NOT NULL) AND (totp_secret IS NOT NULL)))),
  constraint account_display_name_check CHECK (((char_length(display_name) >= 1) AND (char_length(display_name) <= 200))),
  constraint account_email_check CHECK (((email = lower(email)) AND ((char_length(email) >= 3) AND (char_length(email) <= 254)))),
  constraint account_email_free UNIQUE (email),
  constraint account_id_check CHECK ((id ~ '^[0-9a-f-]{36}$'::text)),
  constraint account_language_check CHECK ((language = ANY (ARRAY['ar'::text, 'zh'::text, 'en'::text, 'fr'::text, 'ru'::text, 'es'::text]))),
  constraint account_password_hash_check CHECK ((char_length(password_hash) <= 300)),
  constraint account_pkey PRIMARY KEY (id),
  constraint account_status_check CHECK ((status = ANY (ARRAY['invited'::text, 'active'::text, 'disabled'::text]))),
  constraint account_totp_secret_check CHECK ((totp_secret ~ '^[A-Z2-7]{32}$'::text))
);

table role_grant (
  account_id text not null,
  compartment text not null,
  role text not null,
  granted_by text not null,
  granted_at timestamp with time zone not null,
  constraint role_grant_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint role_grant_compartment_check CHECK (((char_length(compartment) >= 2) AND (char_length(compartment) <= 32))),
  constraint role_grant_pkey PRIMARY KEY (account_id, compartment, role),
  constraint role_grant_role_check CHECK (((char_length(role) >= 1) AND (char_length(role) <= 50)))
);

table session (
  id text not null,
  account_id text not null,
  started_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  ended_by text,
  address text not null,
  device text not null,
  constraint session_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint session_address_check CHECK ((char_length(address) <= 64)),
  constraint session_device_check CHECK ((char_length(device) <= 60)),
  constraint session_end_is_told CHECK (((ended_at IS NULL) = (ended_by IS NULL))),
  constraint session_ended_by_check CHECK ((ended_by = ANY (ARRAY['person'::text, 'administrator'::text, 'new sign-in'::text, 'password change'::text, 'recovery'::text]))),
  constraint session_has_an_end CHECK ((ends_at > started_at)),
  constraint session_id_check CHECK ((id ~ '^[A-Za-z0-9_-]{43}$'::text)),
  constraint session_pkey PRIMARY KEY (id)
);
CREATE INDEX session_of_account ON public.session USING btree (account_id, started_at DESC);

table set_up (
  account_id text not null,
  secret_sha256 text not null,
  totp_secret text,
  expires_at timestamp with time zone not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  constraint set_up_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint set_up_pkey PRIMARY KEY (account_id),
  constraint set_up_secret_free UNIQUE (secret_sha256),
  constraint set_up_secret_sha256_check CHECK ((secret_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint set_up_totp_secret_check CHECK ((totp_secret ~ '^[A-Z2-7]{32}$'::text))
);
