-- What all migrations together make. Written by tools/dump-schema.ts; do not edit.

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'rows of % are added and never changed', tg_table_name using errcode = 'integrity_constraint_violation';
end
$function$;

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
  delegation_id text not null,
  erase_at timestamp with time zone,
  constraint account_delegation_id_fkey FOREIGN KEY (delegation_id) REFERENCES delegation(id),
  constraint account_display_name_check CHECK (((char_length(display_name) >= 1) AND (char_length(display_name) <= 200))),
  constraint account_email_check CHECK (((email = lower(email)) AND ((char_length(email) >= 3) AND (char_length(email) <= 254)))),
  constraint account_email_free UNIQUE (email),
  constraint account_erasure_is_of_deleted CHECK (((erase_at IS NULL) OR (status = 'deleted'::text))),
  constraint account_id_check CHECK ((id ~ '^[0-9a-f-]{36}$'::text)),
  constraint account_language_check CHECK ((language = ANY (ARRAY['ar'::text, 'zh'::text, 'en'::text, 'fr'::text, 'ru'::text, 'es'::text]))),
  constraint account_password_hash_check CHECK ((char_length(password_hash) <= 300)),
  constraint account_pkey PRIMARY KEY (id),
  constraint account_status_check CHECK ((status = ANY (ARRAY['invited'::text, 'active'::text, 'disabled'::text, 'deleted'::text, 'break-glass'::text]))),
  constraint account_totp_secret_check CHECK ((totp_secret ~ '^[A-Z2-7]{32}$'::text))
);
CREATE INDEX account_by_name ON public.account USING btree (display_name, id);
CREATE INDEX account_of_delegation ON public.account USING btree (delegation_id, display_name, id);
CREATE INDEX account_to_erase ON public.account USING btree (erase_at) WHERE (erase_at IS NOT NULL);

table account_event (
  id text not null,
  account_id text not null,
  kind text not null,
  happened_at timestamp with time zone not null,
  session_id text,
  address text not null,
  device text not null,
  detail text not null,
  seen_at timestamp with time zone,
  constraint account_event_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint account_event_address_check CHECK ((char_length(address) <= 64)),
  constraint account_event_detail_check CHECK ((char_length(detail) <= 200)),
  constraint account_event_device_check CHECK ((char_length(device) <= 60)),
  constraint account_event_id_check CHECK ((id ~ '^[0-9a-f-]{36}$'::text)),
  constraint account_event_kind_check CHECK ((kind ~ '^[a-z][a-z ]{2,39}$'::text)),
  constraint account_event_pkey PRIMARY KEY (id),
  constraint account_event_session_id_check CHECK ((char_length(session_id) <= 64))
);
CREATE INDEX account_event_of_account ON public.account_event USING btree (account_id, happened_at DESC);

table api_token (
  id text not null,
  account_id text not null,
  name text not null,
  secret_sha256 text not null,
  scopes text[] not null,
  is_read_only boolean not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  ended_at timestamp with time zone,
  constraint api_token_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint api_token_id_check CHECK ((id ~ '^[0-9a-f-]{36}$'::text)),
  constraint api_token_lasts_a_year_at_most CHECK (((expires_at > created_at) AND (expires_at <= (created_at + '366 days'::interval)))),
  constraint api_token_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 80))),
  constraint api_token_pkey PRIMARY KEY (id),
  constraint api_token_scopes_check CHECK (((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 50))),
  constraint api_token_secret_free UNIQUE (secret_sha256),
  constraint api_token_secret_sha256_check CHECK ((secret_sha256 ~ '^[0-9a-f]{64}$'::text))
);
CREATE INDEX api_token_of_account ON public.api_token USING btree (account_id, created_at DESC);

