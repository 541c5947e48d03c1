-- What all migrations together make. Written by tools/dump-schema.ts; do not edit.

extension pg_trgm;

CREATE OR REPLACE FUNCTION public.note_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.changed_in := pg_current_xact_id()::text::bigint;
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the history of a field stays as it was written' using errcode = 'restrict_violation';
end
$function$;

CREATE OR REPLACE FUNCTION public.registry_fold(given text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN (octet_length(given) = char_length(given)) THEN btrim(regexp_replace(lower(given), '[^a-z0-9]+'::text, ' '::text, 'g'::text)) ELSE btrim(regexp_replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(translate(regexp_replace(NORMALIZE(lower(given), NFKD), '[\u0300-\u036f\u0640\u064b-\u065f\u0670]'::text, ''::text, 'g'::text), 'øłđðıħŧŋабвгдеёзийклмнопрстуфыэіїєґўјљњћђџѓќαβγδεζηικλμνξοπρσςτυωابتجحدرزسصضطظعفقكلمنهويىةءآأإپچگکیڤ'::text, 'olddihtnabvgdeeziiklmnoprstufyeiiegujlncddgkabgdeziiklmnxoprsstyoabtjhdrzssdtzafqklmnhwyaaaaaapcgkyv'::text), 'ß'::text, 'ss'::text), 'æ'::text, 'ae'::text), 'œ'::text, 'oe'::text), 'þ'::text, 'th'::text), 'ж'::text, 'zh'::text), 'х'::text, 'kh'::text), 'ц'::text, 'ts'::text), 'ч'::text, 'ch'::text), 'ш'::text, 'sh'::text), 'щ'::text, 'shch'::text), 'ъ'::text, ''::text), 'ь'::text, ''::text), 'ю'::text, 'iu'::text), 'я'::text, 'ia'::text), 'θ'::text, 'th'::text), 'φ'::text, 'f'::text), 'χ'::text, 'ch'::text), 'ψ'::text, 'ps'::text), 'ث'::text, 'th'::text), 'خ'::text, 'kh'::text), 'ذ'::text, 'dh'::text), 'ش'::text, 'sh'::text), 'غ'::text, 'gh'::text), 'ـ'::text, ''::text), '[^[:alnum:]]+'::text, ' '::text, 'g'::text)) END;