table attempt (
  key_sha256 text not null,
  count integer not null,
  last_at timestamp with time zone not null,
  constraint attempt_count_check CHECK (((count >= 1) AND (count <= 1000000))),
  constraint attempt_key_sha256_check CHECK ((key_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint attempt_pkey PRIMARY KEY (key_sha256)
);

table break_glass (
  id text not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  ended_why text,
  first_half smallint,
  first_until timestamp with time zone,
  reason text,
  constraint break_glass_end_is_told CHECK (((ended_at IS NULL) = (ended_why IS NULL))),
  constraint break_glass_ended_why_check CHECK ((ended_why = ANY (ARRAY['used'::text, 'withdrawn'::text, 'holder left'::text]))),
  constraint break_glass_first_half_check CHECK ((first_half = ANY (ARRAY[1, 2]))),
  constraint break_glass_first_is_whole CHECK ((((first_half IS NULL) = (first_until IS NULL)) AND ((first_half IS NULL) = (reason IS NULL)))),
  constraint break_glass_id_check CHECK ((id ~ '^[0-9a-f-]{36}$'::text)),
  constraint break_glass_pkey PRIMARY KEY (id),
  constraint break_glass_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500)))
);
CREATE INDEX break_glass_open ON public.break_glass USING btree (created_at) WHERE (ended_at IS NULL);

table break_glass_half (
  pair_id text not null,
  half smallint not null,
  holder_id text not null,
  code_sha256 text,
  shown_at timestamp with time zone,
  constraint break_glass_half_code_free UNIQUE (code_sha256),
  constraint break_glass_half_code_sha256_check CHECK ((code_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint break_glass_half_half_check CHECK ((half = ANY (ARRAY[1, 2]))),
  constraint break_glass_half_holder_id_fkey FOREIGN KEY (holder_id) REFERENCES account(id),
  constraint break_glass_half_is_shown_whole CHECK (((code_sha256 IS NULL) = (shown_at IS NULL))),
  constraint break_glass_half_of_two_people UNIQUE (pair_id, holder_id),
  constraint break_glass_half_pair_id_fkey FOREIGN KEY (pair_id) REFERENCES break_glass(id),
  constraint break_glass_half_pkey PRIMARY KEY (pair_id, half)
);
CREATE INDEX break_glass_half_of_holder ON public.break_glass_half USING btree (holder_id);

table delegation (
  id text not null,
  kind text not null,
  code text not null,
  names jsonb not null,
  holds text[] not null,
  status text not null,
  version integer not null default 1,
  is_sample boolean not null default false,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  constraint delegation_code_check CHECK ((code ~ '^[A-Z0-9][A-Z0-9-]{1,15}$'::text)),
  constraint delegation_code_free UNIQUE (code),
  constraint delegation_holds_check CHECK ((cardinality(holds) <= 200)),
  constraint delegation_id_check CHECK ((id ~ '^[a-z0-9][a-z0-9-]{1,62}$'::text)),
  constraint delegation_kind_check CHECK ((kind = ANY (ARRAY['member-state'::text, 'associate-member'::text, 'igo'::text, 'ngo'::text, 'secretariat'::text, 'media'::text, 'public'::text]))),
  constraint delegation_names_check CHECK (((jsonb_typeof(names) = 'object'::text) AND ((char_length((names ->> 'en'::text)) >= 1) AND (char_length((names ->> 'en'::text)) <= 200)))),
  constraint delegation_pkey PRIMARY KEY (id),
  constraint delegation_status_check CHECK ((status = ANY (ARRAY['active'::text, 'ended'::text])))
);

table external_identity (
  provider_id text not null,
  subject text not null,
  account_id text not null,
  linked_at timestamp with time zone not null,
  last_used_at timestamp with time zone not null,
  constraint external_identity_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint external_identity_one_of_account UNIQUE (provider_id, account_id),
  constraint external_identity_pkey PRIMARY KEY (provider_id, subject),
  constraint external_identity_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES identity_provider(id),
  constraint external_identity_subject_check CHECK (((char_length(subject) >= 1) AND (char_length(subject) <= 255)))
);

table grant_event (
  id bigint not null generated always as identity,
  at timestamp with time zone not null,
  account_id text not null,
  compartment text not null,
  role text not null,
  what text not null,
  by_account text not null,
  reason text not null,
  ends_at timestamp with time zone,
  constraint grant_event_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint grant_event_compartment_check CHECK (((char_length(compartment) >= 2) AND (char_length(compartment) <= 32))),
  constraint grant_event_pkey PRIMARY KEY (id),
  constraint grant_event_reason_check CHECK ((char_length(reason) <= 500)),
  constraint grant_event_role_check CHECK (((char_length(role) >= 1) AND (char_length(role) <= 50))),
  constraint grant_event_what_check CHECK ((what = ANY (ARRAY['asked'::text, 'granted'::text, 'approved'::text, 'refused'::text, 'confirmed'::text, 'ended'::text, 'lapsed'::text])))
);
CREATE INDEX grant_event_of_account ON public.grant_event USING btree (account_id, id);
CREATE TRIGGER grant_event_stays BEFORE DELETE OR UPDATE ON public.grant_event FOR EACH ROW EXECUTE FUNCTION refuse_change();

table identity_provider (
  id text not null,
  name text not null,
  delegation_id text not null,
  issuer text not null,
  client_id text not null,
  sealed_secret text,
  email_domains text[] not null,
  role_claim text not null,
  role_map jsonb not null,
  adds_accounts boolean not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  disabled_at timestamp with time zone,
  vouches_for_addresses boolean not null,
  constraint identity_provider_client_id_check CHECK (((char_length(client_id) >= 1) AND (char_length(client_id) <= 200))),
  constraint identity_provider_delegation_id_fkey FOREIGN KEY (delegation_id) REFERENCES delegation(id),
  constraint identity_provider_email_domains_check CHECK (((cardinality(email_domains) >= 1) AND (cardinality(email_domains) <= 20))),
  constraint identity_provider_id_check CHECK ((id ~ '^[a-z][a-z0-9-]{1,39}$'::text)),
  constraint identity_provider_issuer_check CHECK (((char_length(issuer) >= 8) AND (char_length(issuer) <= 500))),
  constraint identity_provider_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint identity_provider_pkey PRIMARY KEY (id),
  constraint identity_provider_role_claim_check CHECK ((role_claim ~ '^[A-Za-z0-9_:./-]{1,100}$'::text)),
  constraint identity_provider_role_map_check CHECK (((jsonb_typeof(role_map) = 'object'::text) AND (pg_column_size(role_map) <= 8192))),
  constraint identity_provider_sealed_secret_check CHECK ((char_length(sealed_secret) <= 2048))
);

table ldap_person (
  server_id text not null,
  subject text not null,
  account_id text not null,
  login text not null,
  linked_at timestamp with time zone not null,
  last_used_at timestamp with time zone not null,
  constraint ldap_person_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint ldap_person_login_check CHECK (((char_length(login) >= 1) AND (char_length(login) <= 256))),
  constraint ldap_person_one_of_account UNIQUE (server_id, account_id),
  constraint ldap_person_pkey PRIMARY KEY (server_id, subject),
  constraint ldap_person_server_id_fkey FOREIGN KEY (server_id) REFERENCES ldap_server(id),
  constraint ldap_person_subject_check CHECK (((char_length(subject) >= 1) AND (char_length(subject) <= 255)))
);
CREATE INDEX ldap_person_by_login ON public.ldap_person USING btree (server_id, login);

table ldap_server (
  id text not null,
  name text not null,
  delegation_id text not null,
  url text not null,
  certificates text,
  way text not null,
  bind_dn text not null,
  sealed_secret text,
  dn_template text not null,
  base text not null,
  filter text not null,
  subject_attribute text not null,
  name_attribute text not null,
  mail_attribute text not null,
  group_attribute text not null,
  group_base text not null,
  email_domains text[] not null,
  role_map jsonb not null,
  adds_accounts boolean not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  disabled_at timestamp with time zone,
  constraint ldap_server_base_check CHECK ((char_length(base) <= 500)),
  constraint ldap_server_bind_dn_check CHECK ((char_length(bind_dn) <= 500)),
  constraint ldap_server_certificates_check CHECK (((char_length(certificates) >= 1) AND (char_length(certificates) <= 16384))),
  constraint ldap_server_delegation_id_fkey FOREIGN KEY (delegation_id) REFERENCES delegation(id),
  constraint ldap_server_dn_template_check CHECK ((char_length(dn_template) <= 500)),
  constraint ldap_server_email_domains_check CHECK (((cardinality(email_domains) >= 1) AND (cardinality(email_domains) <= 20))),
  constraint ldap_server_filter_check CHECK (((char_length(filter) >= 1) AND (char_length(filter) <= 500))),
  constraint ldap_server_group_attribute_check CHECK ((group_attribute ~ '^[A-Za-z][A-Za-z0-9-]{0,60}$'::text)),
  constraint ldap_server_group_base_check CHECK ((char_length(group_base) <= 500)),
  constraint ldap_server_has_its_way CHECK ((((way = 'search'::text) AND (bind_dn <> ''::text) AND (base <> ''::text)) OR ((way = 'template'::text) AND (dn_template <> ''::text) AND (sealed_secret IS NULL)))),
  constraint ldap_server_id_check CHECK ((id ~ '^[a-z][a-z0-9-]{1,39}$'::text)),
  constraint ldap_server_mail_attribute_check CHECK ((mail_attribute ~ '^[A-Za-z][A-Za-z0-9-]{0,60}$'::text)),
  constraint ldap_server_name_attribute_check CHECK ((name_attribute ~ '^[A-Za-z][A-Za-z0-9-]{0,60}$'::text)),
  constraint ldap_server_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint ldap_server_pkey PRIMARY KEY (id),
  constraint ldap_server_role_map_check CHECK (((jsonb_typeof(role_map) = 'object'::text) AND (pg_column_size(role_map) <= 16384))),
  constraint ldap_server_sealed_secret_check CHECK ((char_length(sealed_secret) <= 2048)),
  constraint ldap_server_subject_attribute_check CHECK ((subject_attribute ~ '^[A-Za-z][A-Za-z0-9-]{0,60}$'::text)),
  constraint ldap_server_url_check CHECK (((url ~ '^ldaps?://[^/]+$'::text) AND (char_length(url) <= 300))),
  constraint ldap_server_way_check CHECK ((way = ANY (ARRAY['search'::text, 'template'::text])))
);

table letter (
  id text not null,
  account_id text,
  kind text not null,
  recipient text not null,
  language text not null,
  sealed text,
  state text not null,
  attempts integer not null default 0,
  created_at timestamp with time zone not null,
  next_try_at timestamp with time zone not null,
  give_up_at timestamp with time zone not null,
  done_at timestamp with time zone,
  answer text not null default ''::text,
  constraint letter_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint letter_answer_check CHECK ((char_length(answer) <= 200)),
  constraint letter_done_is_told CHECK (((state = 'waiting'::text) = (done_at IS NULL))),
  constraint letter_id_check CHECK ((id ~ '^[0-9a-f-]{36}$'::text)),
  constraint letter_kind_check CHECK ((kind ~ '^[a-z][a-z ]{2,39}$'::text)),
  constraint letter_language_check CHECK ((language = ANY (ARRAY['ar'::text, 'zh'::text, 'en'::text, 'fr'::text, 'ru'::text, 'es'::text]))),
  constraint letter_pkey PRIMARY KEY (id),
  constraint letter_recipient_check CHECK (((char_length(recipient) >= 3) AND (char_length(recipient) <= 254))),
  constraint letter_sealed_check CHECK ((char_length(sealed) <= 30000)),
  constraint letter_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'refused'::text, 'given up'::text]))),
  constraint letter_waits_with_content CHECK (((state <> 'waiting'::text) OR (sealed IS NOT NULL)))
);
CREATE INDEX letter_by_time ON public.letter USING btree (created_at DESC);
CREATE INDEX letter_waiting ON public.letter USING btree (next_try_at) WHERE (state = 'waiting'::text);