table annex_vi (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  kind text,
  regulation text,
  notified_on date,
  ship text,
  ship_name text,
  port_state text,
  port text,
  supplier text,
  fuel text,
  sulphur numeric(5,3),
  quantity numeric(8,2),
  holds_from date,
  holds_to date,
  attempts text,
  description text,
  answer text,
  document_sha256 text,
  document_name text,
  document_type text,
  document_bytes bigint,
  filed_by text,
  former_names text,
  search_text text generated always as (registry_fold(((((((COALESCE(ship_name, ''::text) || ' '::text) || COALESCE(supplier, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(description, ''::text)))) stored,
  constraint annex_vi_answer_fits CHECK (((char_length(answer) >= 1) AND (char_length(answer) <= 3000))),
  constraint annex_vi_attempts_fits CHECK (((char_length(attempts) >= 1) AND (char_length(attempts) <= 3000))),
  constraint annex_vi_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint annex_vi_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint annex_vi_description_fits CHECK (((char_length(description) >= 1) AND (char_length(description) <= 4000))),
  constraint annex_vi_document_bytes_fits CHECK (((document_bytes >= 1) AND (document_bytes <= 20971520))),
  constraint annex_vi_document_name_fits CHECK (((char_length(document_name) >= 1) AND (char_length(document_name) <= 200))),
  constraint annex_vi_document_sha256_fits CHECK (((document_sha256 IS NULL) OR ((document_sha256 ~ '^[0-9a-f]{64}$'::text) AND (document_name IS NOT NULL) AND (document_bytes IS NOT NULL)))),
  constraint annex_vi_filed_by_fits CHECK (((char_length(filed_by) >= 1) AND (char_length(filed_by) <= 100))),
  constraint annex_vi_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint annex_vi_fuel_fits CHECK ((fuel = ANY (ARRAY['hfo'::text, 'lfo'::text, 'mdo'::text, 'vlsfo'::text, 'lng'::text, 'methanol'::text, 'other'::text]))),
  constraint annex_vi_holds_from_fits CHECK (((holds_from IS NOT NULL) OR (holds_to IS NULL))),
  constraint annex_vi_holds_to_fits CHECK ((holds_to >= holds_from)),
  constraint annex_vi_kind_fits CHECK ((kind = ANY (ARRAY['non-availability'::text, 'non-compliant-fuel'::text, 'local-supplier'::text, 'equivalent'::text, 'trial'::text, 'washwater-rule'::text, 'reception-facility'::text, 'nox-engine'::text, 'energy-rating'::text]))),
  constraint annex_vi_pkey PRIMARY KEY (id),
  constraint annex_vi_port_fits CHECK ((port ~ '^[A-Z]{2}[A-Z2-9]{3}$'::text)),
  constraint annex_vi_port_state_fits CHECK ((port_state ~ '^[A-Z]{3}$'::text)),
  constraint annex_vi_quantity_fits CHECK (((quantity >= (0)::numeric) AND (quantity <= (100000)::numeric))),
  constraint annex_vi_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint annex_vi_regulation_fits CHECK (((char_length(regulation) >= 1) AND (char_length(regulation) <= 60))),
  constraint annex_vi_revision_check CHECK ((revision > 0)),
  constraint annex_vi_ship_known FOREIGN KEY (ship) REFERENCES ship(reference),
  constraint annex_vi_ship_name_fits CHECK (((char_length(ship_name) >= 1) AND (char_length(ship_name) <= 120))),
  constraint annex_vi_source_check CHECK ((length(source) <= 500)),
  constraint annex_vi_state_known CHECK ((state = ANY (ARRAY['notified'::text, 'answered'::text, 'withdrawn'::text]))),
  constraint annex_vi_sulphur_fits CHECK (((sulphur >= (0)::numeric) AND (sulphur <= (10)::numeric))),
  constraint annex_vi_supplier_fits CHECK (((char_length(supplier) >= 1) AND (char_length(supplier) <= 200)))
);
CREATE INDEX annex_vi_by_country ON public.annex_vi USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX annex_vi_by_notified_on ON public.annex_vi USING btree (COALESCE(notified_on, '-infinity'::date), id);
CREATE INDEX annex_vi_by_ship_name ON public.annex_vi USING btree (COALESCE(registry_fold(ship_name), '􏿿'::text), id);
CREATE INDEX annex_vi_changed ON public.annex_vi USING btree (changed_at, id);
CREATE INDEX annex_vi_facets ON public.annex_vi USING btree (kind, country, port_state, fuel, filed_by, state) WHERE (id > 0);
CREATE INDEX annex_vi_of_country ON public.annex_vi USING btree (country, COALESCE(notified_on, '-infinity'::date), id);
CREATE INDEX annex_vi_of_filed_by ON public.annex_vi USING btree (filed_by, id);
CREATE INDEX annex_vi_of_fuel ON public.annex_vi USING btree (fuel, COALESCE(notified_on, '-infinity'::date), id);
CREATE INDEX annex_vi_of_kind ON public.annex_vi USING btree (kind, COALESCE(notified_on, '-infinity'::date), id);
CREATE INDEX annex_vi_of_notified_on ON public.annex_vi USING btree (notified_on);
CREATE INDEX annex_vi_of_port_state ON public.annex_vi USING btree (port_state, COALESCE(notified_on, '-infinity'::date), id);
CREATE UNIQUE INDEX annex_vi_reference ON public.annex_vi USING btree (reference);
CREATE INDEX annex_vi_search_name ON public.annex_vi USING gin (search_text gin_trgm_ops);
CREATE INDEX annex_vi_search_prose ON public.annex_vi USING gin (search_prose);
CREATE INDEX annex_vi_written ON public.annex_vi USING btree (changed_in, id);
CREATE TRIGGER annex_vi_noted BEFORE UPDATE ON public.annex_vi FOR EACH ROW EXECUTE FUNCTION note_change();

table answered_write (
  account_id text not null,
  key text not null,
  request_sha256 text not null,
  at timestamp with time zone not null,
  status integer not null,
  reference text not null,
  etag text not null,
  body text not null,
  constraint answered_write_account_id_check CHECK (((length(account_id) >= 1) AND (length(account_id) <= 64))),
  constraint answered_write_key_check CHECK (((length(key) >= 1) AND (length(key) <= 200))),
  constraint answered_write_pkey PRIMARY KEY (account_id, key),
  constraint answered_write_request_sha256_check CHECK ((length(request_sha256) = 64))
);
CREATE INDEX answered_write_at ON public.answered_write USING btree (at);

table audit (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  begun_on date,
  ended_on date,
  scope text[],
  duties text[],
  summary text,
  release text[],
  release_to text,
  report_sha256 text,
  report_name text,
  report_type text,
  report_bytes bigint,
  findings_count integer,
  observations_count integer,
  findings text,
  plan text,
  plan_due date,
  plan_sent date,
  comments text,
  team text,
  former_names text,
  search_text text generated always as (registry_fold(((reference || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint audit_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint audit_comments_fits CHECK (((char_length(comments) >= 1) AND (char_length(comments) <= 20000))),
  constraint audit_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint audit_duties_fits CHECK (((cardinality(duties) > 0) AND (duties <@ ARRAY['flag'::text, 'port'::text, 'coastal'::text]))),
  constraint audit_findings_count_fits CHECK (((findings_count >= 0) AND (findings_count <= 1000))),
  constraint audit_findings_fits CHECK (((char_length(findings) >= 1) AND (char_length(findings) <= 20000))),
  constraint audit_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint audit_observations_count_fits CHECK (((observations_count >= 0) AND (observations_count <= 1000))),
  constraint audit_pkey PRIMARY KEY (id),
  constraint audit_plan_fits CHECK (((char_length(plan) >= 1) AND (char_length(plan) <= 20000))),
  constraint audit_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint audit_release_fits CHECK (((cardinality(release) > 0) AND (release <@ ARRAY['report'::text, 'findings'::text, 'plan'::text, 'comments'::text]))),
  constraint audit_release_to_fits CHECK ((release_to = ANY (ARRAY['members'::text, 'public'::text]))),
  constraint audit_report_bytes_fits CHECK (((report_bytes >= 1) AND (report_bytes <= 31457280))),
  constraint audit_report_name_fits CHECK (((char_length(report_name) >= 1) AND (char_length(report_name) <= 200))),
  constraint audit_report_sha256_fits CHECK (((report_sha256 IS NULL) OR ((report_sha256 ~ '^[0-9a-f]{64}$'::text) AND (report_name IS NOT NULL) AND (report_bytes IS NOT NULL)))),
  constraint audit_revision_check CHECK ((revision > 0)),
  constraint audit_scope_fits CHECK (((cardinality(scope) > 0) AND (scope <@ ARRAY['solas'::text, 'marpol'::text, 'stcw'::text, 'load-lines'::text, 'tonnage'::text, 'colreg'::text]))),
  constraint audit_source_check CHECK ((length(source) <= 500)),
  constraint audit_state_known CHECK ((state = ANY (ARRAY['planned'::text, 'under-way'::text, 'reported'::text, 'closed'::text]))),
  constraint audit_summary_fits CHECK (((char_length(summary) >= 1) AND (char_length(summary) <= 20000))),
  constraint audit_team_fits CHECK (((char_length(team) >= 1) AND (char_length(team) <= 300)))
);
CREATE INDEX audit_by_begun_on ON public.audit USING btree (COALESCE(begun_on, '-infinity'::date), id);
CREATE INDEX audit_by_country ON public.audit USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX audit_changed ON public.audit USING btree (changed_at, id);
CREATE INDEX audit_duty_send_plan ON public.audit USING btree (country, plan_due) WHERE ((id > 0) AND (plan_due IS NOT NULL) AND (country IS NOT NULL) AND (state = ANY (ARRAY['planned'::text, 'under-way'::text, 'reported'::text, 'closed'::text])) AND (plan_sent IS NULL));
CREATE INDEX audit_facets ON public.audit USING btree (country, state, scope) WHERE (id > 0);
CREATE INDEX audit_of_begun_on ON public.audit USING btree (begun_on);
CREATE INDEX audit_of_country ON public.audit USING btree (country, COALESCE(begun_on, '-infinity'::date), id);
CREATE INDEX audit_of_ended_on ON public.audit USING btree (ended_on);
CREATE INDEX audit_of_scope ON public.audit USING gin (scope);
CREATE UNIQUE INDEX audit_one_country_begun_on ON public.audit USING btree (country, begun_on) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX audit_reference ON public.audit USING btree (reference);
CREATE INDEX audit_search_name ON public.audit USING gin (search_text gin_trgm_ops);
CREATE INDEX audit_search_prose ON public.audit USING gin (search_prose);
CREATE INDEX audit_written ON public.audit USING btree (changed_in, id);
CREATE TRIGGER audit_noted BEFORE UPDATE ON public.audit FOR EACH ROW EXECUTE FUNCTION note_change();

table ballast_chemical (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  name text,
  cas_number text,
  formula text,
  role text,
  molar_mass numeric(8,3),
  melting_point numeric(5,1),
  boiling_point numeric(5,1),
  log_kow numeric(4,2),
  pnec numeric(13,6),
  dnel numeric(13,6),
  carcinogenic boolean,
  mutagenic boolean,
  reprotoxic boolean,
  persistent boolean,
  bioaccumulative boolean,
  toxic boolean,
  remarks text,
  more text,
  former_names text,
  search_text text generated always as (registry_fold(((((((((COALESCE(name, ''::text) || ' '::text) || COALESCE(cas_number, ''::text)) || ' '::text) || COALESCE(formula, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint ballast_chemical_boiling_point_fits CHECK (((boiling_point >= ('-273'::integer)::numeric) AND (boiling_point <= (6000)::numeric))),
  constraint ballast_chemical_cas_number_fits CHECK (((char_length(cas_number) >= 1) AND (char_length(cas_number) <= 12))),
  constraint ballast_chemical_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint ballast_chemical_dnel_fits CHECK (((dnel >= (0)::numeric) AND (dnel <= (1000000)::numeric))),
  constraint ballast_chemical_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint ballast_chemical_formula_fits CHECK (((char_length(formula) >= 1) AND (char_length(formula) <= 100))),
  constraint ballast_chemical_log_kow_fits CHECK (((log_kow >= ('-20'::integer)::numeric) AND (log_kow <= (20)::numeric))),
  constraint ballast_chemical_melting_point_fits CHECK (((melting_point >= ('-273'::integer)::numeric) AND (melting_point <= (5000)::numeric))),
  constraint ballast_chemical_molar_mass_fits CHECK (((molar_mass >= (0)::numeric) AND (molar_mass <= (10000)::numeric))),
  constraint ballast_chemical_more_fits CHECK (((more ~ '^https://'::text) AND (char_length(more) <= 1000))),
  constraint ballast_chemical_name_fits CHECK (((char_length(name) >= 1) AND (char_length(name) <= 300))),
  constraint ballast_chemical_pkey PRIMARY KEY (id),
  constraint ballast_chemical_pnec_fits CHECK (((pnec >= (0)::numeric) AND (pnec <= (1000000)::numeric))),
  constraint ballast_chemical_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint ballast_chemical_remarks_fits CHECK (((char_length(remarks) >= 1) AND (char_length(remarks) <= 3000))),
  constraint ballast_chemical_revision_check CHECK ((revision > 0)),
  constraint ballast_chemical_role_fits CHECK ((role = ANY (ARRAY['active'::text, 'by-product'::text, 'neutralizer'::text, 'other'::text]))),
  constraint ballast_chemical_source_check CHECK ((length(source) <= 500)),
  constraint ballast_chemical_state_known CHECK ((state = ANY (ARRAY['draft'::text, 'published'::text, 'withdrawn'::text])))
);
CREATE INDEX ballast_chemical_by_cas_number ON public.ballast_chemical USING btree (COALESCE(registry_fold(cas_number), '􏿿'::text), id);
CREATE INDEX ballast_chemical_by_name ON public.ballast_chemical USING btree (COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX ballast_chemical_by_pnec ON public.ballast_chemical USING btree (COALESCE(pnec, '-Infinity'::numeric), id);
CREATE INDEX ballast_chemical_changed ON public.ballast_chemical USING btree (changed_at, id);
CREATE INDEX ballast_chemical_facets ON public.ballast_chemical USING btree (role, carcinogenic, persistent, bioaccumulative, toxic, state) WHERE (id > 0);
CREATE INDEX ballast_chemical_of_bioaccumulative ON public.ballast_chemical USING btree (bioaccumulative, COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX ballast_chemical_of_carcinogenic ON public.ballast_chemical USING btree (carcinogenic, COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX ballast_chemical_of_persistent ON public.ballast_chemical USING btree (persistent, COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX ballast_chemical_of_pnec ON public.ballast_chemical USING btree (pnec);
CREATE INDEX ballast_chemical_of_role ON public.ballast_chemical USING btree (role, COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX ballast_chemical_of_toxic ON public.ballast_chemical USING btree (toxic, COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE UNIQUE INDEX ballast_chemical_one_cas_number ON public.ballast_chemical USING btree (cas_number) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX ballast_chemical_reference ON public.ballast_chemical USING btree (reference);
CREATE INDEX ballast_chemical_search_name ON public.ballast_chemical USING gin (search_text gin_trgm_ops);
CREATE INDEX ballast_chemical_search_prose ON public.ballast_chemical USING gin (search_prose);
CREATE INDEX ballast_chemical_written ON public.ballast_chemical USING btree (changed_in, id);
CREATE TRIGGER ballast_chemical_noted BEFORE UPDATE ON public.ballast_chemical FOR EACH ROW EXECUTE FUNCTION note_change();

table ballast_water (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  kind text,
  ship text,
  ship_name text,
  route text,
  other_states text[],
  holds_from date,
  holds_to date,
  review_on date,
  reviewed_on date,
  risk_method text,
  conditions text,
  position_lat double precision,
  position_lon double precision,
  description text,
  document_sha256 text,
  document_name text,
  document_type text,
  document_bytes bigint,
  former_names text,
  search_text text generated always as (registry_fold(((((((COALESCE(ship_name, ''::text) || ' '::text) || COALESCE(route, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(description, ''::text)))) stored,
  constraint ballast_water_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint ballast_water_conditions_fits CHECK (((char_length(conditions) >= 1) AND (char_length(conditions) <= 3000))),
  constraint ballast_water_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint ballast_water_description_fits CHECK (((char_length(description) >= 1) AND (char_length(description) <= 4000))),
  constraint ballast_water_document_bytes_fits CHECK (((document_bytes >= 1) AND (document_bytes <= 20971520))),
  constraint ballast_water_document_name_fits CHECK (((char_length(document_name) >= 1) AND (char_length(document_name) <= 200))),
  constraint ballast_water_document_sha256_fits CHECK (((document_sha256 IS NULL) OR ((document_sha256 ~ '^[0-9a-f]{64}$'::text) AND (document_name IS NOT NULL) AND (document_bytes IS NOT NULL)))),
  constraint ballast_water_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint ballast_water_holds_from_fits CHECK (((holds_from IS NOT NULL) OR (holds_to IS NULL))),
  constraint ballast_water_holds_to_fits CHECK ((holds_to >= holds_from)),
  constraint ballast_water_kind_fits CHECK ((kind = ANY (ARRAY['exemption'::text, 'warning'::text, 'measure'::text, 'designated'::text, 'facility'::text]))),
  constraint ballast_water_other_states_fits CHECK ((((cardinality(other_states) >= 1) AND (cardinality(other_states) <= 250)) AND (array_to_string(other_states, ','::text) ~ '^[A-Z]{3}(,[A-Z]{3})*$'::text))),
  constraint ballast_water_pkey PRIMARY KEY (id),
  constraint ballast_water_position_lat_fits CHECK ((((position_lat >= ('-90'::integer)::double precision) AND (position_lat <= (90)::double precision)) AND ((position_lat IS NULL) = (position_lon IS NULL)))),
  constraint ballast_water_position_lon_fits CHECK (((position_lon >= ('-180'::integer)::double precision) AND (position_lon <= (180)::double precision))),
  constraint ballast_water_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint ballast_water_revision_check CHECK ((revision > 0)),
  constraint ballast_water_risk_method_fits CHECK ((risk_method = ANY (ARRAY['environmental'::text, 'biogeographical'::text, 'species'::text, 'same-area'::text]))),
  constraint ballast_water_route_fits CHECK (((char_length(route) >= 1) AND (char_length(route) <= 300))),
  constraint ballast_water_ship_known FOREIGN KEY (ship) REFERENCES ship(reference),
  constraint ballast_water_ship_name_fits CHECK (((char_length(ship_name) >= 1) AND (char_length(ship_name) <= 120))),
  constraint ballast_water_source_check CHECK ((length(source) <= 500)),
  constraint ballast_water_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text])))
);
CREATE INDEX ballast_water_by_country ON public.ballast_water USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX ballast_water_by_holds ON public.ballast_water USING btree (COALESCE(holds_from, '-infinity'::date), id);
CREATE INDEX ballast_water_by_review_on ON public.ballast_water USING btree (COALESCE(review_on, '-infinity'::date), id);
CREATE INDEX ballast_water_changed ON public.ballast_water USING btree (changed_at, id);
CREATE INDEX ballast_water_duty_review ON public.ballast_water USING btree (country, review_on) WHERE ((id > 0) AND (review_on IS NOT NULL) AND (country IS NOT NULL) AND (state = 'current'::text) AND (reviewed_on IS NULL) AND (kind = 'exemption'::text));
CREATE INDEX ballast_water_facets ON public.ballast_water USING btree (kind, country, risk_method, state) WHERE (id > 0);
CREATE INDEX ballast_water_of_country ON public.ballast_water USING btree (country, COALESCE(holds_from, '-infinity'::date), id);
CREATE INDEX ballast_water_of_holds ON public.ballast_water USING btree (holds_from, holds_to);
CREATE INDEX ballast_water_of_kind ON public.ballast_water USING btree (kind, COALESCE(holds_from, '-infinity'::date), id);
CREATE INDEX ballast_water_of_other_states ON public.ballast_water USING gin (other_states);
CREATE INDEX ballast_water_of_position ON public.ballast_water USING gist (point(position_lon, position_lat));
CREATE INDEX ballast_water_of_review_on ON public.ballast_water USING btree (review_on);
CREATE INDEX ballast_water_of_risk_method ON public.ballast_water USING btree (risk_method, COALESCE(holds_from, '-infinity'::date), id);
CREATE UNIQUE INDEX ballast_water_reference ON public.ballast_water USING btree (reference);
CREATE INDEX ballast_water_search_name ON public.ballast_water USING gin (search_text gin_trgm_ops);
CREATE INDEX ballast_water_search_prose ON public.ballast_water USING gin (search_prose);
CREATE INDEX ballast_water_written ON public.ballast_water USING btree (changed_in, id);
CREATE TRIGGER ballast_water_noted BEFORE UPDATE ON public.ballast_water FOR EACH ROW EXECUTE FUNCTION note_change();

table cargo (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  kind text,
  cargo_name text,
  un_number text,
  category text,
  bulk_group text,
  parties text[],
  company text,
  conditions text,
  valid_from date,
  valid_to date,
  notified_on date,
  document_sha256 text,
  document_name text,
  document_type text,
  document_bytes bigint,
  former_names text,
  search_text text generated always as (registry_fold(((((((((COALESCE(cargo_name, ''::text) || ' '::text) || COALESCE(un_number, ''::text)) || ' '::text) || COALESCE(company, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(conditions, ''::text)))) stored,
  constraint cargo_bulk_group_fits CHECK ((bulk_group = ANY (ARRAY['a'::text, 'b'::text, 'c'::text, 'ab'::text]))),
  constraint cargo_cargo_name_fits CHECK (((char_length(cargo_name) >= 1) AND (char_length(cargo_name) <= 300))),
  constraint cargo_category_fits CHECK ((category = ANY (ARRAY['x'::text, 'y'::text, 'z'::text, 'os'::text]))),
  constraint cargo_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint cargo_company_fits CHECK (((char_length(company) >= 1) AND (char_length(company) <= 200))),
  constraint cargo_conditions_fits CHECK (((char_length(conditions) >= 1) AND (char_length(conditions) <= 6000))),
  constraint cargo_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint cargo_document_bytes_fits CHECK (((document_bytes >= 1) AND (document_bytes <= 20971520))),
  constraint cargo_document_name_fits CHECK (((char_length(document_name) >= 1) AND (char_length(document_name) <= 200))),
  constraint cargo_document_sha256_fits CHECK (((document_sha256 IS NULL) OR ((document_sha256 ~ '^[0-9a-f]{64}$'::text) AND (document_name IS NOT NULL) AND (document_bytes IS NOT NULL)))),
  constraint cargo_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint cargo_kind_fits CHECK ((kind = ANY (ARRAY['tripartite'::text, 'solid-bulk'::text, 'exemption'::text, 'authority'::text, 'approval'::text]))),
  constraint cargo_parties_fits CHECK ((((cardinality(parties) >= 1) AND (cardinality(parties) <= 250)) AND (array_to_string(parties, ','::text) ~ '^[A-Z]{3}(,[A-Z]{3})*$'::text))),
  constraint cargo_pkey PRIMARY KEY (id),
  constraint cargo_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint cargo_revision_check CHECK ((revision > 0)),
  constraint cargo_source_check CHECK ((length(source) <= 500)),
  constraint cargo_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint cargo_un_number_fits CHECK (((char_length(un_number) >= 1) AND (char_length(un_number) <= 10))),
  constraint cargo_valid_from_fits CHECK (((valid_from IS NOT NULL) OR (valid_to IS NULL))),
  constraint cargo_valid_to_fits CHECK ((valid_to >= valid_from))
);
CREATE INDEX cargo_by_cargo_name ON public.cargo USING btree (COALESCE(registry_fold(cargo_name), '􏿿'::text), id);
CREATE INDEX cargo_by_country ON public.cargo USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX cargo_by_notified_on ON public.cargo USING btree (COALESCE(notified_on, '-infinity'::date), id);
CREATE INDEX cargo_changed ON public.cargo USING btree (changed_at, id);
CREATE INDEX cargo_facets ON public.cargo USING btree (kind, country, category, bulk_group, state) WHERE (id > 0);
CREATE INDEX cargo_of_bulk_group ON public.cargo USING btree (bulk_group, COALESCE(registry_fold(cargo_name), '􏿿'::text), id);
CREATE INDEX cargo_of_category ON public.cargo USING btree (category, COALESCE(registry_fold(cargo_name), '􏿿'::text), id);
CREATE INDEX cargo_of_country ON public.cargo USING btree (country, COALESCE(registry_fold(cargo_name), '􏿿'::text), id);
CREATE INDEX cargo_of_kind ON public.cargo USING btree (kind, COALESCE(registry_fold(cargo_name), '􏿿'::text), id);
CREATE INDEX cargo_of_notified_on ON public.cargo USING btree (notified_on);
CREATE INDEX cargo_of_parties ON public.cargo USING gin (parties);
CREATE INDEX cargo_of_valid ON public.cargo USING btree (valid_from, valid_to);
CREATE UNIQUE INDEX cargo_reference ON public.cargo USING btree (reference);
CREATE INDEX cargo_search_name ON public.cargo USING gin (search_text gin_trgm_ops);
CREATE INDEX cargo_search_prose ON public.cargo USING gin (search_prose);
CREATE INDEX cargo_written ON public.cargo USING btree (changed_in, id);
CREATE TRIGGER cargo_noted BEFORE UPDATE ON public.cargo FOR EACH ROW EXECUTE FUNCTION note_change();

table casualty (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  title text,
  happened_at timestamp with time zone,
  position_lat double precision,
  position_lon double precision,
  place text,
  port text,
  waters text,
  coastal_state text,
  event text,
  reporting_state text,
  filed_by text,
  deliberate boolean,
  outcomes text[],
  deaths integer,
  missing integer,
  serious_injuries integer,
  total_loss boolean,
  environment text,
  pollution text,
  severity text,
  summary text,
  former_names text,
  search_text text generated always as (registry_fold(((((((COALESCE(title, ''::text) || ' '::text) || COALESCE(place, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(summary, ''::text)))) stored,
  constraint casualty_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint casualty_coastal_state_fits CHECK ((coastal_state ~ '^[A-Z]{3}$'::text)),
  constraint casualty_deaths_fits CHECK (((deaths >= 0) AND (deaths <= 100000))),
  constraint casualty_environment_fits CHECK ((environment = ANY (ARRAY['none'::text, 'minor'::text, 'potential'::text, 'severe'::text]))),
  constraint casualty_event_fits CHECK ((event = ANY (ARRAY['collision'::text, 'stranding'::text, 'contact'::text, 'fire'::text, 'hull-failure'::text, 'machinery'::text, 'ship-equipment'::text, 'capsizing'::text, 'missing'::text, 'flooding'::text, 'person-overboard'::text, 'work-on-board'::text, 'life-saving'::text, 'cargo'::text, 'other'::text]))),
  constraint casualty_filed_by_fits CHECK (((char_length(filed_by) >= 1) AND (char_length(filed_by) <= 100))),
  constraint casualty_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint casualty_missing_fits CHECK (((missing >= 0) AND (missing <= 100000))),
  constraint casualty_outcomes_fits CHECK (((cardinality(outcomes) > 0) AND (outcomes <@ ARRAY['death'::text, 'serious-injury'::text, 'person-lost'::text, 'ship-lost'::text, 'ship-damaged'::text, 'disabled'::text, 'infrastructure'::text, 'environment'::text, 'endangered'::text]))),
  constraint casualty_pkey PRIMARY KEY (id),
  constraint casualty_place_fits CHECK (((char_length(place) >= 1) AND (char_length(place) <= 300))),
  constraint casualty_pollution_fits CHECK (((char_length(pollution) >= 1) AND (char_length(pollution) <= 1000))),
  constraint casualty_port_fits CHECK ((port ~ '^[A-Z]{2}[A-Z2-9]{3}$'::text)),
  constraint casualty_position_lat_fits CHECK ((((position_lat >= ('-90'::integer)::double precision) AND (position_lat <= (90)::double precision)) AND ((position_lat IS NULL) = (position_lon IS NULL)))),
  constraint casualty_position_lon_fits CHECK (((position_lon >= ('-180'::integer)::double precision) AND (position_lon <= (180)::double precision))),
  constraint casualty_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint casualty_reporting_state_fits CHECK ((reporting_state ~ '^[A-Z]{3}$'::text)),
  constraint casualty_revision_check CHECK ((revision > 0)),
  constraint casualty_serious_injuries_fits CHECK (((serious_injuries >= 0) AND (serious_injuries <= 100000))),
  constraint casualty_severity_fits CHECK ((severity = ANY (ARRAY['very-serious'::text, 'casualty'::text, 'incident'::text, 'outside'::text]))),
  constraint casualty_source_check CHECK ((length(source) <= 500)),
  constraint casualty_state_known CHECK ((state = ANY (ARRAY['draft'::text, 'reported'::text, 'reviewed'::text, 'closed'::text, 'withdrawn'::text]))),
  constraint casualty_summary_fits CHECK (((char_length(summary) >= 1) AND (char_length(summary) <= 8000))),
  constraint casualty_title_fits CHECK (((char_length(title) >= 1) AND (char_length(title) <= 200))),
  constraint casualty_waters_fits CHECK ((waters = ANY (ARRAY['high-seas'::text, 'exclusive-economic-zone'::text, 'territorial'::text, 'internal'::text, 'port'::text])))
);
CREATE INDEX casualty_by_deaths ON public.casualty USING btree (COALESCE(deaths, '-2147483648'::integer), id);
CREATE INDEX casualty_by_happened_at ON public.casualty USING btree (COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX casualty_by_title ON public.casualty USING btree (COALESCE(registry_fold(title), '􏿿'::text), id);
CREATE INDEX casualty_changed ON public.casualty USING btree (changed_at, id);
CREATE INDEX casualty_duty_report ON public.casualty USING btree (reporting_state, happened_at) WHERE ((id > 0) AND (happened_at IS NOT NULL) AND (reporting_state IS NOT NULL) AND (state = 'draft'::text));
CREATE INDEX casualty_facets ON public.casualty USING btree (severity, event, coastal_state, waters, environment, reporting_state, filed_by, state) WHERE (id > 0);
CREATE INDEX casualty_of_coastal_state ON public.casualty USING btree (coastal_state, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX casualty_of_deaths ON public.casualty USING btree (deaths);
CREATE INDEX casualty_of_environment ON public.casualty USING btree (environment, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX casualty_of_event ON public.casualty USING btree (event, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX casualty_of_filed_by ON public.casualty USING btree (filed_by, id);
CREATE INDEX casualty_of_happened_at ON public.casualty USING btree (happened_at);
CREATE INDEX casualty_of_position ON public.casualty USING gist (point(position_lon, position_lat));
CREATE INDEX casualty_of_reporting_state ON public.casualty USING btree (reporting_state);
CREATE INDEX casualty_of_severity ON public.casualty USING btree (severity, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX casualty_of_waters ON public.casualty USING btree (waters, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE UNIQUE INDEX casualty_reference ON public.casualty USING btree (reference);
CREATE INDEX casualty_search_name ON public.casualty USING gin (search_text gin_trgm_ops);
CREATE INDEX casualty_search_prose ON public.casualty USING gin (search_prose);
CREATE INDEX casualty_written ON public.casualty USING btree (changed_in, id);
CREATE TRIGGER casualty_noted BEFORE UPDATE ON public.casualty FOR EACH ROW EXECUTE FUNCTION note_change();

table casualty_investigation (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  casualty text,
  investigating_state text,
  interest text,
  part text,
  begun_on date,
  interim_on date,
  reported_on date,
  report_sha256 text,
  report_name text,
  report_type text,
  report_bytes bigint,
  report_link text,
  findings text,
  lessons text,
  reason text,
  former_names text,
  search_text text generated always as (registry_fold(((reference || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(((COALESCE(findings, ''::text) || ' '::text) || COALESCE(lessons, ''::text))))) stored,
  constraint casualty_investigation_casualty_known FOREIGN KEY (casualty) REFERENCES casualty(reference),
  constraint casualty_investigation_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint casualty_investigation_findings_fits CHECK (((char_length(findings) >= 1) AND (char_length(findings) <= 8000))),
  constraint casualty_investigation_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint casualty_investigation_interest_fits CHECK ((interest = ANY (ARRAY['flag'::text, 'coastal'::text, 'nationals'::text, 'environment'::text, 'other'::text]))),
  constraint casualty_investigation_investigating_state_fits CHECK ((investigating_state ~ '^[A-Z]{3}$'::text)),
  constraint casualty_investigation_lessons_fits CHECK (((char_length(lessons) >= 1) AND (char_length(lessons) <= 4000))),
  constraint casualty_investigation_part_fits CHECK ((part = ANY (ARRAY['leads'::text, 'together'::text, 'alone'::text, 'none'::text]))),
  constraint casualty_investigation_pkey PRIMARY KEY (id),
  constraint casualty_investigation_reason_fits CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 2000))),
  constraint casualty_investigation_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint casualty_investigation_report_bytes_fits CHECK (((report_bytes >= 1) AND (report_bytes <= 20971520))),
  constraint casualty_investigation_report_link_fits CHECK (((report_link ~ '^https://'::text) AND (char_length(report_link) <= 1000))),
  constraint casualty_investigation_report_name_fits CHECK (((char_length(report_name) >= 1) AND (char_length(report_name) <= 200))),
  constraint casualty_investigation_report_sha256_fits CHECK (((report_sha256 IS NULL) OR ((report_sha256 ~ '^[0-9a-f]{64}$'::text) AND (report_name IS NOT NULL) AND (report_bytes IS NOT NULL)))),
  constraint casualty_investigation_revision_check CHECK ((revision > 0)),
  constraint casualty_investigation_source_check CHECK ((length(source) <= 500)),
  constraint casualty_investigation_state_known CHECK ((state = ANY (ARRAY['open'::text, 'reported'::text, 'withdrawn'::text])))
);
CREATE INDEX casualty_investigation_by_begun_on ON public.casualty_investigation USING btree (COALESCE(begun_on, '-infinity'::date), id);
CREATE INDEX casualty_investigation_by_reported_on ON public.casualty_investigation USING btree (COALESCE(reported_on, '-infinity'::date), id);
CREATE INDEX casualty_investigation_changed ON public.casualty_investigation USING btree (changed_at, id);
CREATE INDEX casualty_investigation_facets ON public.casualty_investigation USING btree (investigating_state, part, interest, state) WHERE (id > 0);
CREATE INDEX casualty_investigation_of_begun_on ON public.casualty_investigation USING btree (begun_on);
CREATE INDEX casualty_investigation_of_casualty ON public.casualty_investigation USING btree (casualty);
CREATE INDEX casualty_investigation_of_interest ON public.casualty_investigation USING btree (interest, COALESCE(begun_on, '-infinity'::date), id);
CREATE INDEX casualty_investigation_of_investigating_state ON public.casualty_investigation USING btree (investigating_state, COALESCE(begun_on, '-infinity'::date), id);
CREATE INDEX casualty_investigation_of_part ON public.casualty_investigation USING btree (part, COALESCE(begun_on, '-infinity'::date), id);
CREATE INDEX casualty_investigation_of_reported_on ON public.casualty_investigation USING btree (reported_on);
CREATE UNIQUE INDEX casualty_investigation_one_casualty_investigating_state ON public.casualty_investigation USING btree (casualty, investigating_state) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX casualty_investigation_reference ON public.casualty_investigation USING btree (reference);
CREATE INDEX casualty_investigation_search_name ON public.casualty_investigation USING gin (search_text gin_trgm_ops);
CREATE INDEX casualty_investigation_search_prose ON public.casualty_investigation USING gin (search_prose);
CREATE INDEX casualty_investigation_written ON public.casualty_investigation USING btree (changed_in, id);
CREATE TRIGGER casualty_investigation_noted BEFORE UPDATE ON public.casualty_investigation FOR EACH ROW EXECUTE FUNCTION note_change();

table casualty_ship (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  casualty text,
  ship text,
  ship_name text,
  flag text,
  ship_type text,
  crew integer,
  damage text,
  reporting_state text,
  former_names text,
  search_text text generated always as (registry_fold(((((COALESCE(ship_name, ''::text) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint casualty_ship_casualty_known FOREIGN KEY (casualty) REFERENCES casualty(reference),
  constraint casualty_ship_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint casualty_ship_crew_fits CHECK (((crew >= 0) AND (crew <= 20000))),
  constraint casualty_ship_damage_fits CHECK ((damage = ANY (ARRAY['none'::text, 'seaworthy'::text, 'unfit'::text, 'total-loss'::text]))),
  constraint casualty_ship_flag_fits CHECK ((flag ~ '^[A-Z]{3}$'::text)),
  constraint casualty_ship_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint casualty_ship_pkey PRIMARY KEY (id),
  constraint casualty_ship_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint casualty_ship_reporting_state_fits CHECK ((reporting_state ~ '^[A-Z]{3}$'::text)),
  constraint casualty_ship_revision_check CHECK ((revision > 0)),
  constraint casualty_ship_ship_known FOREIGN KEY (ship) REFERENCES ship(reference),
  constraint casualty_ship_ship_name_fits CHECK (((char_length(ship_name) >= 1) AND (char_length(ship_name) <= 120))),
  constraint casualty_ship_ship_type_fits CHECK (((char_length(ship_type) >= 1) AND (char_length(ship_type) <= 120))),
  constraint casualty_ship_source_check CHECK ((length(source) <= 500)),
  constraint casualty_ship_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text])))
);
CREATE INDEX casualty_ship_by_casualty ON public.casualty_ship USING btree (COALESCE(registry_fold(casualty), '􏿿'::text), id);
CREATE INDEX casualty_ship_by_ship_name ON public.casualty_ship USING btree (COALESCE(registry_fold(ship_name), '􏿿'::text), id);
CREATE INDEX casualty_ship_changed ON public.casualty_ship USING btree (changed_at, id);
CREATE INDEX casualty_ship_facets ON public.casualty_ship USING btree (flag, damage, reporting_state, state) WHERE (id > 0);
CREATE INDEX casualty_ship_of_casualty ON public.casualty_ship USING btree (casualty);
CREATE INDEX casualty_ship_of_damage ON public.casualty_ship USING btree (damage, COALESCE(registry_fold(ship_name), '􏿿'::text), id);
CREATE INDEX casualty_ship_of_flag ON public.casualty_ship USING btree (flag, COALESCE(registry_fold(ship_name), '􏿿'::text), id);
CREATE INDEX casualty_ship_of_reporting_state ON public.casualty_ship USING btree (reporting_state);
CREATE UNIQUE INDEX casualty_ship_one_casualty_ship ON public.casualty_ship USING btree (casualty, ship) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX casualty_ship_reference ON public.casualty_ship USING btree (reference);
CREATE INDEX casualty_ship_search_name ON public.casualty_ship USING gin (search_text gin_trgm_ops);
CREATE INDEX casualty_ship_search_prose ON public.casualty_ship USING gin (search_prose);
CREATE INDEX casualty_ship_written ON public.casualty_ship USING btree (changed_in, id);
CREATE TRIGGER casualty_ship_noted BEFORE UPDATE ON public.casualty_ship FOR EACH ROW EXECUTE FUNCTION note_change();

table company (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  company_number text,
  name text,
  country text,
  address text,
  status text,
  website text,
  former_names text,
  search_text text generated always as (registry_fold(((((((COALESCE(name, ''::text) || ' '::text) || COALESCE(company_number, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint company_address_fits CHECK (((char_length(address) >= 1) AND (char_length(address) <= 300))),
  constraint company_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint company_company_number_fits CHECK ((company_number ~ '^[0-9]{7}$'::text)),
  constraint company_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint company_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint company_name_fits CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint company_pkey PRIMARY KEY (id),
  constraint company_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint company_revision_check CHECK ((revision > 0)),
  constraint company_source_check CHECK ((length(source) <= 500)),
  constraint company_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint company_status_fits CHECK ((status = ANY (ARRAY['active'::text, 'dissolved'::text, 'unknown'::text]))),
  constraint company_website_fits CHECK (((website ~ '^https://'::text) AND (char_length(website) <= 1000)))
);
CREATE INDEX company_by_company_number ON public.company USING btree (COALESCE(registry_fold(company_number), '􏿿'::text), id);
CREATE INDEX company_by_name ON public.company USING btree (COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX company_changed ON public.company USING btree (changed_at, id);
CREATE INDEX company_facets ON public.company USING btree (country, status, state) WHERE (id > 0);
CREATE INDEX company_of_company_number ON public.company USING btree (company_number);
CREATE INDEX company_of_country ON public.company USING btree (country, COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX company_of_status ON public.company USING btree (status, COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE UNIQUE INDEX company_reference ON public.company USING btree (reference);
CREATE INDEX company_search_name ON public.company USING gin (search_text gin_trgm_ops);
CREATE INDEX company_search_prose ON public.company USING gin (search_prose);
CREATE INDEX company_written ON public.company USING btree (changed_in, id);
CREATE TRIGGER company_noted BEFORE UPDATE ON public.company FOR EACH ROW EXECUTE FUNCTION note_change();

table condition_assessment (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  flag text,
  ship text,
  ship_name text,
  category text,
  delivered_on date,
  decision text,
  decided_on date,
  valid_until date,
  organization text,
  reasons text,
  report_sha256 text,
  report_name text,
  report_type text,
  report_bytes bigint,
  filed_by text,
  former_names text,
  search_text text generated always as (registry_fold(((((COALESCE(ship_name, ''::text) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint condition_assessment_category_fits CHECK ((category = ANY (ARRAY['2'::text, '3'::text]))),
  constraint condition_assessment_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint condition_assessment_decision_fits CHECK ((decision = ANY (ARRAY['issued'::text, 'interim'::text, 'suspended'::text, 'withdrawn'::text, 'refused'::text]))),
  constraint condition_assessment_filed_by_fits CHECK (((char_length(filed_by) >= 1) AND (char_length(filed_by) <= 100))),
  constraint condition_assessment_flag_fits CHECK ((flag ~ '^[A-Z]{3}$'::text)),
  constraint condition_assessment_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint condition_assessment_organization_fits CHECK (((char_length(organization) >= 1) AND (char_length(organization) <= 200))),
  constraint condition_assessment_pkey PRIMARY KEY (id),
  constraint condition_assessment_reasons_fits CHECK (((char_length(reasons) >= 1) AND (char_length(reasons) <= 3000))),
  constraint condition_assessment_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint condition_assessment_report_bytes_fits CHECK (((report_bytes >= 1) AND (report_bytes <= 20971520))),
  constraint condition_assessment_report_name_fits CHECK (((char_length(report_name) >= 1) AND (char_length(report_name) <= 200))),
  constraint condition_assessment_report_sha256_fits CHECK (((report_sha256 IS NULL) OR ((report_sha256 ~ '^[0-9a-f]{64}$'::text) AND (report_name IS NOT NULL) AND (report_bytes IS NOT NULL)))),
  constraint condition_assessment_revision_check CHECK ((revision > 0)),
  constraint condition_assessment_ship_known FOREIGN KEY (ship) REFERENCES ship(reference),
  constraint condition_assessment_ship_name_fits CHECK (((char_length(ship_name) >= 1) AND (char_length(ship_name) <= 120))),
  constraint condition_assessment_source_check CHECK ((length(source) <= 500)),
  constraint condition_assessment_state_known CHECK ((state = ANY (ARRAY['issued'::text, 'suspended'::text, 'withdrawn'::text, 'refused'::text])))
);
CREATE INDEX condition_assessment_by_decided_on ON public.condition_assessment USING btree (COALESCE(decided_on, '-infinity'::date), id);
CREATE INDEX condition_assessment_by_ship_name ON public.condition_assessment USING btree (COALESCE(registry_fold(ship_name), '􏿿'::text), id);
CREATE INDEX condition_assessment_by_valid_until ON public.condition_assessment USING btree (COALESCE(valid_until, '-infinity'::date), id);
CREATE INDEX condition_assessment_changed ON public.condition_assessment USING btree (changed_at, id);
CREATE INDEX condition_assessment_facets ON public.condition_assessment USING btree (flag, decision, category, filed_by, state) WHERE (id > 0);
CREATE INDEX condition_assessment_of_category ON public.condition_assessment USING btree (category, COALESCE(decided_on, '-infinity'::date), id);
CREATE INDEX condition_assessment_of_decided_on ON public.condition_assessment USING btree (decided_on);
CREATE INDEX condition_assessment_of_decision ON public.condition_assessment USING btree (decision, COALESCE(decided_on, '-infinity'::date), id);
CREATE INDEX condition_assessment_of_filed_by ON public.condition_assessment USING btree (filed_by, id);
CREATE INDEX condition_assessment_of_flag ON public.condition_assessment USING btree (flag, COALESCE(decided_on, '-infinity'::date), id);
CREATE INDEX condition_assessment_of_valid_until ON public.condition_assessment USING btree (valid_until);
CREATE UNIQUE INDEX condition_assessment_reference ON public.condition_assessment USING btree (reference);
CREATE INDEX condition_assessment_search_name ON public.condition_assessment USING gin (search_text gin_trgm_ops);
CREATE INDEX condition_assessment_search_prose ON public.condition_assessment USING gin (search_prose);
CREATE INDEX condition_assessment_written ON public.condition_assessment USING btree (changed_in, id);
CREATE TRIGGER condition_assessment_noted BEFORE UPDATE ON public.condition_assessment FOR EACH ROW EXECUTE FUNCTION note_change();

table contact_point (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  matters text[],
  office text,
  region text,
  address text,
  telephone text,
  email text,
  website text,
  always boolean,
  languages text,
  officer text,
  officer_telephone text,
  officer_email text,
  confirmed_on date,
  former_names text,
  search_text text generated always as (registry_fold(((((((COALESCE(office, ''::text) || ' '::text) || COALESCE(region, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint contact_point_address_fits CHECK (((char_length(address) >= 1) AND (char_length(address) <= 600))),
  constraint contact_point_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint contact_point_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint contact_point_email_fits CHECK (((char_length(email) >= 1) AND (char_length(email) <= 200))),
  constraint contact_point_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint contact_point_languages_fits CHECK (((char_length(languages) >= 1) AND (char_length(languages) <= 200))),
  constraint contact_point_matters_fits CHECK (((cardinality(matters) > 0) AND (matters <@ ARRAY['casualty'::text, 'pollution'::text, 'search-and-rescue'::text, 'security'::text, 'piracy'::text, 'port-state-control'::text, 'ship-inspection'::text, 'reception-facilities'::text, 'medical'::text, 'ballast'::text, 'facilitation'::text, 'stowaways'::text, 'training'::text, 'cargoes'::text, 'refuge'::text]))),
  constraint contact_point_office_fits CHECK (((char_length(office) >= 1) AND (char_length(office) <= 200))),
  constraint contact_point_officer_email_fits CHECK (((char_length(officer_email) >= 1) AND (char_length(officer_email) <= 200))),
  constraint contact_point_officer_fits CHECK (((char_length(officer) >= 1) AND (char_length(officer) <= 200))),
  constraint contact_point_officer_telephone_fits CHECK (((char_length(officer_telephone) >= 1) AND (char_length(officer_telephone) <= 60))),
  constraint contact_point_pkey PRIMARY KEY (id),
  constraint contact_point_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint contact_point_region_fits CHECK (((char_length(region) >= 1) AND (char_length(region) <= 300))),
  constraint contact_point_revision_check CHECK ((revision > 0)),
  constraint contact_point_source_check CHECK ((length(source) <= 500)),
  constraint contact_point_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint contact_point_telephone_fits CHECK (((char_length(telephone) >= 1) AND (char_length(telephone) <= 60))),
  constraint contact_point_website_fits CHECK (((website ~ '^https://'::text) AND (char_length(website) <= 1000)))
);
CREATE INDEX contact_point_by_confirmed_on ON public.contact_point USING btree (COALESCE(confirmed_on, '-infinity'::date), id);
CREATE INDEX contact_point_by_country ON public.contact_point USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX contact_point_by_office ON public.contact_point USING btree (COALESCE(registry_fold(office), '􏿿'::text), id);
CREATE INDEX contact_point_changed ON public.contact_point USING btree (changed_at, id);
CREATE INDEX contact_point_duty_confirm ON public.contact_point USING btree (country, confirmed_on) WHERE ((id > 0) AND (confirmed_on IS NOT NULL) AND (country IS NOT NULL) AND (state = 'current'::text));
CREATE INDEX contact_point_facets ON public.contact_point USING btree (country, always, state, matters) WHERE (id > 0);
CREATE INDEX contact_point_of_always ON public.contact_point USING btree (always, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX contact_point_of_confirmed_on ON public.contact_point USING btree (confirmed_on);
CREATE INDEX contact_point_of_country ON public.contact_point USING btree (country, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX contact_point_of_matters ON public.contact_point USING gin (matters);
CREATE UNIQUE INDEX contact_point_reference ON public.contact_point USING btree (reference);
CREATE INDEX contact_point_search_name ON public.contact_point USING gin (search_text gin_trgm_ops);
CREATE INDEX contact_point_search_prose ON public.contact_point USING gin (search_prose);
CREATE INDEX contact_point_written ON public.contact_point USING btree (changed_in, id);
CREATE TRIGGER contact_point_noted BEFORE UPDATE ON public.contact_point FOR EACH ROW EXECUTE FUNCTION note_change();

table crew_change (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  port text,
  key_workers boolean,
  possible text,
  conditions text,
  visa text,
  medical text,
  office text,
  telephone text,
  email text,
  confirmed_on date,
  website text,
  former_names text,
  search_text text generated always as (registry_fold(((((((COALESCE(office, ''::text) || ' '::text) || COALESCE(port, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(conditions, ''::text)))) stored,
  constraint crew_change_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint crew_change_conditions_fits CHECK (((char_length(conditions) >= 1) AND (char_length(conditions) <= 4000))),
  constraint crew_change_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint crew_change_email_fits CHECK (((char_length(email) >= 1) AND (char_length(email) <= 200))),
  constraint crew_change_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint crew_change_medical_fits CHECK (((char_length(medical) >= 1) AND (char_length(medical) <= 2000))),
  constraint crew_change_office_fits CHECK (((char_length(office) >= 1) AND (char_length(office) <= 200))),
  constraint crew_change_pkey PRIMARY KEY (id),
  constraint crew_change_port_fits CHECK ((port ~ '^[A-Z]{2}[A-Z2-9]{3}$'::text)),
  constraint crew_change_possible_fits CHECK ((possible = ANY (ARRAY['free'::text, 'conditions'::text, 'restricted'::text, 'closed'::text]))),
  constraint crew_change_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint crew_change_revision_check CHECK ((revision > 0)),
  constraint crew_change_source_check CHECK ((length(source) <= 500)),
  constraint crew_change_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint crew_change_telephone_fits CHECK (((char_length(telephone) >= 1) AND (char_length(telephone) <= 60))),
  constraint crew_change_visa_fits CHECK (((char_length(visa) >= 1) AND (char_length(visa) <= 300))),
  constraint crew_change_website_fits CHECK (((website ~ '^https://'::text) AND (char_length(website) <= 1000)))
);
CREATE INDEX crew_change_by_confirmed_on ON public.crew_change USING btree (COALESCE(confirmed_on, '-infinity'::date), id);
CREATE INDEX crew_change_by_country ON public.crew_change USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX crew_change_changed ON public.crew_change USING btree (changed_at, id);
CREATE INDEX crew_change_facets ON public.crew_change USING btree (possible, key_workers, country, state) WHERE (id > 0);
CREATE INDEX crew_change_of_confirmed_on ON public.crew_change USING btree (confirmed_on);
CREATE INDEX crew_change_of_country ON public.crew_change USING btree (country, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX crew_change_of_key_workers ON public.crew_change USING btree (key_workers, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX crew_change_of_port ON public.crew_change USING btree (port);
CREATE INDEX crew_change_of_possible ON public.crew_change USING btree (possible, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE UNIQUE INDEX crew_change_one_country_port ON public.crew_change USING btree (country, port) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX crew_change_reference ON public.crew_change USING btree (reference);
CREATE INDEX crew_change_search_name ON public.crew_change USING gin (search_text gin_trgm_ops);
CREATE INDEX crew_change_search_prose ON public.crew_change USING gin (search_prose);
CREATE INDEX crew_change_written ON public.crew_change USING btree (changed_in, id);
CREATE TRIGGER crew_change_noted BEFORE UPDATE ON public.crew_change FOR EACH ROW EXECUTE FUNCTION note_change();

table distribution_plan (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  kind text,
  name text,
  identifier text,
  limits text,
  port text,
  position_lat double precision,
  position_lon double precision,
  provider text,
  holds_from date,
  holds_to date,
  office text,
  telephone text,
  email text,
  former_names text,
  search_text text generated always as (registry_fold(((reference || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint distribution_plan_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint distribution_plan_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint distribution_plan_email_fits CHECK (((char_length(email) >= 1) AND (char_length(email) <= 200))),
  constraint distribution_plan_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint distribution_plan_holds_from_fits CHECK (((holds_from IS NOT NULL) OR (holds_to IS NULL))),
  constraint distribution_plan_holds_to_fits CHECK ((holds_to >= holds_from)),
  constraint distribution_plan_identifier_fits CHECK (((char_length(identifier) >= 1) AND (char_length(identifier) <= 20))),
  constraint distribution_plan_kind_fits CHECK ((kind = ANY (ARRAY['centre'::text, 'asp'::text, 'internal-waters'::text, 'territorial-sea'::text, 'thousand-miles'::text, 'custom-area'::text, 'port'::text, 'standing-order'::text, 'contact'::text]))),
  constraint distribution_plan_limits_fits CHECK (((char_length(limits) >= 1) AND (char_length(limits) <= 10000))),
  constraint distribution_plan_name_fits CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint distribution_plan_office_fits CHECK (((char_length(office) >= 1) AND (char_length(office) <= 200))),
  constraint distribution_plan_pkey PRIMARY KEY (id),
  constraint distribution_plan_port_fits CHECK ((port ~ '^[A-Z]{2}[A-Z2-9]{3}$'::text)),
  constraint distribution_plan_position_lat_fits CHECK ((((position_lat >= ('-90'::integer)::double precision) AND (position_lat <= (90)::double precision)) AND ((position_lat IS NULL) = (position_lon IS NULL)))),
  constraint distribution_plan_position_lon_fits CHECK (((position_lon >= ('-180'::integer)::double precision) AND (position_lon <= (180)::double precision))),
  constraint distribution_plan_provider_fits CHECK (((char_length(provider) >= 1) AND (char_length(provider) <= 200))),
  constraint distribution_plan_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint distribution_plan_revision_check CHECK ((revision > 0)),
  constraint distribution_plan_source_check CHECK ((length(source) <= 500)),
  constraint distribution_plan_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint distribution_plan_telephone_fits CHECK (((char_length(telephone) >= 1) AND (char_length(telephone) <= 60)))
);
CREATE INDEX distribution_plan_by_country ON public.distribution_plan USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX distribution_plan_by_name ON public.distribution_plan USING btree (COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX distribution_plan_changed ON public.distribution_plan USING btree (changed_at, id);
CREATE INDEX distribution_plan_facets ON public.distribution_plan USING btree (kind, country, state) WHERE (id > 0);
CREATE INDEX distribution_plan_of_country ON public.distribution_plan USING btree (country, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX distribution_plan_of_kind ON public.distribution_plan USING btree (kind, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE UNIQUE INDEX distribution_plan_one_country_kind_name ON public.distribution_plan USING btree (country, kind, name) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX distribution_plan_reference ON public.distribution_plan USING btree (reference);
CREATE INDEX distribution_plan_search_name ON public.distribution_plan USING gin (search_text gin_trgm_ops);
CREATE INDEX distribution_plan_search_prose ON public.distribution_plan USING gin (search_prose);
CREATE INDEX distribution_plan_written ON public.distribution_plan USING btree (changed_in, id);
CREATE TRIGGER distribution_plan_noted BEFORE UPDATE ON public.distribution_plan FOR EACH ROW EXECUTE FUNCTION note_change();

table duty_told (
  module text not null,
  duty text not null,
  reference text not null,
  owed_by text not null,
  due date not null,
  stage text not null,
  at timestamp with time zone not null,
  constraint duty_told_owed_by_check CHECK ((length(owed_by) = 3)),
  constraint duty_told_pkey PRIMARY KEY (module, duty, reference, owed_by, due, stage),
  constraint duty_told_stage_check CHECK ((stage = ANY (ARRAY['soon'::text, 'overdue'::text])))
);

table equipment (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  kind text,
  product text,
  maker text,
  maker_country text,
  certificate_number text,
  approved_on date,
  valid_until date,
  standard text,
  capacity text,
  substances text,
  limits text,
  certificate_sha256 text,
  certificate_name text,
  certificate_type text,
  certificate_bytes bigint,
  filed_by text,
  former_names text,
  search_text text generated always as (registry_fold(((((((((COALESCE(product, ''::text) || ' '::text) || COALESCE(maker, ''::text)) || ' '::text) || COALESCE(certificate_number, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(substances, ''::text)))) stored,
  constraint equipment_capacity_fits CHECK (((char_length(capacity) >= 1) AND (char_length(capacity) <= 200))),
  constraint equipment_certificate_bytes_fits CHECK (((certificate_bytes >= 1) AND (certificate_bytes <= 20971520))),
  constraint equipment_certificate_name_fits CHECK (((char_length(certificate_name) >= 1) AND (char_length(certificate_name) <= 200))),
  constraint equipment_certificate_number_fits CHECK (((char_length(certificate_number) >= 1) AND (char_length(certificate_number) <= 100))),
  constraint equipment_certificate_sha256_fits CHECK (((certificate_sha256 IS NULL) OR ((certificate_sha256 ~ '^[0-9a-f]{64}$'::text) AND (certificate_name IS NOT NULL) AND (certificate_bytes IS NOT NULL)))),
  constraint equipment_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint equipment_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint equipment_filed_by_fits CHECK (((char_length(filed_by) >= 1) AND (char_length(filed_by) <= 100))),
  constraint equipment_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint equipment_kind_fits CHECK ((kind = ANY (ARRAY['oily-water-separator'::text, 'oil-content-meter'::text, 'oil-discharge-monitor'::text, 'interface-detector'::text, 'sewage'::text, 'incinerator'::text, 'exhaust-gas-cleaning'::text, 'ballast-water'::text, 'anti-fouling'::text]))),
  constraint equipment_limits_fits CHECK (((char_length(limits) >= 1) AND (char_length(limits) <= 2000))),
  constraint equipment_maker_country_fits CHECK ((maker_country ~ '^[A-Z]{3}$'::text)),
  constraint equipment_maker_fits CHECK (((char_length(maker) >= 1) AND (char_length(maker) <= 200))),
  constraint equipment_pkey PRIMARY KEY (id),
  constraint equipment_product_fits CHECK (((char_length(product) >= 1) AND (char_length(product) <= 200))),
  constraint equipment_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint equipment_revision_check CHECK ((revision > 0)),
  constraint equipment_source_check CHECK ((length(source) <= 500)),
  constraint equipment_standard_fits CHECK (((char_length(standard) >= 1) AND (char_length(standard) <= 200))),
  constraint equipment_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint equipment_substances_fits CHECK (((char_length(substances) >= 1) AND (char_length(substances) <= 1000)))
);
CREATE INDEX equipment_by_approved_on ON public.equipment USING btree (COALESCE(approved_on, '-infinity'::date), id);
CREATE INDEX equipment_by_maker ON public.equipment USING btree (COALESCE(registry_fold(maker), '􏿿'::text), id);
CREATE INDEX equipment_by_product ON public.equipment USING btree (COALESCE(registry_fold(product), '􏿿'::text), id);
CREATE INDEX equipment_by_valid_until ON public.equipment USING btree (COALESCE(valid_until, '-infinity'::date), id);
CREATE INDEX equipment_changed ON public.equipment USING btree (changed_at, id);
CREATE INDEX equipment_facets ON public.equipment USING btree (kind, country, maker_country, filed_by, state) WHERE (id > 0);
CREATE INDEX equipment_of_approved_on ON public.equipment USING btree (approved_on);
CREATE INDEX equipment_of_country ON public.equipment USING btree (country, COALESCE(registry_fold(product), '􏿿'::text), id);
CREATE INDEX equipment_of_filed_by ON public.equipment USING btree (filed_by, id);
CREATE INDEX equipment_of_kind ON public.equipment USING btree (kind, COALESCE(registry_fold(product), '􏿿'::text), id);
CREATE INDEX equipment_of_maker_country ON public.equipment USING btree (maker_country, COALESCE(registry_fold(product), '􏿿'::text), id);
CREATE INDEX equipment_of_valid_until ON public.equipment USING btree (valid_until);
CREATE UNIQUE INDEX equipment_reference ON public.equipment USING btree (reference);
CREATE INDEX equipment_search_name ON public.equipment USING gin (search_text gin_trgm_ops);
CREATE INDEX equipment_search_prose ON public.equipment USING gin (search_prose);
CREATE INDEX equipment_written ON public.equipment USING btree (changed_in, id);
CREATE TRIGGER equipment_noted BEFORE UPDATE ON public.equipment FOR EACH ROW EXECUTE FUNCTION note_change();

table facilitation (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  kind text,
  provision text,
  notified_on date,
  holds_from date,
  holds_to date,
  ship text,
  port text,
  persons integer,
  nationalities text[],
  description text,
  document_sha256 text,
  document_name text,
  document_type text,
  document_bytes bigint,
  former_names text,
  search_text text generated always as (registry_fold(((((COALESCE(provision, ''::text) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(description, ''::text)))) stored,
  constraint facilitation_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint facilitation_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint facilitation_description_fits CHECK (((char_length(description) >= 1) AND (char_length(description) <= 4000))),
  constraint facilitation_document_bytes_fits CHECK (((document_bytes >= 1) AND (document_bytes <= 20971520))),
  constraint facilitation_document_name_fits CHECK (((char_length(document_name) >= 1) AND (char_length(document_name) <= 200))),
  constraint facilitation_document_sha256_fits CHECK (((document_sha256 IS NULL) OR ((document_sha256 ~ '^[0-9a-f]{64}$'::text) AND (document_name IS NOT NULL) AND (document_bytes IS NOT NULL)))),
  constraint facilitation_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint facilitation_holds_from_fits CHECK (((holds_from IS NOT NULL) OR (holds_to IS NULL))),
  constraint facilitation_holds_to_fits CHECK ((holds_to >= holds_from)),
  constraint facilitation_kind_fits CHECK ((kind = ANY (ARRAY['difference'::text, 'practice'::text, 'stowaways'::text, 'refugees'::text, 'information'::text]))),
  constraint facilitation_nationalities_fits CHECK ((((cardinality(nationalities) >= 1) AND (cardinality(nationalities) <= 250)) AND (array_to_string(nationalities, ','::text) ~ '^[A-Z]{3}(,[A-Z]{3})*$'::text))),
  constraint facilitation_persons_fits CHECK (((persons >= 0) AND (persons <= 100000))),
  constraint facilitation_pkey PRIMARY KEY (id),
  constraint facilitation_port_fits CHECK ((port ~ '^[A-Z]{2}[A-Z2-9]{3}$'::text)),
  constraint facilitation_provision_fits CHECK (((char_length(provision) >= 1) AND (char_length(provision) <= 100))),
  constraint facilitation_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint facilitation_revision_check CHECK ((revision > 0)),
  constraint facilitation_ship_known FOREIGN KEY (ship) REFERENCES ship(reference),
  constraint facilitation_source_check CHECK ((length(source) <= 500)),
  constraint facilitation_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text])))
);
CREATE INDEX facilitation_by_country ON public.facilitation USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX facilitation_by_notified_on ON public.facilitation USING btree (COALESCE(notified_on, '-infinity'::date), id);
CREATE INDEX facilitation_by_provision ON public.facilitation USING btree (COALESCE(registry_fold(provision), '􏿿'::text), id);
CREATE INDEX facilitation_changed ON public.facilitation USING btree (changed_at, id);
CREATE INDEX facilitation_facets ON public.facilitation USING btree (kind, country, state) WHERE (id > 0);
CREATE INDEX facilitation_of_country ON public.facilitation USING btree (country, COALESCE(notified_on, '-infinity'::date), id);
CREATE INDEX facilitation_of_kind ON public.facilitation USING btree (kind, COALESCE(notified_on, '-infinity'::date), id);
CREATE INDEX facilitation_of_nationalities ON public.facilitation USING gin (nationalities);
CREATE INDEX facilitation_of_notified_on ON public.facilitation USING btree (notified_on);
CREATE UNIQUE INDEX facilitation_reference ON public.facilitation USING btree (reference);
CREATE INDEX facilitation_search_name ON public.facilitation USING gin (search_text gin_trgm_ops);
CREATE INDEX facilitation_search_prose ON public.facilitation USING gin (search_prose);
CREATE INDEX facilitation_written ON public.facilitation USING btree (changed_in, id);
CREATE TRIGGER facilitation_noted BEFORE UPDATE ON public.facilitation FOR EACH ROW EXECUTE FUNCTION note_change();

table field_change (
  id bigint not null generated always as identity,
  module text not null,
  record_id bigint not null,
  revision integer not null,
  act text not null,
  field text not null,
  before jsonb,
  after jsonb,
  effective_on date,
  account_id text not null,
  account_name text not null,
  delegation text,
  source text,
  at timestamp with time zone not null,
  constraint field_change_account_id_check CHECK (((length(account_id) >= 1) AND (length(account_id) <= 64))),
  constraint field_change_account_name_check CHECK ((length(account_name) <= 200)),
  constraint field_change_act_check CHECK (((length(act) >= 1) AND (length(act) <= 60))),
  constraint field_change_delegation_check CHECK ((length(delegation) <= 100)),
  constraint field_change_field_check CHECK (((length(field) >= 1) AND (length(field) <= 60))),
  constraint field_change_pkey PRIMARY KEY (id),
  constraint field_change_revision_check CHECK ((revision > 0)),
  constraint field_change_source_check CHECK ((length(source) <= 500))
);
CREATE UNIQUE INDEX field_change_of_record ON public.field_change USING btree (module, record_id, revision, field);
CREATE TRIGGER field_change_stays BEFORE DELETE OR UPDATE ON public.field_change FOR EACH ROW EXECUTE FUNCTION refuse_change();

table fuel_consumption (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  flag text,
  ship text,
  year integer,
  year_ended_on date,
  type text,
  gross_tonnage integer,
  deadweight numeric(8,1),
  ice_class text,
  hfo numeric(10,3),
  lfo numeric(10,3),
  mdo numeric(10,3),
  lng numeric(10,3),
  other_fuel numeric(10,3),
  distance numeric(8,1),
  hours numeric(5,1),
  attained_cii numeric(8,3),
  rating text,
  statement_on date,
  organization text,
  filed_by text,
  method text,
  former_names text,
  search_text text generated always as (registry_fold(((reference || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint fuel_consumption_attained_cii_fits CHECK (((attained_cii >= (0)::numeric) AND (attained_cii <= (10000)::numeric))),
  constraint fuel_consumption_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint fuel_consumption_deadweight_fits CHECK (((deadweight >= (0)::numeric) AND (deadweight <= (1000000)::numeric))),
  constraint fuel_consumption_distance_fits CHECK (((distance >= (0)::numeric) AND (distance <= (1000000)::numeric))),
  constraint fuel_consumption_filed_by_fits CHECK (((char_length(filed_by) >= 1) AND (char_length(filed_by) <= 100))),
  constraint fuel_consumption_flag_fits CHECK ((flag ~ '^[A-Z]{3}$'::text)),
  constraint fuel_consumption_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint fuel_consumption_gross_tonnage_fits CHECK (((gross_tonnage >= 5000) AND (gross_tonnage <= 1000000))),
  constraint fuel_consumption_hfo_fits CHECK (((hfo >= (0)::numeric) AND (hfo <= (1000000)::numeric))),
  constraint fuel_consumption_hours_fits CHECK (((hours >= (0)::numeric) AND (hours <= (8784)::numeric))),
  constraint fuel_consumption_ice_class_fits CHECK (((char_length(ice_class) >= 1) AND (char_length(ice_class) <= 60))),
  constraint fuel_consumption_lfo_fits CHECK (((lfo >= (0)::numeric) AND (lfo <= (1000000)::numeric))),
  constraint fuel_consumption_lng_fits CHECK (((lng >= (0)::numeric) AND (lng <= (1000000)::numeric))),
  constraint fuel_consumption_mdo_fits CHECK (((mdo >= (0)::numeric) AND (mdo <= (1000000)::numeric))),
  constraint fuel_consumption_method_fits CHECK ((method = ANY (ARRAY['bunker-notes'::text, 'flow-meters'::text, 'soundings'::text]))),
  constraint fuel_consumption_organization_fits CHECK (((char_length(organization) >= 1) AND (char_length(organization) <= 200))),
  constraint fuel_consumption_other_fuel_fits CHECK (((other_fuel >= (0)::numeric) AND (other_fuel <= (1000000)::numeric))),
  constraint fuel_consumption_pkey PRIMARY KEY (id),
  constraint fuel_consumption_rating_fits CHECK ((rating = ANY (ARRAY['a'::text, 'b'::text, 'c'::text, 'd'::text, 'e'::text]))),
  constraint fuel_consumption_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint fuel_consumption_revision_check CHECK ((revision > 0)),
  constraint fuel_consumption_ship_known FOREIGN KEY (ship) REFERENCES ship(reference),
  constraint fuel_consumption_source_check CHECK ((length(source) <= 500)),
  constraint fuel_consumption_state_known CHECK ((state = ANY (ARRAY['reported'::text, 'verified'::text, 'withdrawn'::text]))),
  constraint fuel_consumption_type_fits CHECK (((char_length(type) >= 1) AND (char_length(type) <= 120))),
  constraint fuel_consumption_year_fits CHECK (((year >= 2019) AND (year <= 2100)))
);
CREATE INDEX fuel_consumption_by_distance ON public.fuel_consumption USING btree (COALESCE(distance, '-Infinity'::numeric), id);
CREATE INDEX fuel_consumption_by_ship ON public.fuel_consumption USING btree (COALESCE(registry_fold(ship), '􏿿'::text), id);
CREATE INDEX fuel_consumption_by_year ON public.fuel_consumption USING btree (COALESCE(year, '-2147483648'::integer), id);
CREATE INDEX fuel_consumption_changed ON public.fuel_consumption USING btree (changed_at, id);
CREATE INDEX fuel_consumption_duty_statement ON public.fuel_consumption USING btree (flag, year_ended_on) WHERE ((id > 0) AND (year_ended_on IS NOT NULL) AND (flag IS NOT NULL) AND (state = ANY (ARRAY['reported'::text, 'verified'::text])) AND (statement_on IS NULL));
CREATE INDEX fuel_consumption_facets ON public.fuel_consumption USING btree (flag, rating, method, filed_by, state) WHERE (id > 0);
CREATE INDEX fuel_consumption_of_distance ON public.fuel_consumption USING btree (distance);
CREATE INDEX fuel_consumption_of_filed_by ON public.fuel_consumption USING btree (filed_by, id);
CREATE INDEX fuel_consumption_of_flag ON public.fuel_consumption USING btree (flag, COALESCE(year, '-2147483648'::integer), id);
CREATE INDEX fuel_consumption_of_gross_tonnage ON public.fuel_consumption USING btree (gross_tonnage);
CREATE INDEX fuel_consumption_of_method ON public.fuel_consumption USING btree (method, COALESCE(year, '-2147483648'::integer), id);
CREATE INDEX fuel_consumption_of_rating ON public.fuel_consumption USING btree (rating, COALESCE(year, '-2147483648'::integer), id);
CREATE INDEX fuel_consumption_of_ship ON public.fuel_consumption USING btree (ship);
CREATE INDEX fuel_consumption_of_year ON public.fuel_consumption USING btree (year);
CREATE UNIQUE INDEX fuel_consumption_one_ship_year ON public.fuel_consumption USING btree (ship, year) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX fuel_consumption_reference ON public.fuel_consumption USING btree (reference);
CREATE INDEX fuel_consumption_search_name ON public.fuel_consumption USING gin (search_text gin_trgm_ops);
CREATE INDEX fuel_consumption_search_prose ON public.fuel_consumption USING gin (search_prose);
CREATE INDEX fuel_consumption_written ON public.fuel_consumption USING btree (changed_in, id);
CREATE TRIGGER fuel_consumption_noted BEFORE UPDATE ON public.fuel_consumption FOR EACH ROW EXECUTE FUNCTION note_change();

table gmdss_station (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  name text,
  service text[],
  mmsi text,
  call_sign text,
  position_lat double precision,
  position_lon double precision,
  range numeric(6,1),
  frequencies text,
  status text,
  navtex_area text,
  centre text,
  since date,
  former_names text,
  search_text text generated always as (registry_fold(((((((((((COALESCE(name, ''::text) || ' '::text) || COALESCE(mmsi, ''::text)) || ' '::text) || COALESCE(call_sign, ''::text)) || ' '::text) || COALESCE(frequencies, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint gmdss_station_call_sign_fits CHECK ((call_sign ~ '^[A-Z0-9]{3,8}$'::text)),
  constraint gmdss_station_centre_known FOREIGN KEY (centre) REFERENCES search_and_rescue(reference),
  constraint gmdss_station_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint gmdss_station_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint gmdss_station_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint gmdss_station_frequencies_fits CHECK (((char_length(frequencies) >= 1) AND (char_length(frequencies) <= 300))),
  constraint gmdss_station_mmsi_fits CHECK ((mmsi ~ '^[0-9]{9}$'::text)),
  constraint gmdss_station_name_fits CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint gmdss_station_navtex_area_fits CHECK (((char_length(navtex_area) >= 1) AND (char_length(navtex_area) <= 20))),
  constraint gmdss_station_pkey PRIMARY KEY (id),
  constraint gmdss_station_position_lat_fits CHECK ((((position_lat >= ('-90'::integer)::double precision) AND (position_lat <= (90)::double precision)) AND ((position_lat IS NULL) = (position_lon IS NULL)))),
  constraint gmdss_station_position_lon_fits CHECK (((position_lon >= ('-180'::integer)::double precision) AND (position_lon <= (180)::double precision))),
  constraint gmdss_station_range_fits CHECK (((range >= (0)::numeric) AND (range <= (10000)::numeric))),
  constraint gmdss_station_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint gmdss_station_revision_check CHECK ((revision > 0)),
  constraint gmdss_station_service_fits CHECK (((cardinality(service) > 0) AND (service <@ ARRAY['vhf-dsc'::text, 'mf-dsc'::text, 'hf-dsc'::text, 'navtex'::text, 'safetynet'::text, 'cospas-sarsat'::text, 'earth-station'::text, 'meteorology'::text]))),
  constraint gmdss_station_source_check CHECK ((length(source) <= 500)),
  constraint gmdss_station_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint gmdss_station_status_fits CHECK ((status = ANY (ARRAY['operational'::text, 'trial'::text, 'planned'::text, 'closed'::text])))
);
CREATE INDEX gmdss_station_by_country ON public.gmdss_station USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX gmdss_station_by_name ON public.gmdss_station USING btree (COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX gmdss_station_by_since ON public.gmdss_station USING btree (COALESCE(since, '-infinity'::date), id);
CREATE INDEX gmdss_station_changed ON public.gmdss_station USING btree (changed_at, id);
CREATE INDEX gmdss_station_facets ON public.gmdss_station USING btree (country, status, state, service) WHERE (id > 0);
CREATE INDEX gmdss_station_of_country ON public.gmdss_station USING btree (country, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX gmdss_station_of_mmsi ON public.gmdss_station USING btree (mmsi);
CREATE INDEX gmdss_station_of_position ON public.gmdss_station USING gist (point(position_lon, position_lat));
CREATE INDEX gmdss_station_of_service ON public.gmdss_station USING gin (service);
CREATE INDEX gmdss_station_of_status ON public.gmdss_station USING btree (status, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE UNIQUE INDEX gmdss_station_one_country_name ON public.gmdss_station USING btree (country, name) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX gmdss_station_reference ON public.gmdss_station USING btree (reference);
CREATE INDEX gmdss_station_search_name ON public.gmdss_station USING gin (search_text gin_trgm_ops);
CREATE INDEX gmdss_station_search_prose ON public.gmdss_station USING gin (search_prose);
CREATE INDEX gmdss_station_written ON public.gmdss_station USING btree (changed_in, id);
CREATE TRIGGER gmdss_station_noted BEFORE UPDATE ON public.gmdss_station FOR EACH ROW EXECUTE FUNCTION note_change();

table hook (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  maker text,
  hook_type text,
  maker_country text,
  load numeric(6,2),
  design text,
  result text,
  modification text,
  evaluated_on date,
  organization text,
  report_sha256 text,
  report_name text,
  report_type text,
  report_bytes bigint,
  filed_by text,
  former_names text,
  search_text text generated always as (registry_fold(((((((((COALESCE(maker, ''::text) || ' '::text) || COALESCE(hook_type, ''::text)) || ' '::text) || COALESCE(organization, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint hook_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint hook_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint hook_design_fits CHECK ((design = ANY (ARRAY['on-load'::text, 'off-load'::text, 'both'::text]))),
  constraint hook_filed_by_fits CHECK (((char_length(filed_by) >= 1) AND (char_length(filed_by) <= 100))),
  constraint hook_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint hook_hook_type_fits CHECK (((char_length(hook_type) >= 1) AND (char_length(hook_type) <= 200))),
  constraint hook_load_fits CHECK (((load >= (0)::numeric) AND (load <= (1000)::numeric))),
  constraint hook_maker_country_fits CHECK ((maker_country ~ '^[A-Z]{3}$'::text)),
  constraint hook_maker_fits CHECK (((char_length(maker) >= 1) AND (char_length(maker) <= 200))),
  constraint hook_modification_fits CHECK (((char_length(modification) >= 1) AND (char_length(modification) <= 2000))),
  constraint hook_organization_fits CHECK (((char_length(organization) >= 1) AND (char_length(organization) <= 200))),
  constraint hook_pkey PRIMARY KEY (id),
  constraint hook_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint hook_report_bytes_fits CHECK (((report_bytes >= 1) AND (report_bytes <= 20971520))),
  constraint hook_report_name_fits CHECK (((char_length(report_name) >= 1) AND (char_length(report_name) <= 200))),
  constraint hook_report_sha256_fits CHECK (((report_sha256 IS NULL) OR ((report_sha256 ~ '^[0-9a-f]{64}$'::text) AND (report_name IS NOT NULL) AND (report_bytes IS NOT NULL)))),
  constraint hook_result_fits CHECK ((result = ANY (ARRAY['compliant'::text, 'modified'::text, 'non-compliant'::text]))),
  constraint hook_revision_check CHECK ((revision > 0)),
  constraint hook_source_check CHECK ((length(source) <= 500)),
  constraint hook_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text])))
);
CREATE INDEX hook_by_evaluated_on ON public.hook USING btree (COALESCE(evaluated_on, '-infinity'::date), id);
CREATE INDEX hook_by_hook_type ON public.hook USING btree (COALESCE(registry_fold(hook_type), '􏿿'::text), id);
CREATE INDEX hook_by_maker ON public.hook USING btree (COALESCE(registry_fold(maker), '􏿿'::text), id);
CREATE INDEX hook_changed ON public.hook USING btree (changed_at, id);
CREATE INDEX hook_facets ON public.hook USING btree (result, maker_country, country, design, filed_by, state) WHERE (id > 0);
CREATE INDEX hook_of_country ON public.hook USING btree (country, COALESCE(registry_fold(maker), '􏿿'::text), id);
CREATE INDEX hook_of_design ON public.hook USING btree (design, COALESCE(registry_fold(maker), '􏿿'::text), id);
CREATE INDEX hook_of_evaluated_on ON public.hook USING btree (evaluated_on);
CREATE INDEX hook_of_filed_by ON public.hook USING btree (filed_by, id);
CREATE INDEX hook_of_maker_country ON public.hook USING btree (maker_country, COALESCE(registry_fold(maker), '􏿿'::text), id);
CREATE INDEX hook_of_result ON public.hook USING btree (result, COALESCE(registry_fold(maker), '􏿿'::text), id);
CREATE UNIQUE INDEX hook_reference ON public.hook USING btree (reference);
CREATE INDEX hook_search_name ON public.hook USING gin (search_text gin_trgm_ops);
CREATE INDEX hook_search_prose ON public.hook USING gin (search_prose);
CREATE INDEX hook_written ON public.hook USING btree (changed_in, id);
CREATE TRIGGER hook_noted BEFORE UPDATE ON public.hook FOR EACH ROW EXECUTE FUNCTION note_change();

table import_fault (
  id bigint not null generated always as identity,
  import_id bigint not null,
  faults jsonb not null,
  constraint import_fault_import_id_fkey FOREIGN KEY (import_id) REFERENCES import_file(id),
  constraint import_fault_pkey PRIMARY KEY (id)
);
CREATE INDEX import_fault_of_file ON public.import_fault USING btree (import_id, id);

table import_file (
  id bigint not null generated always as identity,
  module text not null,
  account_id text not null,
  account_name text not null,
  name text not null,
  sha256 text,
  bytes bigint not null,
  source text not null,
  since date,
  state text not null,
  checked_at timestamp with time zone,
  is_sure boolean not null default false,
  done_rows integer not null default 0,
  rows integer,
  added integer not null default 0,
  changed integer not null default 0,
  same integer not null default 0,
  refused integer not null default 0,
  told text[] not null default '{}'::text[],
  created_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint import_file_account_id_check CHECK (((length(account_id) >= 1) AND (length(account_id) <= 64))),
  constraint import_file_account_name_check CHECK ((length(account_name) <= 200)),
  constraint import_file_bytes_check CHECK ((bytes > 0)),
  constraint import_file_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint import_file_pkey PRIMARY KEY (id),
  constraint import_file_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint import_file_source_check CHECK (((length(source) >= 1) AND (length(source) <= 500))),
  constraint import_file_state_check CHECK ((state = ANY (ARRAY['filed'::text, 'carrying'::text, 'done'::text, 'dropped'::text])))
);
CREATE INDEX import_file_of_account ON public.import_file USING btree (account_id, module, id);
CREATE INDEX import_file_open ON public.import_file USING btree (created_at) WHERE (sha256 IS NOT NULL);

table inadequacy (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  flag text,
  ship text,
  ship_name text,
  port_state text,
  port text,
  port_name text,
  facility text,
  happened_on date,
  wastes text[],
  quantity numeric(9,2),
  problems text[],
  noticed boolean,
  description text,
  sent_on date,
  answer text,
  answered_on date,
  conclusion text,
  former_names text,
  search_text text generated always as (registry_fold(((((((COALESCE(port_name, ''::text) || ' '::text) || COALESCE(ship_name, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(description, ''::text)))) stored,
  constraint inadequacy_answer_fits CHECK (((char_length(answer) >= 1) AND (char_length(answer) <= 4000))),
  constraint inadequacy_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint inadequacy_conclusion_fits CHECK (((char_length(conclusion) >= 1) AND (char_length(conclusion) <= 2000))),
  constraint inadequacy_description_fits CHECK (((char_length(description) >= 1) AND (char_length(description) <= 4000))),
  constraint inadequacy_facility_known FOREIGN KEY (facility) REFERENCES reception_facility(reference),
  constraint inadequacy_flag_fits CHECK ((flag ~ '^[A-Z]{3}$'::text)),
  constraint inadequacy_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint inadequacy_pkey PRIMARY KEY (id),
  constraint inadequacy_port_fits CHECK ((port ~ '^[A-Z]{2}[A-Z2-9]{3}$'::text)),
  constraint inadequacy_port_name_fits CHECK (((char_length(port_name) >= 1) AND (char_length(port_name) <= 200))),
  constraint inadequacy_port_state_fits CHECK ((port_state ~ '^[A-Z]{3}$'::text)),
  constraint inadequacy_problems_fits CHECK (((cardinality(problems) > 0) AND (problems <@ ARRAY['absent'::text, 'delay'::text, 'technical'::text, 'berth'::text, 'charge'::text, 'refused'::text, 'other'::text]))),
  constraint inadequacy_quantity_fits CHECK (((quantity >= (0)::numeric) AND (quantity <= (1000000)::numeric))),
  constraint inadequacy_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint inadequacy_revision_check CHECK ((revision > 0)),
  constraint inadequacy_ship_known FOREIGN KEY (ship) REFERENCES ship(reference),
  constraint inadequacy_ship_name_fits CHECK (((char_length(ship_name) >= 1) AND (char_length(ship_name) <= 120))),
  constraint inadequacy_source_check CHECK ((length(source) <= 500)),
  constraint inadequacy_state_known CHECK ((state = ANY (ARRAY['draft'::text, 'sent'::text, 'answered'::text, 'closed'::text, 'withdrawn'::text]))),
  constraint inadequacy_wastes_fits CHECK (((cardinality(wastes) > 0) AND (wastes <@ ARRAY['i'::text, 'ii'::text, 'iv'::text, 'v'::text, 'vi'::text])))
);
CREATE INDEX inadequacy_by_happened_on ON public.inadequacy USING btree (COALESCE(happened_on, '-infinity'::date), id);
CREATE INDEX inadequacy_by_port_name ON public.inadequacy USING btree (COALESCE(registry_fold(port_name), '􏿿'::text), id);
CREATE INDEX inadequacy_changed ON public.inadequacy USING btree (changed_at, id);
CREATE INDEX inadequacy_duty_answer ON public.inadequacy USING btree (port_state, sent_on) WHERE ((id > 0) AND (sent_on IS NOT NULL) AND (port_state IS NOT NULL) AND (state = ANY (ARRAY['draft'::text, 'sent'::text, 'answered'::text, 'closed'::text])) AND (answered_on IS NULL));
CREATE INDEX inadequacy_facets ON public.inadequacy USING btree (port_state, flag, state, wastes, problems) WHERE (id > 0);
CREATE INDEX inadequacy_of_answered_on ON public.inadequacy USING btree (answered_on);
CREATE INDEX inadequacy_of_flag ON public.inadequacy USING btree (flag, COALESCE(happened_on, '-infinity'::date), id);
CREATE INDEX inadequacy_of_happened_on ON public.inadequacy USING btree (happened_on);
CREATE INDEX inadequacy_of_port_state ON public.inadequacy USING btree (port_state, COALESCE(happened_on, '-infinity'::date), id);
CREATE INDEX inadequacy_of_problems ON public.inadequacy USING gin (problems);
CREATE INDEX inadequacy_of_wastes ON public.inadequacy USING gin (wastes);
CREATE UNIQUE INDEX inadequacy_reference ON public.inadequacy USING btree (reference);
CREATE INDEX inadequacy_search_name ON public.inadequacy USING gin (search_text gin_trgm_ops);
CREATE INDEX inadequacy_search_prose ON public.inadequacy USING gin (search_prose);
CREATE INDEX inadequacy_written ON public.inadequacy USING btree (changed_in, id);
CREATE TRIGGER inadequacy_noted BEFORE UPDATE ON public.inadequacy FOR EACH ROW EXECUTE FUNCTION note_change();

table judicial_sale (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  ship text,
  ship_name text,
  flag text,
  port_of_registry text,
  owner_name text,
  court text,
  case_number text,
  notice_on date,
  sale_on date,
  sale_place text,
  clean_title boolean,
  purchaser text,
  certificate_on date,
  notice_sha256 text,
  notice_name text,
  notice_type text,
  notice_bytes bigint,
  certificate_sha256 text,
  certificate_name text,
  certificate_type text,
  certificate_bytes bigint,
  former_names text,
  search_text text generated always as (registry_fold(((((((((((COALESCE(ship_name, ''::text) || ' '::text) || COALESCE(owner_name, ''::text)) || ' '::text) || COALESCE(court, ''::text)) || ' '::text) || COALESCE(case_number, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint judicial_sale_case_number_fits CHECK (((char_length(case_number) >= 1) AND (char_length(case_number) <= 100))),
  constraint judicial_sale_certificate_bytes_fits CHECK (((certificate_bytes >= 1) AND (certificate_bytes <= 20971520))),
  constraint judicial_sale_certificate_name_fits CHECK (((char_length(certificate_name) >= 1) AND (char_length(certificate_name) <= 200))),
  constraint judicial_sale_certificate_sha256_fits CHECK (((certificate_sha256 IS NULL) OR ((certificate_sha256 ~ '^[0-9a-f]{64}$'::text) AND (certificate_name IS NOT NULL) AND (certificate_bytes IS NOT NULL)))),
  constraint judicial_sale_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint judicial_sale_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint judicial_sale_court_fits CHECK (((char_length(court) >= 1) AND (char_length(court) <= 200))),
  constraint judicial_sale_flag_fits CHECK ((flag ~ '^[A-Z]{3}$'::text)),
  constraint judicial_sale_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint judicial_sale_notice_bytes_fits CHECK (((notice_bytes >= 1) AND (notice_bytes <= 20971520))),
  constraint judicial_sale_notice_name_fits CHECK (((char_length(notice_name) >= 1) AND (char_length(notice_name) <= 200))),
  constraint judicial_sale_notice_sha256_fits CHECK (((notice_sha256 IS NULL) OR ((notice_sha256 ~ '^[0-9a-f]{64}$'::text) AND (notice_name IS NOT NULL) AND (notice_bytes IS NOT NULL)))),
  constraint judicial_sale_owner_name_fits CHECK (((char_length(owner_name) >= 1) AND (char_length(owner_name) <= 200))),
  constraint judicial_sale_pkey PRIMARY KEY (id),
  constraint judicial_sale_port_of_registry_fits CHECK (((char_length(port_of_registry) >= 1) AND (char_length(port_of_registry) <= 120))),
  constraint judicial_sale_purchaser_fits CHECK (((char_length(purchaser) >= 1) AND (char_length(purchaser) <= 200))),
  constraint judicial_sale_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint judicial_sale_revision_check CHECK ((revision > 0)),
  constraint judicial_sale_sale_place_fits CHECK (((char_length(sale_place) >= 1) AND (char_length(sale_place) <= 200))),
  constraint judicial_sale_ship_known FOREIGN KEY (ship) REFERENCES ship(reference),
  constraint judicial_sale_ship_name_fits CHECK (((char_length(ship_name) >= 1) AND (char_length(ship_name) <= 120))),
  constraint judicial_sale_source_check CHECK ((length(source) <= 500)),
  constraint judicial_sale_state_known CHECK ((state = ANY (ARRAY['noticed'::text, 'sold'::text, 'avoided'::text, 'withdrawn'::text])))
);
CREATE INDEX judicial_sale_by_notice_on ON public.judicial_sale USING btree (COALESCE(notice_on, '-infinity'::date), id);
CREATE INDEX judicial_sale_by_sale_on ON public.judicial_sale USING btree (COALESCE(sale_on, '-infinity'::date), id);
CREATE INDEX judicial_sale_by_ship_name ON public.judicial_sale USING btree (COALESCE(registry_fold(ship_name), '􏿿'::text), id);
CREATE INDEX judicial_sale_changed ON public.judicial_sale USING btree (changed_at, id);
CREATE INDEX judicial_sale_facets ON public.judicial_sale USING btree (country, flag, clean_title, state) WHERE (id > 0);
CREATE INDEX judicial_sale_of_clean_title ON public.judicial_sale USING btree (clean_title, COALESCE(notice_on, '-infinity'::date), id);
CREATE INDEX judicial_sale_of_country ON public.judicial_sale USING btree (country, COALESCE(notice_on, '-infinity'::date), id);
CREATE INDEX judicial_sale_of_flag ON public.judicial_sale USING btree (flag, COALESCE(notice_on, '-infinity'::date), id);
CREATE INDEX judicial_sale_of_notice_on ON public.judicial_sale USING btree (notice_on);
CREATE INDEX judicial_sale_of_sale_on ON public.judicial_sale USING btree (sale_on);
CREATE UNIQUE INDEX judicial_sale_reference ON public.judicial_sale USING btree (reference);
CREATE INDEX judicial_sale_search_name ON public.judicial_sale USING gin (search_text gin_trgm_ops);
CREATE INDEX judicial_sale_search_prose ON public.judicial_sale USING gin (search_prose);
CREATE INDEX judicial_sale_written ON public.judicial_sale USING btree (changed_in, id);
CREATE TRIGGER judicial_sale_noted BEFORE UPDATE ON public.judicial_sale FOR EACH ROW EXECUTE FUNCTION note_change();

table legislation (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  title text,
  title_original text,
  kind text,
  instruments text,
  adopted_on date,
  in_force_on date,
  ended_on date,
  languages text,
  summary text,
  document_sha256 text,
  document_name text,
  document_type text,
  document_bytes bigint,
  website text,
  former_names text,
  search_text text generated always as (registry_fold(((((((((COALESCE(title, ''::text) || ' '::text) || COALESCE(title_original, ''::text)) || ' '::text) || COALESCE(instruments, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(summary, ''::text)))) stored,
  constraint legislation_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint legislation_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint legislation_document_bytes_fits CHECK (((document_bytes >= 1) AND (document_bytes <= 31457280))),
  constraint legislation_document_name_fits CHECK (((char_length(document_name) >= 1) AND (char_length(document_name) <= 200))),
  constraint legislation_document_sha256_fits CHECK (((document_sha256 IS NULL) OR ((document_sha256 ~ '^[0-9a-f]{64}$'::text) AND (document_name IS NOT NULL) AND (document_bytes IS NOT NULL)))),
  constraint legislation_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint legislation_instruments_fits CHECK (((char_length(instruments) >= 1) AND (char_length(instruments) <= 500))),
  constraint legislation_kind_fits CHECK ((kind = ANY (ARRAY['act'::text, 'decree'::text, 'regulation'::text, 'order'::text, 'other'::text]))),
  constraint legislation_languages_fits CHECK (((char_length(languages) >= 1) AND (char_length(languages) <= 200))),
  constraint legislation_pkey PRIMARY KEY (id),
  constraint legislation_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint legislation_revision_check CHECK ((revision > 0)),
  constraint legislation_source_check CHECK ((length(source) <= 500)),
  constraint legislation_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint legislation_summary_fits CHECK (((char_length(summary) >= 1) AND (char_length(summary) <= 4000))),
  constraint legislation_title_fits CHECK (((char_length(title) >= 1) AND (char_length(title) <= 500))),
  constraint legislation_title_original_fits CHECK (((char_length(title_original) >= 1) AND (char_length(title_original) <= 500))),
  constraint legislation_website_fits CHECK (((website ~ '^https://'::text) AND (char_length(website) <= 1000)))
);
CREATE INDEX legislation_by_adopted_on ON public.legislation USING btree (COALESCE(adopted_on, '-infinity'::date), id);
CREATE INDEX legislation_by_country ON public.legislation USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX legislation_by_in_force_on ON public.legislation USING btree (COALESCE(in_force_on, '-infinity'::date), id);
CREATE INDEX legislation_by_title ON public.legislation USING btree (COALESCE(registry_fold(title), '􏿿'::text), id);
CREATE INDEX legislation_changed ON public.legislation USING btree (changed_at, id);
CREATE INDEX legislation_facets ON public.legislation USING btree (country, kind, state) WHERE (id > 0);
CREATE INDEX legislation_of_country ON public.legislation USING btree (country, COALESCE(registry_fold(title), '􏿿'::text), id);
CREATE INDEX legislation_of_in_force_on ON public.legislation USING btree (in_force_on);
CREATE INDEX legislation_of_kind ON public.legislation USING btree (kind, COALESCE(registry_fold(title), '􏿿'::text), id);
CREATE UNIQUE INDEX legislation_one_country_title ON public.legislation USING btree (country, title) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX legislation_reference ON public.legislation USING btree (reference);
CREATE INDEX legislation_search_name ON public.legislation USING gin (search_text gin_trgm_ops);
CREATE INDEX legislation_search_prose ON public.legislation USING gin (search_prose);
CREATE INDEX legislation_written ON public.legislation USING btree (changed_in, id);
CREATE TRIGGER legislation_noted BEFORE UPDATE ON public.legislation FOR EACH ROW EXECUTE FUNCTION note_change();

table lost_container (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  kind text,
  happened_at timestamp with time zone,
  position_lat double precision,
  position_lon double precision,
  estimated boolean,
  flag text,
  coastal_state text,
  ship text,
  ship_name text,
  number integer,
  final boolean,
  sizes text[],
  container_numbers text,
  dangerous boolean,
  un_numbers text,
  description text,
  wind integer,
  sea numeric(3,1),
  drift text,
  recovered integer,
  former_names text,
  search_text text generated always as (registry_fold(((((((COALESCE(ship_name, ''::text) || ' '::text) || COALESCE(un_numbers, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(description, ''::text)))) stored,
  constraint lost_container_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint lost_container_coastal_state_fits CHECK ((coastal_state ~ '^[A-Z]{3}$'::text)),
  constraint lost_container_container_numbers_fits CHECK (((char_length(container_numbers) >= 1) AND (char_length(container_numbers) <= 20000))),
  constraint lost_container_description_fits CHECK (((char_length(description) >= 1) AND (char_length(description) <= 4000))),
  constraint lost_container_drift_fits CHECK (((char_length(drift) >= 1) AND (char_length(drift) <= 300))),
  constraint lost_container_flag_fits CHECK ((flag ~ '^[A-Z]{3}$'::text)),
  constraint lost_container_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint lost_container_kind_fits CHECK ((kind = ANY (ARRAY['lost'::text, 'observed'::text]))),
  constraint lost_container_number_fits CHECK (((number >= 1) AND (number <= 30000))),
  constraint lost_container_pkey PRIMARY KEY (id),
  constraint lost_container_position_lat_fits CHECK ((((position_lat >= ('-90'::integer)::double precision) AND (position_lat <= (90)::double precision)) AND ((position_lat IS NULL) = (position_lon IS NULL)))),
  constraint lost_container_position_lon_fits CHECK (((position_lon >= ('-180'::integer)::double precision) AND (position_lon <= (180)::double precision))),
  constraint lost_container_recovered_fits CHECK (((recovered >= 0) AND (recovered <= 30000))),
  constraint lost_container_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint lost_container_revision_check CHECK ((revision > 0)),
  constraint lost_container_sea_fits CHECK (((sea >= (0)::numeric) AND (sea <= (40)::numeric))),
  constraint lost_container_ship_known FOREIGN KEY (ship) REFERENCES ship(reference),
  constraint lost_container_ship_name_fits CHECK (((char_length(ship_name) >= 1) AND (char_length(ship_name) <= 120))),
  constraint lost_container_sizes_fits CHECK (((cardinality(sizes) > 0) AND (sizes <@ ARRAY['20'::text, '40'::text, '45'::text, 'other'::text]))),
  constraint lost_container_source_check CHECK ((length(source) <= 500)),
  constraint lost_container_state_known CHECK ((state = ANY (ARRAY['reported'::text, 'verified'::text, 'closed'::text, 'withdrawn'::text]))),
  constraint lost_container_un_numbers_fits CHECK (((char_length(un_numbers) >= 1) AND (char_length(un_numbers) <= 500))),
  constraint lost_container_wind_fits CHECK (((wind >= 0) AND (wind <= 12)))
);
CREATE INDEX lost_container_by_happened_at ON public.lost_container USING btree (COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX lost_container_by_number ON public.lost_container USING btree (COALESCE(number, '-2147483648'::integer), id);
CREATE INDEX lost_container_by_ship_name ON public.lost_container USING btree (COALESCE(registry_fold(ship_name), '􏿿'::text), id);
CREATE INDEX lost_container_changed ON public.lost_container USING btree (changed_at, id);
CREATE INDEX lost_container_duty_verify ON public.lost_container USING btree (flag, happened_at) WHERE ((id > 0) AND (happened_at IS NOT NULL) AND (flag IS NOT NULL) AND (state = 'reported'::text));
CREATE INDEX lost_container_facets ON public.lost_container USING btree (kind, flag, coastal_state, dangerous, state, sizes) WHERE (id > 0);
CREATE INDEX lost_container_of_coastal_state ON public.lost_container USING btree (coastal_state, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX lost_container_of_dangerous ON public.lost_container USING btree (dangerous, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX lost_container_of_flag ON public.lost_container USING btree (flag, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX lost_container_of_happened_at ON public.lost_container USING btree (happened_at);
CREATE INDEX lost_container_of_kind ON public.lost_container USING btree (kind, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX lost_container_of_number ON public.lost_container USING btree (number);
CREATE INDEX lost_container_of_position ON public.lost_container USING gist (point(position_lon, position_lat));
CREATE INDEX lost_container_of_recovered ON public.lost_container USING btree (recovered);
CREATE INDEX lost_container_of_sizes ON public.lost_container USING gin (sizes);
CREATE UNIQUE INDEX lost_container_reference ON public.lost_container USING btree (reference);
CREATE INDEX lost_container_search_name ON public.lost_container USING gin (search_text gin_trgm_ops);
CREATE INDEX lost_container_search_prose ON public.lost_container USING gin (search_prose);
CREATE INDEX lost_container_written ON public.lost_container USING btree (changed_in, id);
CREATE TRIGGER lost_container_noted BEFORE UPDATE ON public.lost_container FOR EACH ROW EXECUTE FUNCTION note_change();

table migrant_smuggling (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  happened_at timestamp with time zone,
  position_lat double precision,
  position_lon double precision,
  place text,
  coastal_state text,
  departed_from text,
  bound_for text,
  vessel text,
  vessel_kind text,
  flag text,
  persons integer,
  rescued integer,
  deaths integer,
  missing integer,
  nationalities text[],
  rescuer text,
  ship text,
  disembarked text,
  measures text,
  description text,
  reporting_state text,
  former_names text,
  search_text text generated always as (registry_fold(((((((COALESCE(place, ''::text) || ' '::text) || COALESCE(vessel, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(description, ''::text)))) stored,
  constraint migrant_smuggling_bound_for_fits CHECK ((bound_for ~ '^[A-Z]{3}$'::text)),
  constraint migrant_smuggling_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint migrant_smuggling_coastal_state_fits CHECK ((coastal_state ~ '^[A-Z]{3}$'::text)),
  constraint migrant_smuggling_deaths_fits CHECK (((deaths >= 0) AND (deaths <= 20000))),
  constraint migrant_smuggling_departed_from_fits CHECK ((departed_from ~ '^[A-Z]{3}$'::text)),
  constraint migrant_smuggling_description_fits CHECK (((char_length(description) >= 1) AND (char_length(description) <= 4000))),
  constraint migrant_smuggling_disembarked_fits CHECK ((disembarked ~ '^[A-Z]{2}[A-Z2-9]{3}$'::text)),
  constraint migrant_smuggling_flag_fits CHECK ((flag ~ '^[A-Z]{3}$'::text)),
  constraint migrant_smuggling_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint migrant_smuggling_measures_fits CHECK (((char_length(measures) >= 1) AND (char_length(measures) <= 3000))),
  constraint migrant_smuggling_missing_fits CHECK (((missing >= 0) AND (missing <= 20000))),
  constraint migrant_smuggling_nationalities_fits CHECK ((((cardinality(nationalities) >= 1) AND (cardinality(nationalities) <= 250)) AND (array_to_string(nationalities, ','::text) ~ '^[A-Z]{3}(,[A-Z]{3})*$'::text))),
  constraint migrant_smuggling_persons_fits CHECK (((persons >= 0) AND (persons <= 20000))),
  constraint migrant_smuggling_pkey PRIMARY KEY (id),
  constraint migrant_smuggling_place_fits CHECK (((char_length(place) >= 1) AND (char_length(place) <= 300))),
  constraint migrant_smuggling_position_lat_fits CHECK ((((position_lat >= ('-90'::integer)::double precision) AND (position_lat <= (90)::double precision)) AND ((position_lat IS NULL) = (position_lon IS NULL)))),
  constraint migrant_smuggling_position_lon_fits CHECK (((position_lon >= ('-180'::integer)::double precision) AND (position_lon <= (180)::double precision))),
  constraint migrant_smuggling_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint migrant_smuggling_reporting_state_fits CHECK ((reporting_state ~ '^[A-Z]{3}$'::text)),
  constraint migrant_smuggling_rescued_fits CHECK (((rescued >= 0) AND (rescued <= 20000))),
  constraint migrant_smuggling_rescuer_fits CHECK (((char_length(rescuer) >= 1) AND (char_length(rescuer) <= 200))),
  constraint migrant_smuggling_revision_check CHECK ((revision > 0)),
  constraint migrant_smuggling_ship_known FOREIGN KEY (ship) REFERENCES ship(reference),
  constraint migrant_smuggling_source_check CHECK ((length(source) <= 500)),
  constraint migrant_smuggling_state_known CHECK ((state = ANY (ARRAY['draft'::text, 'published'::text, 'withdrawn'::text]))),
  constraint migrant_smuggling_vessel_fits CHECK (((char_length(vessel) >= 1) AND (char_length(vessel) <= 200))),
  constraint migrant_smuggling_vessel_kind_fits CHECK ((vessel_kind = ANY (ARRAY['inflatable'::text, 'wooden'::text, 'fishing'::text, 'fibreglass'::text, 'sailing'::text, 'merchant'::text, 'other'::text])))
);
CREATE INDEX migrant_smuggling_by_deaths ON public.migrant_smuggling USING btree (COALESCE(deaths, '-2147483648'::integer), id);
CREATE INDEX migrant_smuggling_by_happened_at ON public.migrant_smuggling USING btree (COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX migrant_smuggling_by_persons ON public.migrant_smuggling USING btree (COALESCE(persons, '-2147483648'::integer), id);
CREATE INDEX migrant_smuggling_changed ON public.migrant_smuggling USING btree (changed_at, id);
CREATE INDEX migrant_smuggling_facets ON public.migrant_smuggling USING btree (coastal_state, vessel_kind, departed_from, bound_for, reporting_state, state) WHERE (id > 0);
CREATE INDEX migrant_smuggling_of_bound_for ON public.migrant_smuggling USING btree (bound_for, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX migrant_smuggling_of_coastal_state ON public.migrant_smuggling USING btree (coastal_state, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX migrant_smuggling_of_deaths ON public.migrant_smuggling USING btree (deaths);
CREATE INDEX migrant_smuggling_of_departed_from ON public.migrant_smuggling USING btree (departed_from, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX migrant_smuggling_of_happened_at ON public.migrant_smuggling USING btree (happened_at);
CREATE INDEX migrant_smuggling_of_persons ON public.migrant_smuggling USING btree (persons);
CREATE INDEX migrant_smuggling_of_position ON public.migrant_smuggling USING gist (point(position_lon, position_lat));
CREATE INDEX migrant_smuggling_of_reporting_state ON public.migrant_smuggling USING btree (reporting_state);
CREATE INDEX migrant_smuggling_of_vessel_kind ON public.migrant_smuggling USING btree (vessel_kind, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE UNIQUE INDEX migrant_smuggling_reference ON public.migrant_smuggling USING btree (reference);
CREATE INDEX migrant_smuggling_search_name ON public.migrant_smuggling USING gin (search_text gin_trgm_ops);
CREATE INDEX migrant_smuggling_search_prose ON public.migrant_smuggling USING gin (search_prose);
CREATE INDEX migrant_smuggling_written ON public.migrant_smuggling USING btree (changed_in, id);
CREATE TRIGGER migrant_smuggling_noted BEFORE UPDATE ON public.migrant_smuggling FOR EACH ROW EXECUTE FUNCTION note_change();

table non_mandatory (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  instrument text,
  subject text,
  effect text,
  since date,
  title_of_measure text,
  remarks text,
  website text,
  former_names text,
  search_text text generated always as (registry_fold(((((((((COALESCE(instrument, ''::text) || ' '::text) || COALESCE(subject, ''::text)) || ' '::text) || COALESCE(title_of_measure, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint non_mandatory_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint non_mandatory_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint non_mandatory_effect_fits CHECK ((effect = ANY (ARRAY['law'::text, 'administrative'::text, 'recommended'::text, 'in-part'::text, 'not-yet'::text]))),
  constraint non_mandatory_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint non_mandatory_instrument_fits CHECK (((char_length(instrument) >= 1) AND (char_length(instrument) <= 200))),
  constraint non_mandatory_pkey PRIMARY KEY (id),
  constraint non_mandatory_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint non_mandatory_remarks_fits CHECK (((char_length(remarks) >= 1) AND (char_length(remarks) <= 3000))),
  constraint non_mandatory_revision_check CHECK ((revision > 0)),
  constraint non_mandatory_source_check CHECK ((length(source) <= 500)),
  constraint non_mandatory_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint non_mandatory_subject_fits CHECK (((char_length(subject) >= 1) AND (char_length(subject) <= 300))),
  constraint non_mandatory_title_of_measure_fits CHECK (((char_length(title_of_measure) >= 1) AND (char_length(title_of_measure) <= 300))),
  constraint non_mandatory_website_fits CHECK (((website ~ '^https://'::text) AND (char_length(website) <= 1000)))
);
CREATE INDEX non_mandatory_by_country ON public.non_mandatory USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX non_mandatory_by_instrument ON public.non_mandatory USING btree (COALESCE(registry_fold(instrument), '􏿿'::text), id);
CREATE INDEX non_mandatory_by_since ON public.non_mandatory USING btree (COALESCE(since, '-infinity'::date), id);
CREATE INDEX non_mandatory_changed ON public.non_mandatory USING btree (changed_at, id);
CREATE INDEX non_mandatory_facets ON public.non_mandatory USING btree (effect, country, state) WHERE (id > 0);
CREATE INDEX non_mandatory_of_country ON public.non_mandatory USING btree (country, COALESCE(registry_fold(instrument), '􏿿'::text), id);
CREATE INDEX non_mandatory_of_effect ON public.non_mandatory USING btree (effect, COALESCE(registry_fold(instrument), '􏿿'::text), id);
CREATE INDEX non_mandatory_of_since ON public.non_mandatory USING btree (since);
CREATE UNIQUE INDEX non_mandatory_one_country_instrument ON public.non_mandatory USING btree (country, instrument) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX non_mandatory_reference ON public.non_mandatory USING btree (reference);
CREATE INDEX non_mandatory_search_name ON public.non_mandatory USING gin (search_text gin_trgm_ops);
CREATE INDEX non_mandatory_search_prose ON public.non_mandatory USING gin (search_prose);
CREATE INDEX non_mandatory_written ON public.non_mandatory USING btree (changed_in, id);
CREATE TRIGGER non_mandatory_noted BEFORE UPDATE ON public.non_mandatory FOR EACH ROW EXECUTE FUNCTION note_change();

table piracy_incident (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  happened_at timestamp with time zone,
  act text,
  waters text,
  area text,
  place text,
  position_lat double precision,
  position_lon double precision,
  coastal_state text,
  ship text,
  ship_name text,
  ship_type text,
  flag text,
  ship_was text,
  attackers integer,
  weapons text[],
  crew text[],
  stolen text,
  description text,
  master_action text,
  coastal_action text,
  reported_by text,
  reporting_state text,
  more text,
  former_names text,
  search_text text generated always as (registry_fold(((((((COALESCE(ship_name, ''::text) || ' '::text) || COALESCE(place, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(description, ''::text)))) stored,
  constraint piracy_incident_act_fits CHECK ((act = ANY (ARRAY['boarded'::text, 'hijacked'::text, 'fired-upon'::text, 'detained'::text, 'attempted'::text, 'suspicious'::text]))),
  constraint piracy_incident_area_fits CHECK ((area = ANY (ARRAY['south-china-sea'::text, 'malacca-strait'::text, 'indian-ocean'::text, 'arabian-sea'::text, 'east-africa'::text, 'west-africa'::text, 'red-sea'::text, 'persian-gulf'::text, 'mediterranean'::text, 'south-america-pacific'::text, 'south-america-atlantic'::text, 'caribbean'::text, 'other'::text]))),
  constraint piracy_incident_attackers_fits CHECK (((attackers >= 0) AND (attackers <= 1000))),
  constraint piracy_incident_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint piracy_incident_coastal_action_fits CHECK (((char_length(coastal_action) >= 1) AND (char_length(coastal_action) <= 2000))),
  constraint piracy_incident_coastal_state_fits CHECK ((coastal_state ~ '^[A-Z]{3}$'::text)),
  constraint piracy_incident_crew_fits CHECK (((cardinality(crew) > 0) AND (crew <@ ARRAY['none'::text, 'threatened'::text, 'assaulted'::text, 'injured'::text, 'hostage'::text, 'kidnapped'::text, 'missing'::text, 'killed'::text]))),
  constraint piracy_incident_description_fits CHECK (((char_length(description) >= 1) AND (char_length(description) <= 4000))),
  constraint piracy_incident_flag_fits CHECK ((flag ~ '^[A-Z]{3}$'::text)),
  constraint piracy_incident_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint piracy_incident_master_action_fits CHECK (((char_length(master_action) >= 1) AND (char_length(master_action) <= 2000))),
  constraint piracy_incident_more_fits CHECK (((more ~ '^https://'::text) AND (char_length(more) <= 1000))),
  constraint piracy_incident_pkey PRIMARY KEY (id),
  constraint piracy_incident_place_fits CHECK (((char_length(place) >= 1) AND (char_length(place) <= 300))),
  constraint piracy_incident_position_lat_fits CHECK ((((position_lat >= ('-90'::integer)::double precision) AND (position_lat <= (90)::double precision)) AND ((position_lat IS NULL) = (position_lon IS NULL)))),
  constraint piracy_incident_position_lon_fits CHECK (((position_lon >= ('-180'::integer)::double precision) AND (position_lon <= (180)::double precision))),
  constraint piracy_incident_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint piracy_incident_reported_by_fits CHECK (((char_length(reported_by) >= 1) AND (char_length(reported_by) <= 200))),
  constraint piracy_incident_reporting_state_fits CHECK ((reporting_state ~ '^[A-Z]{3}$'::text)),
  constraint piracy_incident_revision_check CHECK ((revision > 0)),
  constraint piracy_incident_ship_known FOREIGN KEY (ship) REFERENCES ship(reference),
  constraint piracy_incident_ship_name_fits CHECK (((char_length(ship_name) >= 1) AND (char_length(ship_name) <= 120))),
  constraint piracy_incident_ship_type_fits CHECK (((char_length(ship_type) >= 1) AND (char_length(ship_type) <= 120))),
  constraint piracy_incident_ship_was_fits CHECK ((ship_was = ANY (ARRAY['steaming'::text, 'anchored'::text, 'berthed'::text, 'drifting'::text, 'moored'::text]))),
  constraint piracy_incident_source_check CHECK ((length(source) <= 500)),
  constraint piracy_incident_state_known CHECK ((state = ANY (ARRAY['reported'::text, 'confirmed'::text, 'withdrawn'::text]))),
  constraint piracy_incident_stolen_fits CHECK (((char_length(stolen) >= 1) AND (char_length(stolen) <= 2000))),
  constraint piracy_incident_waters_fits CHECK ((waters = ANY (ARRAY['international'::text, 'territorial'::text, 'port'::text]))),
  constraint piracy_incident_weapons_fits CHECK (((cardinality(weapons) > 0) AND (weapons <@ ARRAY['none'::text, 'knives'::text, 'guns'::text, 'rockets'::text, 'other'::text])))
);
CREATE INDEX piracy_incident_by_area ON public.piracy_incident USING btree (COALESCE(registry_fold(area), '􏿿'::text), id);
CREATE INDEX piracy_incident_by_happened_at ON public.piracy_incident USING btree (COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX piracy_incident_by_ship_name ON public.piracy_incident USING btree (COALESCE(registry_fold(ship_name), '􏿿'::text), id);
CREATE INDEX piracy_incident_changed ON public.piracy_incident USING btree (changed_at, id);
CREATE INDEX piracy_incident_duty_answer ON public.piracy_incident USING btree (coastal_state, happened_at) WHERE ((id > 0) AND (happened_at IS NOT NULL) AND (coastal_state IS NOT NULL) AND (state = ANY (ARRAY['reported'::text, 'confirmed'::text])) AND (reporting_state IS NOT NULL) AND (coastal_action IS NULL));
CREATE INDEX piracy_incident_facets ON public.piracy_incident USING btree (act, waters, area, coastal_state, flag, ship_was, reporting_state, state) WHERE (id > 0);
CREATE INDEX piracy_incident_of_act ON public.piracy_incident USING btree (act, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX piracy_incident_of_area ON public.piracy_incident USING btree (area, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX piracy_incident_of_coastal_state ON public.piracy_incident USING btree (coastal_state, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX piracy_incident_of_flag ON public.piracy_incident USING btree (flag, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX piracy_incident_of_happened_at ON public.piracy_incident USING btree (happened_at);
CREATE INDEX piracy_incident_of_position ON public.piracy_incident USING gist (point(position_lon, position_lat));
CREATE INDEX piracy_incident_of_reporting_state ON public.piracy_incident USING btree (reporting_state);
CREATE INDEX piracy_incident_of_ship_was ON public.piracy_incident USING btree (ship_was, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX piracy_incident_of_waters ON public.piracy_incident USING btree (waters, COALESCE(happened_at, '-infinity'::timestamp with time zone), id);
CREATE UNIQUE INDEX piracy_incident_reference ON public.piracy_incident USING btree (reference);
CREATE INDEX piracy_incident_search_name ON public.piracy_incident USING gin (search_text gin_trgm_ops);
CREATE INDEX piracy_incident_search_prose ON public.piracy_incident USING gin (search_prose);
CREATE INDEX piracy_incident_written ON public.piracy_incident USING btree (changed_in, id);
CREATE TRIGGER piracy_incident_noted BEFORE UPDATE ON public.piracy_incident FOR EACH ROW EXECUTE FUNCTION note_change();

table port (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  locode text,
  name text,
  other_names text,
  country text,
  subdivision text,
  position_lat double precision,
  position_lon double precision,
  water text,
  index_number integer,
  former_names text,
  search_text text generated always as (registry_fold(((((((((((COALESCE(name, ''::text) || ' '::text) || COALESCE(other_names, ''::text)) || ' '::text) || COALESCE(locode, ''::text)) || ' '::text) || COALESCE(water, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint port_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint port_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint port_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint port_index_number_fits CHECK (((index_number >= 0) AND (index_number <= 999999))),
  constraint port_locode_fits CHECK ((locode ~ '^[A-Z]{2}[A-Z2-9]{3}$'::text)),
  constraint port_name_fits CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint port_other_names_fits CHECK (((char_length(other_names) >= 1) AND (char_length(other_names) <= 500))),
  constraint port_pkey PRIMARY KEY (id),
  constraint port_position_lat_fits CHECK ((((position_lat >= ('-90'::integer)::double precision) AND (position_lat <= (90)::double precision)) AND ((position_lat IS NULL) = (position_lon IS NULL)))),
  constraint port_position_lon_fits CHECK (((position_lon >= ('-180'::integer)::double precision) AND (position_lon <= (180)::double precision))),
  constraint port_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint port_revision_check CHECK ((revision > 0)),
  constraint port_source_check CHECK ((length(source) <= 500)),
  constraint port_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint port_subdivision_fits CHECK (((char_length(subdivision) >= 1) AND (char_length(subdivision) <= 10))),
  constraint port_water_fits CHECK (((char_length(water) >= 1) AND (char_length(water) <= 300)))
);
CREATE INDEX port_by_country ON public.port USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX port_by_locode ON public.port USING btree (COALESCE(registry_fold(locode), '􏿿'::text), id);
CREATE INDEX port_by_name ON public.port USING btree (COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX port_changed ON public.port USING btree (changed_at, id);
CREATE INDEX port_facets ON public.port USING btree (country, state) WHERE (id > 0);
CREATE INDEX port_of_country ON public.port USING btree (country, COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX port_of_locode ON public.port USING btree (locode);
CREATE INDEX port_of_position ON public.port USING gist (point(position_lon, position_lat));
CREATE UNIQUE INDEX port_reference ON public.port USING btree (reference);
CREATE INDEX port_search_name ON public.port USING gin (search_text gin_trgm_ops);
CREATE INDEX port_search_prose ON public.port USING gin (search_prose);
CREATE INDEX port_written ON public.port USING btree (changed_in, id);
CREATE TRIGGER port_noted BEFORE UPDATE ON public.port FOR EACH ROW EXECUTE FUNCTION note_change();

table port_facility (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  facility_number text,
  name text,
  other_names text,
  country text,
  port text,
  port_name text,
  position_lat double precision,
  position_lon double precision,
  kinds text[],
  plan_approved boolean,
  approved_on date,
  reviewed_on date,
  withdrawn_on date,
  compliance_issued_on date,
  compliance_until date,
  security_level text,
  alternative text,
  officer text,
  officer_telephone text,
  officer_email text,
  contact text,
  former_names text,
  search_text text generated always as (registry_fold(((((((((((COALESCE(name, ''::text) || ' '::text) || COALESCE(other_names, ''::text)) || ' '::text) || COALESCE(port_name, ''::text)) || ' '::text) || COALESCE(facility_number, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint port_facility_alternative_fits CHECK (((char_length(alternative) >= 1) AND (char_length(alternative) <= 500))),
  constraint port_facility_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint port_facility_contact_fits CHECK (((char_length(contact) >= 1) AND (char_length(contact) <= 300))),
  constraint port_facility_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint port_facility_facility_number_fits CHECK (((char_length(facility_number) >= 1) AND (char_length(facility_number) <= 10))),
  constraint port_facility_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint port_facility_kinds_fits CHECK (((cardinality(kinds) > 0) AND (kinds <@ ARRAY['bulk'::text, 'container'::text, 'general'::text, 'oil'::text, 'chemical'::text, 'gas'::text, 'passenger'::text, 'ro-ro'::text, 'offshore'::text, 'repair'::text, 'other'::text]))),
  constraint port_facility_name_fits CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint port_facility_officer_email_fits CHECK (((char_length(officer_email) >= 1) AND (char_length(officer_email) <= 200))),
  constraint port_facility_officer_fits CHECK (((char_length(officer) >= 1) AND (char_length(officer) <= 200))),
  constraint port_facility_officer_telephone_fits CHECK (((char_length(officer_telephone) >= 1) AND (char_length(officer_telephone) <= 60))),
  constraint port_facility_other_names_fits CHECK (((char_length(other_names) >= 1) AND (char_length(other_names) <= 300))),
  constraint port_facility_pkey PRIMARY KEY (id),
  constraint port_facility_port_fits CHECK ((port ~ '^[A-Z]{2}[A-Z2-9]{3}$'::text)),
  constraint port_facility_port_name_fits CHECK (((char_length(port_name) >= 1) AND (char_length(port_name) <= 200))),
  constraint port_facility_position_lat_fits CHECK ((((position_lat >= ('-90'::integer)::double precision) AND (position_lat <= (90)::double precision)) AND ((position_lat IS NULL) = (position_lon IS NULL)))),
  constraint port_facility_position_lon_fits CHECK (((position_lon >= ('-180'::integer)::double precision) AND (position_lon <= (180)::double precision))),
  constraint port_facility_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint port_facility_revision_check CHECK ((revision > 0)),
  constraint port_facility_security_level_fits CHECK ((security_level = ANY (ARRAY['one'::text, 'two'::text, 'three'::text]))),
  constraint port_facility_source_check CHECK ((length(source) <= 500)),
  constraint port_facility_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text])))
);
CREATE INDEX port_facility_by_compliance_until ON public.port_facility USING btree (COALESCE(compliance_until, '-infinity'::date), id);
CREATE INDEX port_facility_by_country ON public.port_facility USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX port_facility_by_facility_number ON public.port_facility USING btree (COALESCE(registry_fold(facility_number), '􏿿'::text), id);
CREATE INDEX port_facility_by_name ON public.port_facility USING btree (COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX port_facility_changed ON public.port_facility USING btree (changed_at, id);
CREATE INDEX port_facility_duty_renew ON public.port_facility USING btree (country, compliance_until) WHERE ((id > 0) AND (compliance_until IS NOT NULL) AND (country IS NOT NULL) AND (state = 'current'::text));
CREATE INDEX port_facility_duty_review ON public.port_facility USING btree (country, reviewed_on) WHERE ((id > 0) AND (reviewed_on IS NOT NULL) AND (country IS NOT NULL) AND (state = 'current'::text));
CREATE INDEX port_facility_facets ON public.port_facility USING btree (country, plan_approved, port, state, kinds) WHERE (id > 0);
CREATE INDEX port_facility_of_compliance_until ON public.port_facility USING btree (compliance_until);
CREATE INDEX port_facility_of_country ON public.port_facility USING btree (country, COALESCE(registry_fold(facility_number), '􏿿'::text), id);
CREATE INDEX port_facility_of_kinds ON public.port_facility USING gin (kinds);
CREATE INDEX port_facility_of_plan_approved ON public.port_facility USING btree (plan_approved, COALESCE(registry_fold(facility_number), '􏿿'::text), id);
CREATE INDEX port_facility_of_port ON public.port_facility USING btree (port, COALESCE(registry_fold(facility_number), '􏿿'::text), id);
CREATE INDEX port_facility_of_position ON public.port_facility USING gist (point(position_lon, position_lat));
CREATE UNIQUE INDEX port_facility_reference ON public.port_facility USING btree (reference);
CREATE INDEX port_facility_search_name ON public.port_facility USING gin (search_text gin_trgm_ops);
CREATE INDEX port_facility_search_prose ON public.port_facility USING gin (search_prose);
CREATE INDEX port_facility_written ON public.port_facility USING btree (changed_in, id);
CREATE TRIGGER port_facility_noted BEFORE UPDATE ON public.port_facility FOR EACH ROW EXECUTE FUNCTION note_change();

table reception_facility (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  port text,
  port_name text,
  terminal text,
  position_lat double precision,
  position_lon double precision,
  provider text,
  form text,
  wastes text[],
  capacity numeric(9,2),
  rate numeric(8,2),
  least numeric(9,2),
  notice_hours integer,
  hours text,
  charges text,
  limits text,
  telephone text,
  email text,
  website text,
  confirmed_on date,
  former_names text,
  search_text text generated always as (registry_fold(((((((((((COALESCE(port_name, ''::text) || ' '::text) || COALESCE(terminal, ''::text)) || ' '::text) || COALESCE(provider, ''::text)) || ' '::text) || COALESCE(port, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint reception_facility_capacity_fits CHECK (((capacity >= (0)::numeric) AND (capacity <= (1000000)::numeric))),
  constraint reception_facility_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint reception_facility_charges_fits CHECK (((char_length(charges) >= 1) AND (char_length(charges) <= 2000))),
  constraint reception_facility_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint reception_facility_email_fits CHECK (((char_length(email) >= 1) AND (char_length(email) <= 200))),
  constraint reception_facility_form_fits CHECK ((form = ANY (ARRAY['fixed'::text, 'lorry'::text, 'barge'::text, 'portable'::text]))),
  constraint reception_facility_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint reception_facility_hours_fits CHECK (((char_length(hours) >= 1) AND (char_length(hours) <= 200))),
  constraint reception_facility_least_fits CHECK ((("least" >= (0)::numeric) AND ("least" <= (1000000)::numeric))),
  constraint reception_facility_limits_fits CHECK (((char_length(limits) >= 1) AND (char_length(limits) <= 2000))),
  constraint reception_facility_notice_hours_fits CHECK (((notice_hours >= 0) AND (notice_hours <= 2000))),
  constraint reception_facility_pkey PRIMARY KEY (id),
  constraint reception_facility_port_fits CHECK ((port ~ '^[A-Z]{2}[A-Z2-9]{3}$'::text)),
  constraint reception_facility_port_name_fits CHECK (((char_length(port_name) >= 1) AND (char_length(port_name) <= 200))),
  constraint reception_facility_position_lat_fits CHECK ((((position_lat >= ('-90'::integer)::double precision) AND (position_lat <= (90)::double precision)) AND ((position_lat IS NULL) = (position_lon IS NULL)))),
  constraint reception_facility_position_lon_fits CHECK (((position_lon >= ('-180'::integer)::double precision) AND (position_lon <= (180)::double precision))),
  constraint reception_facility_provider_fits CHECK (((char_length(provider) >= 1) AND (char_length(provider) <= 200))),
  constraint reception_facility_rate_fits CHECK (((rate >= (0)::numeric) AND (rate <= (100000)::numeric))),
  constraint reception_facility_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint reception_facility_revision_check CHECK ((revision > 0)),
  constraint reception_facility_source_check CHECK ((length(source) <= 500)),
  constraint reception_facility_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint reception_facility_telephone_fits CHECK (((char_length(telephone) >= 1) AND (char_length(telephone) <= 60))),
  constraint reception_facility_terminal_fits CHECK (((char_length(terminal) >= 1) AND (char_length(terminal) <= 200))),
  constraint reception_facility_wastes_fits CHECK (((cardinality(wastes) > 0) AND (wastes <@ ARRAY['i-bilge'::text, 'i-sludge'::text, 'i-washings'::text, 'i-ballast'::text, 'i-scale'::text, 'ii-x'::text, 'ii-y'::text, 'ii-z'::text, 'iv'::text, 'v-plastics'::text, 'v-food'::text, 'v-domestic'::text, 'v-oil'::text, 'v-ash'::text, 'v-operational'::text, 'v-cargo'::text, 'v-fishing'::text, 'v-electronic'::text, 'vi-ozone'::text, 'vi-scrubber'::text]))),
  constraint reception_facility_website_fits CHECK (((website ~ '^https://'::text) AND (char_length(website) <= 1000)))
);
CREATE INDEX reception_facility_by_confirmed_on ON public.reception_facility USING btree (COALESCE(confirmed_on, '-infinity'::date), id);
CREATE INDEX reception_facility_by_country ON public.reception_facility USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX reception_facility_by_port_name ON public.reception_facility USING btree (COALESCE(registry_fold(port_name), '􏿿'::text), id);
CREATE INDEX reception_facility_changed ON public.reception_facility USING btree (changed_at, id);
CREATE INDEX reception_facility_duty_confirm ON public.reception_facility USING btree (country, confirmed_on) WHERE ((id > 0) AND (confirmed_on IS NOT NULL) AND (country IS NOT NULL) AND (state = 'current'::text));
CREATE INDEX reception_facility_facets ON public.reception_facility USING btree (country, form, port, state, wastes) WHERE (id > 0);
CREATE INDEX reception_facility_of_confirmed_on ON public.reception_facility USING btree (confirmed_on);
CREATE INDEX reception_facility_of_country ON public.reception_facility USING btree (country, COALESCE(registry_fold(port_name), '􏿿'::text), id);
CREATE INDEX reception_facility_of_form ON public.reception_facility USING btree (form, COALESCE(registry_fold(port_name), '􏿿'::text), id);
CREATE INDEX reception_facility_of_port ON public.reception_facility USING btree (port, COALESCE(registry_fold(port_name), '􏿿'::text), id);
CREATE INDEX reception_facility_of_position ON public.reception_facility USING gist (point(position_lon, position_lat));
CREATE INDEX reception_facility_of_wastes ON public.reception_facility USING gin (wastes);
CREATE UNIQUE INDEX reception_facility_reference ON public.reception_facility USING btree (reference);
CREATE INDEX reception_facility_search_name ON public.reception_facility USING gin (search_text gin_trgm_ops);
CREATE INDEX reception_facility_search_prose ON public.reception_facility USING gin (search_prose);
CREATE INDEX reception_facility_written ON public.reception_facility USING btree (changed_in, id);
CREATE TRIGGER reception_facility_noted BEFORE UPDATE ON public.reception_facility FOR EACH ROW EXECUTE FUNCTION note_change();

table recognized_organization (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  organization text,
  abbreviation text,
  functions text[],
  may_issue boolean,
  may_file boolean,
  delegation text,
  valid_from date,
  valid_to date,
  agreement_sha256 text,
  agreement_name text,
  agreement_type text,
  agreement_bytes bigint,
  agreement_on date,
  limits text,
  oversight text,
  website text,
  former_names text,
  search_text text generated always as (registry_fold(((((((COALESCE(organization, ''::text) || ' '::text) || COALESCE(abbreviation, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint recognized_organization_abbreviation_fits CHECK (((char_length(abbreviation) >= 1) AND (char_length(abbreviation) <= 20))),
  constraint recognized_organization_agreement_bytes_fits CHECK (((agreement_bytes >= 1) AND (agreement_bytes <= 20971520))),
  constraint recognized_organization_agreement_name_fits CHECK (((char_length(agreement_name) >= 1) AND (char_length(agreement_name) <= 200))),
  constraint recognized_organization_agreement_sha256_fits CHECK (((agreement_sha256 IS NULL) OR ((agreement_sha256 ~ '^[0-9a-f]{64}$'::text) AND (agreement_name IS NOT NULL) AND (agreement_bytes IS NOT NULL)))),
  constraint recognized_organization_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint recognized_organization_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint recognized_organization_delegation_fits CHECK (((char_length(delegation) >= 1) AND (char_length(delegation) <= 100))),
  constraint recognized_organization_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint recognized_organization_functions_fits CHECK (((cardinality(functions) > 0) AND (functions <@ ARRAY['passenger-safety'::text, 'cargo-construction'::text, 'cargo-equipment'::text, 'cargo-radio'::text, 'load-line'::text, 'tonnage'::text, 'ism'::text, 'isps'::text, 'mlc'::text, 'marpol-i'::text, 'marpol-ii'::text, 'marpol-iv'::text, 'marpol-v'::text, 'marpol-vi'::text, 'afs'::text, 'bwm'::text, 'igc'::text, 'ibc'::text, 'imsbc'::text, 'grain'::text, 'hsc'::text, 'polar'::text, 'cas'::text]))),
  constraint recognized_organization_limits_fits CHECK (((char_length(limits) >= 1) AND (char_length(limits) <= 3000))),
  constraint recognized_organization_organization_fits CHECK (((char_length(organization) >= 1) AND (char_length(organization) <= 200))),
  constraint recognized_organization_oversight_fits CHECK (((char_length(oversight) >= 1) AND (char_length(oversight) <= 3000))),
  constraint recognized_organization_pkey PRIMARY KEY (id),
  constraint recognized_organization_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint recognized_organization_revision_check CHECK ((revision > 0)),
  constraint recognized_organization_source_check CHECK ((length(source) <= 500)),
  constraint recognized_organization_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint recognized_organization_valid_from_fits CHECK (((valid_from IS NOT NULL) OR (valid_to IS NULL))),
  constraint recognized_organization_valid_to_fits CHECK ((valid_to >= valid_from)),
  constraint recognized_organization_website_fits CHECK (((website ~ '^https://'::text) AND (char_length(website) <= 1000)))
);
CREATE INDEX recognized_organization_by_country ON public.recognized_organization USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX recognized_organization_by_organization ON public.recognized_organization USING btree (COALESCE(registry_fold(organization), '􏿿'::text), id);
CREATE INDEX recognized_organization_changed ON public.recognized_organization USING btree (changed_at, id);
CREATE INDEX recognized_organization_facets ON public.recognized_organization USING btree (country, may_issue, state, functions) WHERE (id > 0);
CREATE INDEX recognized_organization_of_country ON public.recognized_organization USING btree (country, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX recognized_organization_of_functions ON public.recognized_organization USING gin (functions);
CREATE INDEX recognized_organization_of_may_issue ON public.recognized_organization USING btree (may_issue, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX recognized_organization_of_valid ON public.recognized_organization USING btree (valid_from, valid_to);
CREATE UNIQUE INDEX recognized_organization_one_country_organization ON public.recognized_organization USING btree (country, organization) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX recognized_organization_one_delegation_country ON public.recognized_organization USING btree (delegation, country) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX recognized_organization_reference ON public.recognized_organization USING btree (reference);
CREATE INDEX recognized_organization_search_name ON public.recognized_organization USING gin (search_text gin_trgm_ops);
CREATE INDEX recognized_organization_search_prose ON public.recognized_organization USING gin (search_prose);
CREATE INDEX recognized_organization_written ON public.recognized_organization USING btree (changed_in, id);
CREATE TRIGGER recognized_organization_noted BEFORE UPDATE ON public.recognized_organization FOR EACH ROW EXECUTE FUNCTION note_change();

table record_number (
  module text not null,
  year integer not null,
  last integer not null,
  constraint record_number_last_check CHECK ((last > 0)),
  constraint record_number_pkey PRIMARY KEY (module, year),
  constraint record_number_year_check CHECK (((year >= 1000) AND (year <= 9999)))
);

table saved_search (
  id text not null,
  account_id text not null,
  name text not null,
  module text not null,
  query text not null,
  created_at timestamp with time zone not null,
  looked_at timestamp with time zone not null,
  feed_sha256 text,
  constraint saved_search_account_id_check CHECK (((length(account_id) >= 1) AND (length(account_id) <= 64))),
  constraint saved_search_feed_sha256_check CHECK ((length(feed_sha256) = 64)),
  constraint saved_search_id_check CHECK (((length(id) >= 1) AND (length(id) <= 64))),
  constraint saved_search_name_check CHECK (((length(name) >= 1) AND (length(name) <= 80))),
  constraint saved_search_pkey PRIMARY KEY (id),
  constraint saved_search_query_check CHECK ((length(query) <= 4000))
);
CREATE UNIQUE INDEX saved_search_feed ON public.saved_search USING btree (feed_sha256);
CREATE INDEX saved_search_of_account ON public.saved_search USING btree (account_id, created_at);

table search_and_rescue (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  name text,
  kind text,
  position_lat double precision,
  position_lon double precision,
  region text,
  agreed boolean,
  telephone text,
  email text,
  mmsi text,
  inmarsat text,
  facilities text[],
  languages text,
  confirmed_on date,
  former_names text,
  search_text text generated always as (registry_fold(((((((((COALESCE(name, ''::text) || ' '::text) || COALESCE(mmsi, ''::text)) || ' '::text) || COALESCE(inmarsat, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  area text,
  constraint search_and_rescue_area_fits CHECK (((char_length(area) >= 1) AND (char_length(area) <= 12000))),
  constraint search_and_rescue_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint search_and_rescue_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint search_and_rescue_email_fits CHECK (((char_length(email) >= 1) AND (char_length(email) <= 200))),
  constraint search_and_rescue_facilities_fits CHECK (((cardinality(facilities) > 0) AND (facilities <@ ARRAY['aircraft'::text, 'helicopters'::text, 'vessels'::text, 'lifeboats'::text, 'medical-advice'::text, 'divers'::text, 'salvage'::text]))),
  constraint search_and_rescue_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint search_and_rescue_inmarsat_fits CHECK (((char_length(inmarsat) >= 1) AND (char_length(inmarsat) <= 200))),
  constraint search_and_rescue_kind_fits CHECK ((kind = ANY (ARRAY['mrcc'::text, 'jrcc'::text, 'mrsc'::text, 'rcc'::text]))),
  constraint search_and_rescue_languages_fits CHECK (((char_length(languages) >= 1) AND (char_length(languages) <= 200))),
  constraint search_and_rescue_mmsi_fits CHECK ((mmsi ~ '^[0-9]{9}$'::text)),
  constraint search_and_rescue_name_fits CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint search_and_rescue_pkey PRIMARY KEY (id),
  constraint search_and_rescue_position_lat_fits CHECK ((((position_lat >= ('-90'::integer)::double precision) AND (position_lat <= (90)::double precision)) AND ((position_lat IS NULL) = (position_lon IS NULL)))),
  constraint search_and_rescue_position_lon_fits CHECK (((position_lon >= ('-180'::integer)::double precision) AND (position_lon <= (180)::double precision))),
  constraint search_and_rescue_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint search_and_rescue_region_fits CHECK (((char_length(region) >= 1) AND (char_length(region) <= 6000))),
  constraint search_and_rescue_revision_check CHECK ((revision > 0)),
  constraint search_and_rescue_source_check CHECK ((length(source) <= 500)),
  constraint search_and_rescue_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint search_and_rescue_telephone_fits CHECK (((char_length(telephone) >= 1) AND (char_length(telephone) <= 100)))
);
CREATE INDEX search_and_rescue_by_confirmed_on ON public.search_and_rescue USING btree (COALESCE(confirmed_on, '-infinity'::date), id);
CREATE INDEX search_and_rescue_by_country ON public.search_and_rescue USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX search_and_rescue_by_name ON public.search_and_rescue USING btree (COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX search_and_rescue_changed ON public.search_and_rescue USING btree (changed_at, id);
CREATE INDEX search_and_rescue_duty_confirm ON public.search_and_rescue USING btree (country, confirmed_on) WHERE ((id > 0) AND (confirmed_on IS NOT NULL) AND (country IS NOT NULL) AND (state = 'current'::text));
CREATE INDEX search_and_rescue_facets ON public.search_and_rescue USING btree (kind, country, state, facilities) WHERE (id > 0);
CREATE INDEX search_and_rescue_of_confirmed_on ON public.search_and_rescue USING btree (confirmed_on);
CREATE INDEX search_and_rescue_of_country ON public.search_and_rescue USING btree (country, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX search_and_rescue_of_facilities ON public.search_and_rescue USING gin (facilities);
CREATE INDEX search_and_rescue_of_kind ON public.search_and_rescue USING btree (kind, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX search_and_rescue_of_position ON public.search_and_rescue USING gist (point(position_lon, position_lat));
CREATE UNIQUE INDEX search_and_rescue_one_country_name ON public.search_and_rescue USING btree (country, name) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX search_and_rescue_reference ON public.search_and_rescue USING btree (reference);
CREATE INDEX search_and_rescue_search_name ON public.search_and_rescue USING gin (search_text gin_trgm_ops);
CREATE INDEX search_and_rescue_search_prose ON public.search_and_rescue USING gin (search_prose);
CREATE INDEX search_and_rescue_written ON public.search_and_rescue USING btree (changed_in, id);
CREATE TRIGGER search_and_rescue_noted BEFORE UPDATE ON public.search_and_rescue FOR EACH ROW EXECUTE FUNCTION note_change();

table ship (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  imo_number text,
  name text,
  flag text,
  port_of_registry text,
  call_sign text,
  mmsi text,
  type text,
  status text,
  gross_tonnage integer,
  net_tonnage integer,
  deadweight numeric(8,1),
  length numeric(5,2),
  built integer,
  delivered_on date,
  registered_owner text,
  company text,
  recognized_organization text,
  ice_class text,
  false_flag_since date,
  un_measures text[],
  un_source text,
  former_names text,
  search_text text generated always as (registry_fold(((((((((((((COALESCE(name, ''::text) || ' '::text) || COALESCE(imo_number, ''::text)) || ' '::text) || COALESCE(call_sign, ''::text)) || ' '::text) || COALESCE(mmsi, ''::text)) || ' '::text) || COALESCE(port_of_registry, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint ship_built_fits CHECK (((built >= 1800) AND (built <= 2100))),
  constraint ship_call_sign_fits CHECK ((call_sign ~ '^[A-Z0-9]{3,8}$'::text)),
  constraint ship_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint ship_company_known FOREIGN KEY (company) REFERENCES company(reference),
  constraint ship_deadweight_fits CHECK (((deadweight >= (0)::numeric) AND (deadweight <= (1000000)::numeric))),
  constraint ship_flag_fits CHECK ((flag ~ '^[A-Z]{3}$'::text)),
  constraint ship_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint ship_gross_tonnage_fits CHECK (((gross_tonnage >= 0) AND (gross_tonnage <= 1000000))),
  constraint ship_ice_class_fits CHECK (((char_length(ice_class) >= 1) AND (char_length(ice_class) <= 60))),
  constraint ship_imo_number_fits CHECK ((imo_number ~ '^[0-9]{7}$'::text)),
  constraint ship_length_fits CHECK (((length >= (0)::numeric) AND (length <= (600)::numeric))),
  constraint ship_mmsi_fits CHECK ((mmsi ~ '^[0-9]{9}$'::text)),
  constraint ship_name_fits CHECK (((char_length(name) >= 1) AND (char_length(name) <= 120))),
  constraint ship_net_tonnage_fits CHECK (((net_tonnage >= 0) AND (net_tonnage <= 1000000))),
  constraint ship_pkey PRIMARY KEY (id),
  constraint ship_port_of_registry_fits CHECK (((char_length(port_of_registry) >= 1) AND (char_length(port_of_registry) <= 120))),
  constraint ship_recognized_organization_fits CHECK (((char_length(recognized_organization) >= 1) AND (char_length(recognized_organization) <= 120))),
  constraint ship_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint ship_registered_owner_known FOREIGN KEY (registered_owner) REFERENCES company(reference),
  constraint ship_revision_check CHECK ((revision > 0)),
  constraint ship_source_check CHECK ((length(source) <= 500)),
  constraint ship_state_known CHECK ((state = ANY (ARRAY['listed'::text, 'false-flag'::text, 'removed'::text]))),
  constraint ship_status_fits CHECK ((status = ANY (ARRAY['projected'::text, 'on-order'::text, 'order-cancelled'::text, 'keel-laid'::text, 'under-construction'::text, 'construction-suspended'::text, 'launched'::text, 'in-service'::text, 'laid-up'::text, 'in-reserve'::text, 'in-casualty'::text, 'converting'::text, 'non-trading'::text, 'hulked'::text, 'museum'::text, 'stranded'::text, 'to-be-broken-up'::text, 'broken-up'::text, 'scuttled'::text, 'total-loss'::text, 'missing'::text, 'existence-in-doubt'::text, 'no-longer-met'::text]))),
  constraint ship_type_fits CHECK ((type = ANY (ARRAY['bulk-carrier'::text, 'chemical-tanker'::text, 'combination-carrier'::text, 'container-ship'::text, 'container-ro-ro'::text, 'dredger'::text, 'fishing-vessel'::text, 'gas-carrier'::text, 'general-cargo'::text, 'high-speed-craft'::text, 'lng-carrier'::text, 'offshore-unit'::text, 'offshore-supply'::text, 'oil-tanker'::text, 'passenger'::text, 'refrigerated'::text, 'ro-ro'::text, 'ro-pax'::text, 'tug'::text, 'vehicle-carrier'::text, 'yacht'::text, 'other'::text]))),
  constraint ship_un_measures_fits CHECK (((cardinality(un_measures) > 0) AND (un_measures <@ ARRAY['asset-freeze'::text, 'port-entry-ban'::text, 'de-registration'::text, 'bunkering-ban'::text, 'cargo-ban'::text]))),
  constraint ship_un_source_fits CHECK (((un_source ~ '^https://'::text) AND (char_length(un_source) <= 1000)))
);
CREATE INDEX ship_by_built ON public.ship USING btree (COALESCE(built, '-2147483648'::integer), id);
CREATE INDEX ship_by_gross_tonnage ON public.ship USING btree (COALESCE(gross_tonnage, '-2147483648'::integer), id);
CREATE INDEX ship_by_imo_number ON public.ship USING btree (COALESCE(registry_fold(imo_number), '􏿿'::text), id);
CREATE INDEX ship_by_name ON public.ship USING btree (COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX ship_changed ON public.ship USING btree (changed_at, id);
CREATE INDEX ship_facets ON public.ship USING btree (flag, type, status, state, un_measures) WHERE (id > 0);
CREATE INDEX ship_of_flag ON public.ship USING btree (flag, COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX ship_of_gross_tonnage ON public.ship USING btree (gross_tonnage);
CREATE INDEX ship_of_imo_number ON public.ship USING btree (imo_number);
CREATE INDEX ship_of_status ON public.ship USING btree (status, COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX ship_of_type ON public.ship USING btree (type, COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX ship_of_un_measures ON public.ship USING gin (un_measures);
CREATE INDEX ship_owes_fuel_report ON public.ship USING btree (flag, reference) WHERE ((id > 0) AND (flag IS NOT NULL) AND (state = 'listed'::text) AND (gross_tonnage >= 5000) AND ((status IS NULL) OR (status = ANY (ARRAY['in-service'::text, 'laid-up'::text, 'in-reserve'::text, 'in-casualty'::text, 'converting'::text, 'non-trading'::text]))));
CREATE UNIQUE INDEX ship_reference ON public.ship USING btree (reference);
CREATE INDEX ship_search_name ON public.ship USING gin (search_text gin_trgm_ops);
CREATE INDEX ship_search_prose ON public.ship USING gin (search_prose);
CREATE INDEX ship_written ON public.ship USING btree (changed_in, id);
CREATE TRIGGER ship_noted BEFORE UPDATE ON public.ship FOR EACH ROW EXECUTE FUNCTION note_change();

table simulator (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  centre text,
  kind text[],
  place text,
  position_lat double precision,
  position_lon double precision,
  maker text,
  installed integer,
  stations integer,
  class text,
  address text,
  telephone text,
  email text,
  website text,
  former_names text,
  search_text text generated always as (registry_fold(((((((((COALESCE(centre, ''::text) || ' '::text) || COALESCE(place, ''::text)) || ' '::text) || COALESCE(maker, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint simulator_address_fits CHECK (((char_length(address) >= 1) AND (char_length(address) <= 600))),
  constraint simulator_centre_fits CHECK (((char_length(centre) >= 1) AND (char_length(centre) <= 200))),
  constraint simulator_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint simulator_class_fits CHECK ((class = ANY (ARRAY['full'::text, 'multi'::text, 'limited'::text, 'special'::text]))),
  constraint simulator_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint simulator_email_fits CHECK (((char_length(email) >= 1) AND (char_length(email) <= 200))),
  constraint simulator_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint simulator_installed_fits CHECK (((installed >= 1950) AND (installed <= 2100))),
  constraint simulator_kind_fits CHECK (((cardinality(kind) > 0) AND (kind <@ ARRAY['bridge'::text, 'engine'::text, 'radio'::text, 'cargo'::text, 'dynamic-positioning'::text, 'radar'::text, 'ecdis'::text, 'survival'::text, 'ice'::text, 'offshore'::text, 'crane'::text, 'vts'::text]))),
  constraint simulator_maker_fits CHECK (((char_length(maker) >= 1) AND (char_length(maker) <= 200))),
  constraint simulator_pkey PRIMARY KEY (id),
  constraint simulator_place_fits CHECK (((char_length(place) >= 1) AND (char_length(place) <= 300))),
  constraint simulator_position_lat_fits CHECK ((((position_lat >= ('-90'::integer)::double precision) AND (position_lat <= (90)::double precision)) AND ((position_lat IS NULL) = (position_lon IS NULL)))),
  constraint simulator_position_lon_fits CHECK (((position_lon >= ('-180'::integer)::double precision) AND (position_lon <= (180)::double precision))),
  constraint simulator_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint simulator_revision_check CHECK ((revision > 0)),
  constraint simulator_source_check CHECK ((length(source) <= 500)),
  constraint simulator_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint simulator_stations_fits CHECK (((stations >= 0) AND (stations <= 500))),
  constraint simulator_telephone_fits CHECK (((char_length(telephone) >= 1) AND (char_length(telephone) <= 60))),
  constraint simulator_website_fits CHECK (((website ~ '^https://'::text) AND (char_length(website) <= 1000)))
);
CREATE INDEX simulator_by_centre ON public.simulator USING btree (COALESCE(registry_fold(centre), '􏿿'::text), id);
CREATE INDEX simulator_by_country ON public.simulator USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX simulator_by_installed ON public.simulator USING btree (COALESCE(installed, '-2147483648'::integer), id);
CREATE INDEX simulator_changed ON public.simulator USING btree (changed_at, id);
CREATE INDEX simulator_facets ON public.simulator USING btree (country, class, state, kind) WHERE (id > 0);
CREATE INDEX simulator_of_class ON public.simulator USING btree (class, COALESCE(registry_fold(centre), '􏿿'::text), id);
CREATE INDEX simulator_of_country ON public.simulator USING btree (country, COALESCE(registry_fold(centre), '􏿿'::text), id);
CREATE INDEX simulator_of_kind ON public.simulator USING gin (kind);
CREATE INDEX simulator_of_position ON public.simulator USING gist (point(position_lon, position_lat));
CREATE UNIQUE INDEX simulator_reference ON public.simulator USING btree (reference);
CREATE INDEX simulator_search_name ON public.simulator USING gin (search_text gin_trgm_ops);
CREATE INDEX simulator_search_prose ON public.simulator USING gin (search_prose);
CREATE INDEX simulator_written ON public.simulator USING btree (changed_in, id);
CREATE TRIGGER simulator_noted BEFORE UPDATE ON public.simulator FOR EACH ROW EXECUTE FUNCTION note_change();

table single_window (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  name text,
  status text,
  since date,
  ports text,
  declarations text[],
  formats text[],
  operator text,
  website text,
  email text,
  remarks text,
  former_names text,
  search_text text generated always as (registry_fold(((((((((COALESCE(name, ''::text) || ' '::text) || COALESCE(ports, ''::text)) || ' '::text) || COALESCE(operator, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint single_window_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint single_window_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint single_window_declarations_fits CHECK (((cardinality(declarations) > 0) AND (declarations <@ ARRAY['general'::text, 'cargo'::text, 'stores'::text, 'effects'::text, 'crew'::text, 'passengers'::text, 'dangerous-goods'::text, 'health'::text, 'security'::text, 'waste'::text, 'mail'::text]))),
  constraint single_window_email_fits CHECK (((char_length(email) >= 1) AND (char_length(email) <= 200))),
  constraint single_window_formats_fits CHECK (((cardinality(formats) > 0) AND (formats <@ ARRAY['form'::text, 'compendium-xml'::text, 'compendium-json'::text, 'edifact'::text, 'spreadsheet'::text, 'wco'::text]))),
  constraint single_window_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint single_window_name_fits CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint single_window_operator_fits CHECK (((char_length(operator) >= 1) AND (char_length(operator) <= 200))),
  constraint single_window_pkey PRIMARY KEY (id),
  constraint single_window_ports_fits CHECK (((char_length(ports) >= 1) AND (char_length(ports) <= 500))),
  constraint single_window_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint single_window_remarks_fits CHECK (((char_length(remarks) >= 1) AND (char_length(remarks) <= 3000))),
  constraint single_window_revision_check CHECK ((revision > 0)),
  constraint single_window_source_check CHECK ((length(source) <= 500)),
  constraint single_window_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint single_window_status_fits CHECK ((status = ANY (ARRAY['operating'::text, 'partly'::text, 'building'::text, 'planned'::text]))),
  constraint single_window_website_fits CHECK (((website ~ '^https://'::text) AND (char_length(website) <= 1000)))
);
CREATE INDEX single_window_by_country ON public.single_window USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX single_window_by_name ON public.single_window USING btree (COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX single_window_by_since ON public.single_window USING btree (COALESCE(since, '-infinity'::date), id);
CREATE INDEX single_window_changed ON public.single_window USING btree (changed_at, id);
CREATE INDEX single_window_facets ON public.single_window USING btree (status, country, state, declarations, formats) WHERE (id > 0);
CREATE INDEX single_window_of_country ON public.single_window USING btree (country, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX single_window_of_declarations ON public.single_window USING gin (declarations);
CREATE INDEX single_window_of_formats ON public.single_window USING gin (formats);
CREATE INDEX single_window_of_since ON public.single_window USING btree (since);
CREATE INDEX single_window_of_status ON public.single_window USING btree (status, COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE UNIQUE INDEX single_window_one_country_name ON public.single_window USING btree (country, name) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX single_window_reference ON public.single_window USING btree (reference);
CREATE INDEX single_window_search_name ON public.single_window USING gin (search_text gin_trgm_ops);
CREATE INDEX single_window_search_prose ON public.single_window USING gin (search_prose);
CREATE INDEX single_window_written ON public.single_window USING btree (changed_in, id);
CREATE TRIGGER single_window_noted BEFORE UPDATE ON public.single_window FOR EACH ROW EXECUTE FUNCTION note_change();

table survey (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  kind text,
  instrument text,
  regulation text,
  ship text,
  ship_name text,
  notified_on date,
  valid_from date,
  valid_to date,
  reasons text,
  conditions text,
  document_sha256 text,
  document_name text,
  document_type text,
  document_bytes bigint,
  filed_by text,
  former_names text,
  search_text text generated always as (registry_fold(((((((COALESCE(ship_name, ''::text) || ' '::text) || COALESCE(regulation, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(reasons, ''::text)))) stored,
  constraint survey_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint survey_conditions_fits CHECK (((char_length(conditions) >= 1) AND (char_length(conditions) <= 3000))),
  constraint survey_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint survey_document_bytes_fits CHECK (((document_bytes >= 1) AND (document_bytes <= 20971520))),
  constraint survey_document_name_fits CHECK (((char_length(document_name) >= 1) AND (char_length(document_name) <= 200))),
  constraint survey_document_sha256_fits CHECK (((document_sha256 IS NULL) OR ((document_sha256 ~ '^[0-9a-f]{64}$'::text) AND (document_name IS NOT NULL) AND (document_bytes IS NOT NULL)))),
  constraint survey_filed_by_fits CHECK (((char_length(filed_by) >= 1) AND (char_length(filed_by) <= 100))),
  constraint survey_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint survey_instrument_fits CHECK ((instrument = ANY (ARRAY['solas'::text, 'marpol'::text, 'load-lines'::text, 'tonnage'::text, 'colreg'::text, 'afs'::text, 'bwm'::text, 'other'::text]))),
  constraint survey_kind_fits CHECK ((kind = ANY (ARRAY['exemption'::text, 'equivalent'::text, 'extension'::text, 'harmonized-system'::text, 'surveyor'::text, 'specimen'::text, 'interpretation'::text]))),
  constraint survey_pkey PRIMARY KEY (id),
  constraint survey_reasons_fits CHECK (((char_length(reasons) >= 1) AND (char_length(reasons) <= 3000))),
  constraint survey_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint survey_regulation_fits CHECK (((char_length(regulation) >= 1) AND (char_length(regulation) <= 100))),
  constraint survey_revision_check CHECK ((revision > 0)),
  constraint survey_ship_known FOREIGN KEY (ship) REFERENCES ship(reference),
  constraint survey_ship_name_fits CHECK (((char_length(ship_name) >= 1) AND (char_length(ship_name) <= 120))),
  constraint survey_source_check CHECK ((length(source) <= 500)),
  constraint survey_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint survey_valid_from_fits CHECK (((valid_from IS NOT NULL) OR (valid_to IS NULL))),
  constraint survey_valid_to_fits CHECK ((valid_to >= valid_from))
);
CREATE INDEX survey_by_country ON public.survey USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX survey_by_notified_on ON public.survey USING btree (COALESCE(notified_on, '-infinity'::date), id);
CREATE INDEX survey_by_ship_name ON public.survey USING btree (COALESCE(registry_fold(ship_name), '􏿿'::text), id);
CREATE INDEX survey_changed ON public.survey USING btree (changed_at, id);
CREATE INDEX survey_facets ON public.survey USING btree (kind, instrument, country, filed_by, state) WHERE (id > 0);
CREATE INDEX survey_of_country ON public.survey USING btree (country, COALESCE(notified_on, '-infinity'::date), id);
CREATE INDEX survey_of_filed_by ON public.survey USING btree (filed_by, id);
CREATE INDEX survey_of_instrument ON public.survey USING btree (instrument, COALESCE(notified_on, '-infinity'::date), id);
CREATE INDEX survey_of_kind ON public.survey USING btree (kind, COALESCE(notified_on, '-infinity'::date), id);
CREATE INDEX survey_of_notified_on ON public.survey USING btree (notified_on);
CREATE UNIQUE INDEX survey_reference ON public.survey USING btree (reference);
CREATE INDEX survey_search_name ON public.survey USING gin (search_text gin_trgm_ops);
CREATE INDEX survey_search_prose ON public.survey USING gin (search_prose);
CREATE INDEX survey_written ON public.survey USING btree (changed_in, id);
CREATE TRIGGER survey_noted BEFORE UPDATE ON public.survey FOR EACH ROW EXECUTE FUNCTION note_change();

table test_laboratory (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  kind text,
  name text,
  tests text[],
  halons text[],
  position_lat double precision,
  position_lon double precision,
  accredited_by text,
  valid_from date,
  valid_to date,
  address text,
  telephone text,
  email text,
  website text,
  former_names text,
  search_text text generated always as (registry_fold(((((((COALESCE(name, ''::text) || ' '::text) || COALESCE(accredited_by, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint test_laboratory_accredited_by_fits CHECK (((char_length(accredited_by) >= 1) AND (char_length(accredited_by) <= 200))),
  constraint test_laboratory_address_fits CHECK (((char_length(address) >= 1) AND (char_length(address) <= 600))),
  constraint test_laboratory_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint test_laboratory_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint test_laboratory_email_fits CHECK (((char_length(email) >= 1) AND (char_length(email) <= 200))),
  constraint test_laboratory_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint test_laboratory_halons_fits CHECK (((cardinality(halons) > 0) AND (halons <@ ARRAY['1211'::text, '1301'::text, '2402'::text]))),
  constraint test_laboratory_kind_fits CHECK ((kind = ANY (ARRAY['fire'::text, 'halon'::text]))),
  constraint test_laboratory_name_fits CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint test_laboratory_pkey PRIMARY KEY (id),
  constraint test_laboratory_position_lat_fits CHECK ((((position_lat >= ('-90'::integer)::double precision) AND (position_lat <= (90)::double precision)) AND ((position_lat IS NULL) = (position_lon IS NULL)))),
  constraint test_laboratory_position_lon_fits CHECK (((position_lon >= ('-180'::integer)::double precision) AND (position_lon <= (180)::double precision))),
  constraint test_laboratory_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint test_laboratory_revision_check CHECK ((revision > 0)),
  constraint test_laboratory_source_check CHECK ((length(source) <= 500)),
  constraint test_laboratory_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint test_laboratory_telephone_fits CHECK (((char_length(telephone) >= 1) AND (char_length(telephone) <= 60))),
  constraint test_laboratory_tests_fits CHECK (((cardinality(tests) > 0) AND (tests <@ ARRAY['non-combustibility'::text, 'smoke-toxicity'::text, 'divisions'::text, 'door-control'::text, 'surface-flammability'::text, 'primary-deck'::text, 'textiles'::text, 'furniture'::text, 'bedding'::text, 'extinguishing'::text]))),
  constraint test_laboratory_valid_from_fits CHECK (((valid_from IS NOT NULL) OR (valid_to IS NULL))),
  constraint test_laboratory_valid_to_fits CHECK ((valid_to >= valid_from)),
  constraint test_laboratory_website_fits CHECK (((website ~ '^https://'::text) AND (char_length(website) <= 1000)))
);
CREATE INDEX test_laboratory_by_country ON public.test_laboratory USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX test_laboratory_by_name ON public.test_laboratory USING btree (COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX test_laboratory_changed ON public.test_laboratory USING btree (changed_at, id);
CREATE INDEX test_laboratory_facets ON public.test_laboratory USING btree (kind, country, state, tests, halons) WHERE (id > 0);
CREATE INDEX test_laboratory_of_country ON public.test_laboratory USING btree (country, COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX test_laboratory_of_halons ON public.test_laboratory USING gin (halons);
CREATE INDEX test_laboratory_of_kind ON public.test_laboratory USING btree (kind, COALESCE(registry_fold(name), '􏿿'::text), id);
CREATE INDEX test_laboratory_of_position ON public.test_laboratory USING gist (point(position_lon, position_lat));
CREATE INDEX test_laboratory_of_tests ON public.test_laboratory USING gin (tests);
CREATE INDEX test_laboratory_of_valid ON public.test_laboratory USING btree (valid_from, valid_to);
CREATE UNIQUE INDEX test_laboratory_one_country_name_kind ON public.test_laboratory USING btree (country, name, kind) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX test_laboratory_reference ON public.test_laboratory USING btree (reference);
CREATE INDEX test_laboratory_search_name ON public.test_laboratory USING gin (search_text gin_trgm_ops);
CREATE INDEX test_laboratory_search_prose ON public.test_laboratory USING gin (search_prose);
CREATE INDEX test_laboratory_written ON public.test_laboratory USING btree (changed_in, id);
CREATE TRIGGER test_laboratory_noted BEFORE UPDATE ON public.test_laboratory FOR EACH ROW EXECUTE FUNCTION note_change();

table told (
  id bigint not null generated always as identity,
  module text not null,
  reference text not null,
  act text not null,
  whom text not null,
  account_name text not null,
  at timestamp with time zone not null,
  constraint told_account_name_check CHECK ((length(account_name) <= 200)),
  constraint told_act_check CHECK (((length(act) >= 1) AND (length(act) <= 60))),
  constraint told_pkey PRIMARY KEY (id),
  constraint told_whom_check CHECK (((length(whom) >= 2) AND (length(whom) <= 16)))
);
CREATE INDEX told_whom ON public.told USING btree (whom, id);

table training (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  country text,
  kind text,
  communicated_on date,
  period_from date,
  period_to date,
  recognized text[],
  count integer,
  certificate_number text,
  verify_link text,
  verify_email text,
  outcome text,
  summary text,
  report_sha256 text,
  report_name text,
  report_type text,
  report_bytes bigint,
  former_names text,
  search_text text generated always as (registry_fold(((reference || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(summary, ''::text)))) stored,
  constraint training_certificate_number_fits CHECK (((char_length(certificate_number) >= 1) AND (char_length(certificate_number) <= 100))),
  constraint training_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint training_count_fits CHECK (((count >= 0) AND (count <= 1000000))),
  constraint training_country_fits CHECK ((country ~ '^[A-Z]{3}$'::text)),
  constraint training_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint training_kind_fits CHECK ((kind = ANY (ARRAY['initial-report'::text, 'evaluation'::text, 'recognition'::text, 'dispensations'::text, 'equivalents'::text, 'verification'::text, 'fraud'::text]))),
  constraint training_outcome_fits CHECK ((outcome = ANY (ARRAY['full-effect'::text, 'pending'::text, 'incomplete'::text]))),
  constraint training_period_from_fits CHECK (((period_from IS NOT NULL) OR (period_to IS NULL))),
  constraint training_period_to_fits CHECK ((period_to >= period_from)),
  constraint training_pkey PRIMARY KEY (id),
  constraint training_recognized_fits CHECK ((((cardinality(recognized) >= 1) AND (cardinality(recognized) <= 250)) AND (array_to_string(recognized, ','::text) ~ '^[A-Z]{3}(,[A-Z]{3})*$'::text))),
  constraint training_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint training_report_bytes_fits CHECK (((report_bytes >= 1) AND (report_bytes <= 20971520))),
  constraint training_report_name_fits CHECK (((char_length(report_name) >= 1) AND (char_length(report_name) <= 200))),
  constraint training_report_sha256_fits CHECK (((report_sha256 IS NULL) OR ((report_sha256 ~ '^[0-9a-f]{64}$'::text) AND (report_name IS NOT NULL) AND (report_bytes IS NOT NULL)))),
  constraint training_revision_check CHECK ((revision > 0)),
  constraint training_source_check CHECK ((length(source) <= 500)),
  constraint training_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint training_summary_fits CHECK (((char_length(summary) >= 1) AND (char_length(summary) <= 6000))),
  constraint training_verify_email_fits CHECK (((char_length(verify_email) >= 1) AND (char_length(verify_email) <= 200))),
  constraint training_verify_link_fits CHECK (((verify_link ~ '^https://'::text) AND (char_length(verify_link) <= 1000)))
);
CREATE INDEX training_by_communicated_on ON public.training USING btree (COALESCE(communicated_on, '-infinity'::date), id);
CREATE INDEX training_by_country ON public.training USING btree (COALESCE(registry_fold(country), '􏿿'::text), id);
CREATE INDEX training_changed ON public.training USING btree (changed_at, id);
CREATE INDEX training_duty_evaluate ON public.training USING btree (country, communicated_on) WHERE ((id > 0) AND (communicated_on IS NOT NULL) AND (country IS NOT NULL) AND (state = 'current'::text) AND (kind = 'evaluation'::text));
CREATE INDEX training_facets ON public.training USING btree (kind, country, outcome, state) WHERE (id > 0);
CREATE INDEX training_of_communicated_on ON public.training USING btree (communicated_on);
CREATE INDEX training_of_country ON public.training USING btree (country, COALESCE(communicated_on, '-infinity'::date), id);
CREATE INDEX training_of_kind ON public.training USING btree (kind, COALESCE(communicated_on, '-infinity'::date), id);
CREATE INDEX training_of_outcome ON public.training USING btree (outcome, COALESCE(communicated_on, '-infinity'::date), id);
CREATE INDEX training_of_recognized ON public.training USING gin (recognized);
CREATE UNIQUE INDEX training_reference ON public.training USING btree (reference);
CREATE INDEX training_search_name ON public.training USING gin (search_text gin_trgm_ops);
CREATE INDEX training_search_prose ON public.training USING gin (search_prose);
CREATE INDEX training_written ON public.training USING btree (changed_in, id);
CREATE TRIGGER training_noted BEFORE UPDATE ON public.training FOR EACH ROW EXECUTE FUNCTION note_change();

table treaty (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  short_name text,
  full_name text,
  kind text,
  subject text,
  adopted_on date,
  signature_until date,
  needs_states integer,
  needs_tonnage numeric(5,2),
  needs_ships integer,
  needs_large_fleets integer,
  large_fleet integer,
  needs_cargo numeric(12,2),
  needs_recycling numeric(5,2),
  months_after integer,
  months_later integer,
  conditions text,
  met_on date,
  in_force_on date,
  ended_on date,
  text_link text,
  former_names text,
  search_text text generated always as (registry_fold(((((((COALESCE(short_name, ''::text) || ' '::text) || COALESCE(full_name, ''::text)) || ' '::text) || reference) || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ''::text)) stored,
  constraint treaty_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint treaty_conditions_fits CHECK (((char_length(conditions) >= 1) AND (char_length(conditions) <= 3000))),
  constraint treaty_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint treaty_full_name_fits CHECK (((char_length(full_name) >= 1) AND (char_length(full_name) <= 500))),
  constraint treaty_kind_fits CHECK ((kind = ANY (ARRAY['convention'::text, 'protocol'::text, 'agreement'::text, 'amendment'::text]))),
  constraint treaty_large_fleet_fits CHECK (((large_fleet >= 0) AND (large_fleet <= 1000000000))),
  constraint treaty_months_after_fits CHECK (((months_after >= 0) AND (months_after <= 120))),
  constraint treaty_months_later_fits CHECK (((months_later >= 0) AND (months_later <= 120))),
  constraint treaty_needs_cargo_fits CHECK (((needs_cargo >= (0)::numeric) AND (needs_cargo <= (1000000000)::numeric))),
  constraint treaty_needs_large_fleets_fits CHECK (((needs_large_fleets >= 0) AND (needs_large_fleets <= 300))),
  constraint treaty_needs_recycling_fits CHECK (((needs_recycling >= (0)::numeric) AND (needs_recycling <= (100)::numeric))),
  constraint treaty_needs_ships_fits CHECK (((needs_ships >= 0) AND (needs_ships <= 1000000))),
  constraint treaty_needs_states_fits CHECK (((needs_states >= 0) AND (needs_states <= 300))),
  constraint treaty_needs_tonnage_fits CHECK (((needs_tonnage >= (0)::numeric) AND (needs_tonnage <= (100)::numeric))),
  constraint treaty_pkey PRIMARY KEY (id),
  constraint treaty_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint treaty_revision_check CHECK ((revision > 0)),
  constraint treaty_short_name_fits CHECK (((char_length(short_name) >= 1) AND (char_length(short_name) <= 80))),
  constraint treaty_source_check CHECK ((length(source) <= 500)),
  constraint treaty_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint treaty_subject_fits CHECK ((subject = ANY (ARRAY['safety'::text, 'environment'::text, 'liability'::text, 'security'::text, 'facilitation'::text, 'other'::text]))),
  constraint treaty_text_link_fits CHECK (((text_link ~ '^https://'::text) AND (char_length(text_link) <= 1000)))
);
CREATE INDEX treaty_by_adopted_on ON public.treaty USING btree (COALESCE(adopted_on, '-infinity'::date), id);
CREATE INDEX treaty_by_in_force_on ON public.treaty USING btree (COALESCE(in_force_on, '-infinity'::date), id);
CREATE INDEX treaty_by_short_name ON public.treaty USING btree (COALESCE(registry_fold(short_name), '􏿿'::text), id);
CREATE INDEX treaty_changed ON public.treaty USING btree (changed_at, id);
CREATE INDEX treaty_facets ON public.treaty USING btree (kind, subject, state) WHERE (id > 0);
CREATE INDEX treaty_of_adopted_on ON public.treaty USING btree (adopted_on);
CREATE INDEX treaty_of_in_force_on ON public.treaty USING btree (in_force_on);
CREATE INDEX treaty_of_kind ON public.treaty USING btree (kind, COALESCE(registry_fold(short_name), '􏿿'::text), id);
CREATE INDEX treaty_of_subject ON public.treaty USING btree (subject, COALESCE(registry_fold(short_name), '􏿿'::text), id);
CREATE UNIQUE INDEX treaty_one_short_name ON public.treaty USING btree (short_name) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX treaty_reference ON public.treaty USING btree (reference);
CREATE INDEX treaty_search_name ON public.treaty USING gin (search_text gin_trgm_ops);
CREATE INDEX treaty_search_prose ON public.treaty USING gin (search_prose);
CREATE INDEX treaty_written ON public.treaty USING btree (changed_in, id);
CREATE TRIGGER treaty_noted BEFORE UPDATE ON public.treaty FOR EACH ROW EXECUTE FUNCTION note_change();

table treaty_action (
  id bigint not null generated always as identity,
  reference text not null,
  state text not null,
  revision integer not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  source text,
  is_sample boolean not null default false,
  changed_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  treaty text,
  party text,
  act text,
  done_on date,
  effective_on date,
  territory text,
  fleet integer,
  ships integer,
  world_fleet bigint,
  cargo numeric(12,2),
  recycling numeric(12,2),
  text text,
  instrument_sha256 text,
  instrument_name text,
  instrument_type text,
  instrument_bytes bigint,
  former_names text,
  search_text text generated always as (registry_fold(((reference || ' '::text) || COALESCE(former_names, ''::text)))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(COALESCE(text, ''::text)))) stored,
  constraint treaty_action_act_fits CHECK ((act = ANY (ARRAY['signature'::text, 'definitive-signature'::text, 'ratification'::text, 'acceptance'::text, 'approval'::text, 'accession'::text, 'succession'::text, 'declaration'::text, 'extension'::text, 'figures'::text, 'withdrawal'::text]))),
  constraint treaty_action_cargo_fits CHECK (((cargo >= (0)::numeric) AND (cargo <= (1000000000)::numeric))),
  constraint treaty_action_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint treaty_action_fleet_fits CHECK (((fleet >= 0) AND (fleet <= 1000000000))),
  constraint treaty_action_former_names_check CHECK ((length(former_names) <= 10000)),
  constraint treaty_action_instrument_bytes_fits CHECK (((instrument_bytes >= 1) AND (instrument_bytes <= 20971520))),
  constraint treaty_action_instrument_name_fits CHECK (((char_length(instrument_name) >= 1) AND (char_length(instrument_name) <= 200))),
  constraint treaty_action_instrument_sha256_fits CHECK (((instrument_sha256 IS NULL) OR ((instrument_sha256 ~ '^[0-9a-f]{64}$'::text) AND (instrument_name IS NOT NULL) AND (instrument_bytes IS NOT NULL)))),
  constraint treaty_action_party_fits CHECK ((party ~ '^[A-Z]{3}$'::text)),
  constraint treaty_action_pkey PRIMARY KEY (id),
  constraint treaty_action_recycling_fits CHECK (((recycling >= (0)::numeric) AND (recycling <= (1000000000)::numeric))),
  constraint treaty_action_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 60))),
  constraint treaty_action_revision_check CHECK ((revision > 0)),
  constraint treaty_action_ships_fits CHECK (((ships >= 0) AND (ships <= 1000000))),
  constraint treaty_action_source_check CHECK ((length(source) <= 500)),
  constraint treaty_action_state_known CHECK ((state = ANY (ARRAY['current'::text, 'withdrawn'::text]))),
  constraint treaty_action_territory_fits CHECK ((territory ~ '^[A-Z]{3}$'::text)),
  constraint treaty_action_text_fits CHECK (((char_length(text) >= 1) AND (char_length(text) <= 8000))),
  constraint treaty_action_treaty_known FOREIGN KEY (treaty) REFERENCES treaty(reference),
  constraint treaty_action_world_fleet_fits CHECK (((world_fleet >= 0) AND (world_fleet <= '100000000000'::bigint)))
);
CREATE INDEX treaty_action_by_done_on ON public.treaty_action USING btree (COALESCE(done_on, '-infinity'::date), id);
CREATE INDEX treaty_action_by_effective_on ON public.treaty_action USING btree (COALESCE(effective_on, '-infinity'::date), id);
CREATE INDEX treaty_action_by_party ON public.treaty_action USING btree (COALESCE(registry_fold(party), '􏿿'::text), id);
CREATE INDEX treaty_action_changed ON public.treaty_action USING btree (changed_at, id);
CREATE INDEX treaty_action_facets ON public.treaty_action USING btree (party, act, state) WHERE (id > 0);
CREATE INDEX treaty_action_of_act ON public.treaty_action USING btree (act, COALESCE(done_on, '-infinity'::date), id);
CREATE INDEX treaty_action_of_done_on ON public.treaty_action USING btree (done_on);
CREATE INDEX treaty_action_of_effective_on ON public.treaty_action USING btree (effective_on);
CREATE INDEX treaty_action_of_party ON public.treaty_action USING btree (party, COALESCE(done_on, '-infinity'::date), id);
CREATE INDEX treaty_action_of_treaty ON public.treaty_action USING btree (treaty);
CREATE UNIQUE INDEX treaty_action_one_treaty_party_act_done_on_territory ON public.treaty_action USING btree (treaty, party, act, done_on, territory) WHERE ((state <> 'withdrawn'::text) AND (id > 0));
CREATE UNIQUE INDEX treaty_action_reference ON public.treaty_action USING btree (reference);
CREATE INDEX treaty_action_search_name ON public.treaty_action USING gin (search_text gin_trgm_ops);
CREATE INDEX treaty_action_search_prose ON public.treaty_action USING gin (search_prose);
CREATE INDEX treaty_action_written ON public.treaty_action USING btree (changed_in, id);
CREATE TRIGGER treaty_action_noted BEFORE UPDATE ON public.treaty_action FOR EACH ROW EXECUTE FUNCTION note_change();

table webhook (
  id text not null,
  account_id text not null,
  account_name text not null,
  delegation text,
  module text not null,
  query text not null,
  url text not null,
  secret_generation integer not null,
  secret_check text not null,
  stopped_why text,
  place text not null,
  failing_since timestamp with time zone,
  rests_until timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint webhook_account_id_check CHECK (((length(account_id) >= 1) AND (length(account_id) <= 64))),
  constraint webhook_account_name_check CHECK ((length(account_name) <= 200)),
  constraint webhook_delegation_check CHECK ((length(delegation) <= 100)),
  constraint webhook_id_check CHECK (((length(id) >= 1) AND (length(id) <= 64))),
  constraint webhook_pkey PRIMARY KEY (id),
  constraint webhook_place_check CHECK ((length(place) <= 80)),
  constraint webhook_query_check CHECK ((length(query) <= 4000)),
  constraint webhook_secret_check_check CHECK ((length(secret_check) = 16)),
  constraint webhook_secret_generation_check CHECK ((secret_generation > 0)),
  constraint webhook_stopped_why_check CHECK ((stopped_why = ANY (ARRAY['asked'::text, 'failing'::text, 'gone'::text, 'other-key'::text, 'query'::text]))),
  constraint webhook_url_check CHECK ((length(url) <= 500))
);
CREATE INDEX webhook_of_account ON public.webhook USING btree (account_id, created_at);

table webhook_delivery (
  id bigint not null generated always as identity,
  webhook_id text not null,
  message text not null,
  event text not null,
  reference text,
  revision integer,
  created_at timestamp with time zone not null,
  attempts integer not null default 0,
  next_at timestamp with time zone,
  answered_status integer,
  fault text,
  ended_as text,
  ended_at timestamp with time zone,
  constraint webhook_delivery_ended_as_check CHECK ((ended_as = ANY (ARRAY['sent'::text, 'given-up'::text]))),
  constraint webhook_delivery_ends CHECK ((((ended_as IS NULL) = (ended_at IS NULL)) AND ((ended_as IS NULL) = (next_at IS NOT NULL)))),
  constraint webhook_delivery_event_check CHECK ((event = ANY (ARRAY['record.changed'::text, 'record.gone'::text, 'record.left'::text, 'registry.restored'::text, 'test'::text]))),
  constraint webhook_delivery_fault_check CHECK ((length(fault) <= 200)),
  constraint webhook_delivery_message_check CHECK (((length(message) >= 1) AND (length(message) <= 64))),
  constraint webhook_delivery_pkey PRIMARY KEY (id),
  constraint webhook_delivery_reference_check CHECK ((length(reference) <= 60)),
  constraint webhook_delivery_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhook(id) ON DELETE CASCADE
);
CREATE INDEX webhook_delivery_due ON public.webhook_delivery USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX webhook_delivery_ended ON public.webhook_delivery USING btree (ended_at);
CREATE INDEX webhook_delivery_of_hook ON public.webhook_delivery USING btree (webhook_id, id);
CREATE INDEX webhook_delivery_of_record ON public.webhook_delivery USING btree (webhook_id, reference, id);