table oidc_client (
  id text not null,
  name text not null,
  authentication text not null,
  secret_sha256 text,
  jwks jsonb,
  redirect_uris text[] not null,
  logout_redirect_uris text[] not null,
  backchannel_logout_uri text,
  scopes text[] not null,
  resources text[] not null,
  id_token_alg text not null,
  asks_consent boolean not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  disabled_at timestamp with time zone,
  constraint oidc_client_authentication_check CHECK ((authentication = ANY (ARRAY['client_secret_basic'::text, 'private_key_jwt'::text, 'none'::text]))),
  constraint oidc_client_backchannel_logout_uri_check CHECK ((char_length(backchannel_logout_uri) <= 500)),
  constraint oidc_client_has_its_proof CHECK ((((authentication = 'client_secret_basic'::text) = (secret_sha256 IS NOT NULL)) AND ((authentication = 'private_key_jwt'::text) = (jwks IS NOT NULL)))),
  constraint oidc_client_id_check CHECK ((id ~ '^[a-z][a-z0-9-]{2,39}$'::text)),
  constraint oidc_client_id_token_alg_check CHECK ((id_token_alg = ANY (ARRAY['RS256'::text, 'EdDSA'::text]))),
  constraint oidc_client_jwks_check CHECK (((jsonb_typeof(jwks) = 'object'::text) AND (pg_column_size(jwks) <= 16384))),
  constraint oidc_client_logout_redirect_uris_check CHECK ((cardinality(logout_redirect_uris) <= 10)),
  constraint oidc_client_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint oidc_client_pkey PRIMARY KEY (id),
  constraint oidc_client_redirect_uris_check CHECK (((cardinality(redirect_uris) >= 1) AND (cardinality(redirect_uris) <= 10))),
  constraint oidc_client_resources_check CHECK ((cardinality(resources) <= 10)),
  constraint oidc_client_scopes_check CHECK (((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 10))),
  constraint oidc_client_secret_sha256_check CHECK ((secret_sha256 ~ '^[0-9a-f]{64}$'::text))
);

table oidc_consent (
  account_id text not null,
  client_id text not null,
  scopes text[] not null,
  given_at timestamp with time zone not null,
  constraint oidc_consent_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint oidc_consent_client_id_fkey FOREIGN KEY (client_id) REFERENCES oidc_client(id),
  constraint oidc_consent_pkey PRIMARY KEY (account_id, client_id),
  constraint oidc_consent_scopes_check CHECK (((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 10)))
);

table oidc_key (
  id text not null,
  alg text not null,
  public_jwk jsonb not null,
  sealed text,
  made_at timestamp with time zone not null,
  use_from timestamp with time zone not null,
  retired_at timestamp with time zone,
  constraint oidc_key_alg_check CHECK ((alg = ANY (ARRAY['EdDSA'::text, 'RS256'::text]))),
  constraint oidc_key_id_check CHECK ((id ~ '^[A-Za-z0-9_-]{8,64}$'::text)),
  constraint oidc_key_pkey PRIMARY KEY (id),
  constraint oidc_key_public_jwk_check CHECK ((jsonb_typeof(public_jwk) = 'object'::text)),
  constraint oidc_key_retired_cannot_sign CHECK (((retired_at IS NULL) = (sealed IS NOT NULL))),
  constraint oidc_key_sealed_check CHECK ((char_length(sealed) <= 8192))
);

table oidc_presence (
  session_id text not null,
  client_id text not null,
  account_id text not null,
  sid text not null,
  begun_at timestamp with time zone not null,
  told_at timestamp with time zone,
  constraint oidc_presence_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint oidc_presence_client_id_fkey FOREIGN KEY (client_id) REFERENCES oidc_client(id),
  constraint oidc_presence_pkey PRIMARY KEY (session_id, client_id),
  constraint oidc_presence_sid_check CHECK ((sid ~ '^[A-Za-z0-9_-]{43}$'::text)),
  constraint oidc_presence_sid_free UNIQUE (sid)
);
CREATE INDEX oidc_presence_of_client ON public.oidc_presence USING btree (client_id, begun_at DESC);
CREATE INDEX oidc_presence_untold ON public.oidc_presence USING btree (session_id) WHERE (told_at IS NULL);

table oidc_refresh_token (
  id_sha256 text not null,
  grant_id text not null,
  client_id text not null,
  account_id text not null,
  payload jsonb not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  consumed_at timestamp with time zone,
  constraint oidc_refresh_token_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint oidc_refresh_token_client_id_fkey FOREIGN KEY (client_id) REFERENCES oidc_client(id),
  constraint oidc_refresh_token_grant_id_check CHECK (((char_length(grant_id) >= 3) AND (char_length(grant_id) <= 120))),
  constraint oidc_refresh_token_id_sha256_check CHECK ((id_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint oidc_refresh_token_payload_check CHECK (((jsonb_typeof(payload) = 'object'::text) AND (pg_column_size(payload) <= 8192))),
  constraint oidc_refresh_token_pkey PRIMARY KEY (id_sha256)
);
CREATE INDEX oidc_refresh_token_by_end ON public.oidc_refresh_token USING btree (expires_at);
CREATE INDEX oidc_refresh_token_of_account ON public.oidc_refresh_token USING btree (account_id, client_id);
CREATE INDEX oidc_refresh_token_of_grant ON public.oidc_refresh_token USING btree (grant_id);

table oidc_used_assertion (
  id_sha256 text not null,
  expires_at timestamp with time zone not null,
  constraint oidc_used_assertion_id_sha256_check CHECK ((id_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint oidc_used_assertion_pkey PRIMARY KEY (id_sha256)
);

table passkey (
  id text not null,
  account_id text not null,
  name text not null,
  public_key text not null,
  counter bigint not null,
  is_synced boolean not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  copied_at timestamp with time zone,
  constraint passkey_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint passkey_counter_check CHECK (((counter >= 0) AND (counter <= '4294967295'::bigint))),
  constraint passkey_id_check CHECK (((id ~ '^[A-Za-z0-9_-]+$'::text) AND ((char_length(id) >= 16) AND (char_length(id) <= 1400)))),
  constraint passkey_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 60))),
  constraint passkey_pkey PRIMARY KEY (id),
  constraint passkey_public_key_check CHECK (((public_key ~ '^[A-Za-z0-9_-]+$'::text) AND ((char_length(public_key) >= 40) AND (char_length(public_key) <= 4000))))
);
CREATE INDEX passkey_of_account ON public.passkey USING btree (account_id, created_at);

table recovery_code (
  account_id text not null,
  code_sha256 text not null,
  created_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint recovery_code_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint recovery_code_code_sha256_check CHECK ((code_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint recovery_code_pkey PRIMARY KEY (account_id, code_sha256)
);

table role_grant (
  account_id text not null,
  compartment text not null,
  role text not null,
  granted_by text not null,
  granted_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  reason text not null,
  state text not null,
  review_by timestamp with time zone not null,
  constraint role_grant_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint role_grant_compartment_check CHECK (((char_length(compartment) >= 2) AND (char_length(compartment) <= 32))),
  constraint role_grant_pkey PRIMARY KEY (account_id, compartment, role),
  constraint role_grant_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
  constraint role_grant_role_check CHECK (((char_length(role) >= 1) AND (char_length(role) <= 50))),
  constraint role_grant_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'granted'::text])))
);
CREATE INDEX role_grant_asked ON public.role_grant USING btree (granted_at) WHERE (state = 'asked'::text);
CREATE INDEX role_grant_of_role ON public.role_grant USING btree (compartment, role);
CREATE INDEX role_grant_to_review ON public.role_grant USING btree (review_by) WHERE (state = 'granted'::text);

table scim_person (
  account_id text not null,
  delegation_id text not null,
  user_name text not null,
  external_id text,
  given_name text not null,
  family_name text not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  suspended_at timestamp with time zone,
  left_at timestamp with time zone,
  constraint scim_person_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint scim_person_delegation_id_fkey FOREIGN KEY (delegation_id) REFERENCES delegation(id),
  constraint scim_person_external_id_check CHECK (((char_length(external_id) >= 1) AND (char_length(external_id) <= 255))),
  constraint scim_person_family_name_check CHECK ((char_length(family_name) <= 200)),
  constraint scim_person_given_name_check CHECK ((char_length(given_name) <= 200)),
  constraint scim_person_pkey PRIMARY KEY (account_id),
  constraint scim_person_user_name_check CHECK (((char_length(user_name) >= 1) AND (char_length(user_name) <= 254)))
);
CREATE INDEX scim_person_by_external_id ON public.scim_person USING btree (delegation_id, external_id) WHERE (left_at IS NULL);
CREATE UNIQUE INDEX scim_person_user_name_free ON public.scim_person USING btree (delegation_id, lower(user_name)) WHERE (left_at IS NULL);

table scim_token (
  id text not null,
  delegation_id text not null,
  name text not null,
  secret_sha256 text not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  ended_at timestamp with time zone,
  constraint scim_token_delegation_id_fkey FOREIGN KEY (delegation_id) REFERENCES delegation(id),
  constraint scim_token_id_check CHECK ((id ~ '^[0-9a-f-]{36}$'::text)),
  constraint scim_token_lasts_a_year_at_most CHECK (((expires_at > created_at) AND (expires_at <= (created_at + '366 days'::interval)))),
  constraint scim_token_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 80))),
  constraint scim_token_pkey PRIMARY KEY (id),
  constraint scim_token_secret_free UNIQUE (secret_sha256),
  constraint scim_token_secret_sha256_check CHECK ((secret_sha256 ~ '^[0-9a-f]{64}$'::text))
);
CREATE INDEX scim_token_of_delegation ON public.scim_token USING btree (delegation_id, created_at DESC);

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
  idle_seconds integer not null,
  authenticated_at timestamp with time zone,
  method text not null default 'password'::text,
  browser_sha256 text,
  constraint session_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id),
  constraint session_address_check CHECK ((char_length(address) <= 64)),
  constraint session_browser_sha256_check CHECK ((browser_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint session_device_check CHECK ((char_length(device) <= 60)),
  constraint session_end_is_told CHECK (((ended_at IS NULL) = (ended_by IS NULL))),
  constraint session_ended_by_check CHECK ((ended_by ~ '^[a-z][a-z -]{2,39}$'::text)),
  constraint session_has_an_end CHECK ((ends_at > started_at)),
  constraint session_id_check CHECK ((id ~ '^[A-Za-z0-9_-]{43}$'::text)),
  constraint session_idle_seconds_check CHECK (((idle_seconds >= 60) AND (idle_seconds <= 86400))),
  constraint session_method_check CHECK ((method ~ '^[a-z][a-z -]{2,39}$'::text)),
  constraint session_pkey PRIMARY KEY (id)
);
CREATE INDEX session_by_browser ON public.session USING btree (account_id, browser_sha256) WHERE (browser_sha256 IS NOT NULL);
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
