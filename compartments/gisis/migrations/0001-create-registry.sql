create function registry_fold(given text) returns text language sql immutable strict parallel safe return
  case when octet_length(given) = char_length(given) then btrim(regexp_replace(lower(given), '[^a-z0-9]+', ' ', 'g'))
  else btrim(regexp_replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(translate(regexp_replace(normalize(lower(given), NFKD), '[\u0300-\u036f\u0640\u064b-\u065f\u0670]', '', 'g'), 'øłđðıħŧŋабвгдеёзийклмнопрстуфыэіїєґўјљњћђџѓќαβγδεζηικλμνξοπρσςτυωابتجحدرزسصضطظعفقكلمنهويىةءآأإپچگکیڤ', 'olddihtnabvgdeeziiklmnoprstufyeiiegujlncddgkabgdeziiklmnxoprsstyoabtjhdrzssdtzafqklmnhwyaaaaaapcgkyv'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ж', 'zh'), 'х', 'kh'), 'ц', 'ts'), 'ч', 'ch'), 'ш', 'sh'), 'щ', 'shch'), 'ъ', ''), 'ь', ''), 'ю', 'iu'), 'я', 'ia'), 'θ', 'th'), 'φ', 'f'), 'χ', 'ch'), 'ψ', 'ps'), 'ث', 'th'), 'خ', 'kh'), 'ذ', 'dh'), 'ش', 'sh'), 'غ', 'gh'), 'ـ', ''), '[^[:alnum:]]+', ' ', 'g')) end;
create table field_change (
  id bigint generated always as identity primary key,
  module text not null,
  record_id bigint not null,
  revision integer not null check (revision > 0),
  act text not null check (length(act) between 1 and 60),
  field text not null check (length(field) between 1 and 60),
  before jsonb,
  after jsonb,
  effective_on date,
  account_id text not null check (length(account_id) between 1 and 64),
  account_name text not null check (length(account_name) <= 200),
  delegation text check (length(delegation) <= 100),
  source text check (length(source) <= 500),
  at timestamp with time zone not null
);
create unique index field_change_of_record on field_change (module, record_id, revision, field);
create function refuse_change() returns trigger language plpgsql as $function$
begin
  raise exception 'the history of a field stays as it was written' using errcode = 'restrict_violation';
end
$function$;
create trigger field_change_stays before update or delete on field_change for each row execute function refuse_change();
create function note_change() returns trigger language plpgsql as $function$
begin
  new.changed_in := pg_current_xact_id()::text::bigint;
  return new;
end
$function$;
create table record_number (
  module text not null,
  year integer not null check (year between 1000 and 9999),
  last integer not null check (last > 0),
  primary key (module, year)
);
create table told (
  id bigint generated always as identity primary key,
  module text not null,
  reference text not null,
  act text not null check (length(act) between 1 and 60),
  whom text not null check (length(whom) between 2 and 16),
  account_name text not null check (length(account_name) <= 200),
  at timestamp with time zone not null
);
create index told_whom on told (whom, id);
create table duty_told (
  module text not null,
  duty text not null,
  reference text not null,
  owed_by text not null check (length(owed_by) = 3),
  due date not null,
  stage text not null check (stage in ('soon', 'overdue')),
  at timestamp with time zone not null,
  primary key (module, duty, reference, owed_by, due, stage)
);
create table import_file (
  id bigint generated always as identity primary key,
  module text not null,
  account_id text not null check (length(account_id) between 1 and 64),
  account_name text not null check (length(account_name) <= 200),
  name text not null check (length(name) between 1 and 200),
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint not null check (bytes > 0),
  source text not null check (length(source) between 1 and 500),
  since date,
  state text not null check (state in ('filed', 'carrying', 'done', 'dropped')),
  checked_at timestamp with time zone,
  is_sure boolean not null default false,
  done_rows integer not null default 0,
  rows integer,
  added integer not null default 0,
  changed integer not null default 0,
  same integer not null default 0,
  refused integer not null default 0,
  told text[] not null default '{}',
  created_at timestamp with time zone not null,
  ended_at timestamp with time zone
);
create index import_file_of_account on import_file (account_id, module, id);
create index import_file_open on import_file (created_at) where sha256 is not null;
create table import_fault (
  id bigint generated always as identity primary key,
  import_id bigint not null references import_file,
  faults jsonb not null
);
create index import_fault_of_file on import_fault (import_id, id);
create table answered_write (
  account_id text not null check (length(account_id) between 1 and 64),
  key text not null check (length(key) between 1 and 200),
  request_sha256 text not null check (length(request_sha256) = 64),
  at timestamp with time zone not null,
  status integer not null,
  reference text not null,
  etag text not null,
  body text not null,
  primary key (account_id, key)
);
create index answered_write_at on answered_write (at);
create table saved_search (
  id text primary key check (length(id) between 1 and 64),
  account_id text not null check (length(account_id) between 1 and 64),
  name text not null check (length(name) between 1 and 80),
  module text not null,
  query text not null check (length(query) <= 4000),
  created_at timestamp with time zone not null,
  looked_at timestamp with time zone not null,
  feed_sha256 text check (length(feed_sha256) = 64)
);
create index saved_search_of_account on saved_search (account_id, created_at);
create unique index saved_search_feed on saved_search (feed_sha256);
create table webhook (
  id text primary key check (length(id) between 1 and 64),
  account_id text not null check (length(account_id) between 1 and 64),
  account_name text not null check (length(account_name) <= 200),
  delegation text check (length(delegation) <= 100),
  module text not null,
  query text not null check (length(query) <= 4000),
  url text not null check (length(url) <= 500),
  secret_generation integer not null check (secret_generation > 0),
  secret_check text not null check (length(secret_check) = 16),
  stopped_why text check (stopped_why in ('asked', 'failing', 'gone', 'other-key', 'query')),
  place text not null check (length(place) <= 80),
  failing_since timestamp with time zone,
  rests_until timestamp with time zone,
  created_at timestamp with time zone not null
);
create index webhook_of_account on webhook (account_id, created_at);
create table webhook_delivery (
  id bigint generated always as identity primary key,
  webhook_id text not null references webhook (id) on delete cascade,
  message text not null check (length(message) between 1 and 64),
  event text not null check (event in ('record.changed', 'record.gone', 'record.left', 'registry.restored', 'test')),
  reference text check (length(reference) <= 60),
  revision integer,
  created_at timestamp with time zone not null,
  attempts integer not null default 0,
  next_at timestamp with time zone,
  answered_status integer,
  fault text check (length(fault) <= 200),
  ended_as text check (ended_as in ('sent', 'given-up')),
  ended_at timestamp with time zone,
  constraint webhook_delivery_ends check ((ended_as is null) = (ended_at is null) and (ended_as is null) = (next_at is not null))
);
create index webhook_delivery_due on webhook_delivery (next_at) where next_at is not null;
create index webhook_delivery_of_hook on webhook_delivery (webhook_id, id);
create index webhook_delivery_of_record on webhook_delivery (webhook_id, reference, id);
create index webhook_delivery_ended on webhook_delivery (ended_at);
create table ship (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  imo_number text,
  constraint ship_imo_number_fits check (imo_number ~ '^[0-9]{7}$'),
  name text,
  constraint ship_name_fits check (char_length(name) between 1 and 120),
  flag text,
  constraint ship_flag_fits check (flag ~ '^[A-Z]{3}$'),
  port_of_registry text,
  constraint ship_port_of_registry_fits check (char_length(port_of_registry) between 1 and 120),
  call_sign text,
  constraint ship_call_sign_fits check (call_sign ~ '^[A-Z0-9]{3,8}$'),
  mmsi text,
  constraint ship_mmsi_fits check (mmsi ~ '^[0-9]{9}$'),
  type text,
  constraint ship_type_fits check (type in ('bulk-carrier', 'chemical-tanker', 'combination-carrier', 'container-ship', 'container-ro-ro', 'dredger', 'fishing-vessel', 'gas-carrier', 'general-cargo', 'high-speed-craft', 'lng-carrier', 'offshore-unit', 'offshore-supply', 'oil-tanker', 'passenger', 'refrigerated', 'ro-ro', 'ro-pax', 'tug', 'vehicle-carrier', 'yacht', 'other')),
  status text,
  constraint ship_status_fits check (status in ('projected', 'on-order', 'order-cancelled', 'keel-laid', 'under-construction', 'construction-suspended', 'launched', 'in-service', 'laid-up', 'in-reserve', 'in-casualty', 'converting', 'non-trading', 'hulked', 'museum', 'stranded', 'to-be-broken-up', 'broken-up', 'scuttled', 'total-loss', 'missing', 'existence-in-doubt', 'no-longer-met')),
  gross_tonnage integer,
  constraint ship_gross_tonnage_fits check (gross_tonnage between 0 and 1000000),
  net_tonnage integer,
  constraint ship_net_tonnage_fits check (net_tonnage between 0 and 1000000),
  deadweight numeric(8, 1),
  constraint ship_deadweight_fits check (deadweight between 0 and 1000000),
  length numeric(5, 2),
  constraint ship_length_fits check (length between 0 and 600),
  built integer,
  constraint ship_built_fits check (built between 1800 and 2100),
  delivered_on date,
  registered_owner text,
  company text,
  recognized_organization text,
  constraint ship_recognized_organization_fits check (char_length(recognized_organization) between 1 and 120),
  ice_class text,
  constraint ship_ice_class_fits check (char_length(ice_class) between 1 and 60),
  false_flag_since date,
  un_measures text[],
  constraint ship_un_measures_fits check (cardinality(un_measures) > 0 and un_measures <@ array['asset-freeze', 'port-entry-ban', 'de-registration', 'bunkering-ban', 'cargo-ban']::text[]),
  un_source text,
  constraint ship_un_source_fits check (un_source ~ '^https://' and char_length(un_source) <= 1000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(name::text, '') || ' ' || coalesce(imo_number::text, '') || ' ' || coalesce(call_sign::text, '') || ' ' || coalesce(mmsi::text, '') || ' ' || coalesce(port_of_registry::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint ship_state_known check (state in ('listed', 'false-flag', 'removed'))
);
create table company (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  company_number text,
  constraint company_company_number_fits check (company_number ~ '^[0-9]{7}$'),
  name text,
  constraint company_name_fits check (char_length(name) between 1 and 200),
  country text,
  constraint company_country_fits check (country ~ '^[A-Z]{3}$'),
  address text,
  constraint company_address_fits check (char_length(address) between 1 and 300),
  status text,
  constraint company_status_fits check (status in ('active', 'dissolved', 'unknown')),
  website text,
  constraint company_website_fits check (website ~ '^https://' and char_length(website) <= 1000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(name::text, '') || ' ' || coalesce(company_number::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint company_state_known check (state in ('current', 'withdrawn'))
);
create table port (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  locode text,
  constraint port_locode_fits check (locode ~ '^[A-Z]{2}[A-Z2-9]{3}$'),
  name text,
  constraint port_name_fits check (char_length(name) between 1 and 200),
  other_names text,
  constraint port_other_names_fits check (char_length(other_names) between 1 and 500),
  country text,
  constraint port_country_fits check (country ~ '^[A-Z]{3}$'),
  subdivision text,
  constraint port_subdivision_fits check (char_length(subdivision) between 1 and 10),
  position_lat double precision,
  constraint port_position_lat_fits check (position_lat between -90 and 90 and (position_lat is null) = (position_lon is null)),
  position_lon double precision,
  constraint port_position_lon_fits check (position_lon between -180 and 180),
  water text,
  constraint port_water_fits check (char_length(water) between 1 and 300),
  index_number integer,
  constraint port_index_number_fits check (index_number between 0 and 999999),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(name::text, '') || ' ' || coalesce(other_names::text, '') || ' ' || coalesce(locode::text, '') || ' ' || coalesce(water::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint port_state_known check (state in ('current', 'withdrawn'))
);
create table port_facility (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  facility_number text,
  constraint port_facility_facility_number_fits check (char_length(facility_number) between 1 and 10),
  name text,
  constraint port_facility_name_fits check (char_length(name) between 1 and 200),
  other_names text,
  constraint port_facility_other_names_fits check (char_length(other_names) between 1 and 300),
  country text,
  constraint port_facility_country_fits check (country ~ '^[A-Z]{3}$'),
  port text,
  constraint port_facility_port_fits check (port ~ '^[A-Z]{2}[A-Z2-9]{3}$'),
  port_name text,
  constraint port_facility_port_name_fits check (char_length(port_name) between 1 and 200),
  position_lat double precision,
  constraint port_facility_position_lat_fits check (position_lat between -90 and 90 and (position_lat is null) = (position_lon is null)),
  position_lon double precision,
  constraint port_facility_position_lon_fits check (position_lon between -180 and 180),
  kinds text[],
  constraint port_facility_kinds_fits check (cardinality(kinds) > 0 and kinds <@ array['bulk', 'container', 'general', 'oil', 'chemical', 'gas', 'passenger', 'ro-ro', 'offshore', 'repair', 'other']::text[]),
  plan_approved boolean,
  approved_on date,
  reviewed_on date,
  withdrawn_on date,
  compliance_issued_on date,
  compliance_until date,
  security_level text,
  constraint port_facility_security_level_fits check (security_level in ('one', 'two', 'three')),
  alternative text,
  constraint port_facility_alternative_fits check (char_length(alternative) between 1 and 500),
  officer text,
  constraint port_facility_officer_fits check (char_length(officer) between 1 and 200),
  officer_telephone text,
  constraint port_facility_officer_telephone_fits check (char_length(officer_telephone) between 1 and 60),
  officer_email text,
  constraint port_facility_officer_email_fits check (char_length(officer_email) between 1 and 200),
  contact text,
  constraint port_facility_contact_fits check (char_length(contact) between 1 and 300),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(name::text, '') || ' ' || coalesce(other_names::text, '') || ' ' || coalesce(port_name::text, '') || ' ' || coalesce(facility_number::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint port_facility_state_known check (state in ('current', 'withdrawn'))
);
create table contact_point (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint contact_point_country_fits check (country ~ '^[A-Z]{3}$'),
  matters text[],
  constraint contact_point_matters_fits check (cardinality(matters) > 0 and matters <@ array['casualty', 'pollution', 'search-and-rescue', 'security', 'piracy', 'port-state-control', 'ship-inspection', 'reception-facilities', 'medical', 'ballast', 'facilitation', 'stowaways', 'training', 'cargoes', 'refuge']::text[]),
  office text,
  constraint contact_point_office_fits check (char_length(office) between 1 and 200),
  region text,
  constraint contact_point_region_fits check (char_length(region) between 1 and 300),
  address text,
  constraint contact_point_address_fits check (char_length(address) between 1 and 600),
  telephone text,
  constraint contact_point_telephone_fits check (char_length(telephone) between 1 and 60),
  email text,
  constraint contact_point_email_fits check (char_length(email) between 1 and 200),
  website text,
  constraint contact_point_website_fits check (website ~ '^https://' and char_length(website) <= 1000),
  always boolean,
  languages text,
  constraint contact_point_languages_fits check (char_length(languages) between 1 and 200),
  officer text,
  constraint contact_point_officer_fits check (char_length(officer) between 1 and 200),
  officer_telephone text,
  constraint contact_point_officer_telephone_fits check (char_length(officer_telephone) between 1 and 60),
  officer_email text,
  constraint contact_point_officer_email_fits check (char_length(officer_email) between 1 and 200),
  confirmed_on date,
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(office::text, '') || ' ' || coalesce(region::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint contact_point_state_known check (state in ('current', 'withdrawn'))
);
create table recognized_organization (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint recognized_organization_country_fits check (country ~ '^[A-Z]{3}$'),
  organization text,
  constraint recognized_organization_organization_fits check (char_length(organization) between 1 and 200),
  abbreviation text,
  constraint recognized_organization_abbreviation_fits check (char_length(abbreviation) between 1 and 20),
  functions text[],
  constraint recognized_organization_functions_fits check (cardinality(functions) > 0 and functions <@ array['passenger-safety', 'cargo-construction', 'cargo-equipment', 'cargo-radio', 'load-line', 'tonnage', 'ism', 'isps', 'mlc', 'marpol-i', 'marpol-ii', 'marpol-iv', 'marpol-v', 'marpol-vi', 'afs', 'bwm', 'igc', 'ibc', 'imsbc', 'grain', 'hsc', 'polar', 'cas']::text[]),
  may_issue boolean,
  may_file boolean,
  delegation text,
  constraint recognized_organization_delegation_fits check (char_length(delegation) between 1 and 100),
  valid_from date,
  constraint recognized_organization_valid_from_fits check (valid_from is not null or valid_to is null),
  valid_to date,
  constraint recognized_organization_valid_to_fits check (valid_to >= valid_from),
  agreement_sha256 text,
  constraint recognized_organization_agreement_sha256_fits check (agreement_sha256 is null or (agreement_sha256 ~ '^[0-9a-f]{64}$' and agreement_name is not null and agreement_bytes is not null)),
  agreement_name text,
  constraint recognized_organization_agreement_name_fits check (char_length(agreement_name) between 1 and 200),
  agreement_type text,
  agreement_bytes bigint,
  constraint recognized_organization_agreement_bytes_fits check (agreement_bytes between 1 and 20971520),
  agreement_on date,
  limits text,
  constraint recognized_organization_limits_fits check (char_length(limits) between 1 and 3000),
  oversight text,
  constraint recognized_organization_oversight_fits check (char_length(oversight) between 1 and 3000),
  website text,
  constraint recognized_organization_website_fits check (website ~ '^https://' and char_length(website) <= 1000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(organization::text, '') || ' ' || coalesce(abbreviation::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint recognized_organization_state_known check (state in ('current', 'withdrawn'))
);
create table casualty (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  title text,
  constraint casualty_title_fits check (char_length(title) between 1 and 200),
  happened_at timestamptz,
  position_lat double precision,
  constraint casualty_position_lat_fits check (position_lat between -90 and 90 and (position_lat is null) = (position_lon is null)),
  position_lon double precision,
  constraint casualty_position_lon_fits check (position_lon between -180 and 180),
  place text,
  constraint casualty_place_fits check (char_length(place) between 1 and 300),
  port text,
  constraint casualty_port_fits check (port ~ '^[A-Z]{2}[A-Z2-9]{3}$'),
  waters text,
  constraint casualty_waters_fits check (waters in ('high-seas', 'exclusive-economic-zone', 'territorial', 'internal', 'port')),
  coastal_state text,
  constraint casualty_coastal_state_fits check (coastal_state ~ '^[A-Z]{3}$'),
  event text,
  constraint casualty_event_fits check (event in ('collision', 'stranding', 'contact', 'fire', 'hull-failure', 'machinery', 'ship-equipment', 'capsizing', 'missing', 'flooding', 'person-overboard', 'work-on-board', 'life-saving', 'cargo', 'other')),
  reporting_state text,
  constraint casualty_reporting_state_fits check (reporting_state ~ '^[A-Z]{3}$'),
  filed_by text,
  constraint casualty_filed_by_fits check (char_length(filed_by) between 1 and 100),
  deliberate boolean,
  outcomes text[],
  constraint casualty_outcomes_fits check (cardinality(outcomes) > 0 and outcomes <@ array['death', 'serious-injury', 'person-lost', 'ship-lost', 'ship-damaged', 'disabled', 'infrastructure', 'environment', 'endangered']::text[]),
  deaths integer,
  constraint casualty_deaths_fits check (deaths between 0 and 100000),
  missing integer,
  constraint casualty_missing_fits check (missing between 0 and 100000),
  serious_injuries integer,
  constraint casualty_serious_injuries_fits check (serious_injuries between 0 and 100000),
  total_loss boolean,
  environment text,
  constraint casualty_environment_fits check (environment in ('none', 'minor', 'potential', 'severe')),
  pollution text,
  constraint casualty_pollution_fits check (char_length(pollution) between 1 and 1000),
  severity text,
  constraint casualty_severity_fits check (severity in ('very-serious', 'casualty', 'incident', 'outside')),
  summary text,
  constraint casualty_summary_fits check (char_length(summary) between 1 and 8000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(title::text, '') || ' ' || coalesce(place::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(summary::text, '')))) stored,
  constraint casualty_state_known check (state in ('draft', 'reported', 'reviewed', 'closed', 'withdrawn'))
);
create table casualty_ship (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  casualty text,
  ship text,
  ship_name text,
  constraint casualty_ship_ship_name_fits check (char_length(ship_name) between 1 and 120),
  flag text,
  constraint casualty_ship_flag_fits check (flag ~ '^[A-Z]{3}$'),
  ship_type text,
  constraint casualty_ship_ship_type_fits check (char_length(ship_type) between 1 and 120),
  crew integer,
  constraint casualty_ship_crew_fits check (crew between 0 and 20000),
  damage text,
  constraint casualty_ship_damage_fits check (damage in ('none', 'seaworthy', 'unfit', 'total-loss')),
  reporting_state text,
  constraint casualty_ship_reporting_state_fits check (reporting_state ~ '^[A-Z]{3}$'),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(ship_name::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint casualty_ship_state_known check (state in ('current', 'withdrawn'))
);
create table casualty_investigation (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  casualty text,
  investigating_state text,
  constraint casualty_investigation_investigating_state_fits check (investigating_state ~ '^[A-Z]{3}$'),
  interest text,
  constraint casualty_investigation_interest_fits check (interest in ('flag', 'coastal', 'nationals', 'environment', 'other')),
  part text,
  constraint casualty_investigation_part_fits check (part in ('leads', 'together', 'alone', 'none')),
  begun_on date,
  interim_on date,
  reported_on date,
  report_sha256 text,
  constraint casualty_investigation_report_sha256_fits check (report_sha256 is null or (report_sha256 ~ '^[0-9a-f]{64}$' and report_name is not null and report_bytes is not null)),
  report_name text,
  constraint casualty_investigation_report_name_fits check (char_length(report_name) between 1 and 200),
  report_type text,
  report_bytes bigint,
  constraint casualty_investigation_report_bytes_fits check (report_bytes between 1 and 20971520),
  report_link text,
  constraint casualty_investigation_report_link_fits check (report_link ~ '^https://' and char_length(report_link) <= 1000),
  findings text,
  constraint casualty_investigation_findings_fits check (char_length(findings) between 1 and 8000),
  lessons text,
  constraint casualty_investigation_lessons_fits check (char_length(lessons) between 1 and 4000),
  reason text,
  constraint casualty_investigation_reason_fits check (char_length(reason) between 1 and 2000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(findings::text, '') || ' ' || coalesce(lessons::text, '')))) stored,
  constraint casualty_investigation_state_known check (state in ('open', 'reported', 'withdrawn'))
);
create table reception_facility (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint reception_facility_country_fits check (country ~ '^[A-Z]{3}$'),
  port text,
  constraint reception_facility_port_fits check (port ~ '^[A-Z]{2}[A-Z2-9]{3}$'),
  port_name text,
  constraint reception_facility_port_name_fits check (char_length(port_name) between 1 and 200),
  terminal text,
  constraint reception_facility_terminal_fits check (char_length(terminal) between 1 and 200),
  position_lat double precision,
  constraint reception_facility_position_lat_fits check (position_lat between -90 and 90 and (position_lat is null) = (position_lon is null)),
  position_lon double precision,
  constraint reception_facility_position_lon_fits check (position_lon between -180 and 180),
  provider text,
  constraint reception_facility_provider_fits check (char_length(provider) between 1 and 200),
  form text,
  constraint reception_facility_form_fits check (form in ('fixed', 'lorry', 'barge', 'portable')),
  wastes text[],
  constraint reception_facility_wastes_fits check (cardinality(wastes) > 0 and wastes <@ array['i-bilge', 'i-sludge', 'i-washings', 'i-ballast', 'i-scale', 'ii-x', 'ii-y', 'ii-z', 'iv', 'v-plastics', 'v-food', 'v-domestic', 'v-oil', 'v-ash', 'v-operational', 'v-cargo', 'v-fishing', 'v-electronic', 'vi-ozone', 'vi-scrubber']::text[]),
  capacity numeric(9, 2),
  constraint reception_facility_capacity_fits check (capacity between 0 and 1000000),
  rate numeric(8, 2),
  constraint reception_facility_rate_fits check (rate between 0 and 100000),
  least numeric(9, 2),
  constraint reception_facility_least_fits check (least between 0 and 1000000),
  notice_hours integer,
  constraint reception_facility_notice_hours_fits check (notice_hours between 0 and 2000),
  hours text,
  constraint reception_facility_hours_fits check (char_length(hours) between 1 and 200),
  charges text,
  constraint reception_facility_charges_fits check (char_length(charges) between 1 and 2000),
  limits text,
  constraint reception_facility_limits_fits check (char_length(limits) between 1 and 2000),
  telephone text,
  constraint reception_facility_telephone_fits check (char_length(telephone) between 1 and 60),
  email text,
  constraint reception_facility_email_fits check (char_length(email) between 1 and 200),
  website text,
  constraint reception_facility_website_fits check (website ~ '^https://' and char_length(website) <= 1000),
  confirmed_on date,
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(port_name::text, '') || ' ' || coalesce(terminal::text, '') || ' ' || coalesce(provider::text, '') || ' ' || coalesce(port::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint reception_facility_state_known check (state in ('current', 'withdrawn'))
);
create table inadequacy (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  flag text,
  constraint inadequacy_flag_fits check (flag ~ '^[A-Z]{3}$'),
  ship text,
  ship_name text,
  constraint inadequacy_ship_name_fits check (char_length(ship_name) between 1 and 120),
  port_state text,
  constraint inadequacy_port_state_fits check (port_state ~ '^[A-Z]{3}$'),
  port text,
  constraint inadequacy_port_fits check (port ~ '^[A-Z]{2}[A-Z2-9]{3}$'),
  port_name text,
  constraint inadequacy_port_name_fits check (char_length(port_name) between 1 and 200),
  facility text,
  happened_on date,
  wastes text[],
  constraint inadequacy_wastes_fits check (cardinality(wastes) > 0 and wastes <@ array['i', 'ii', 'iv', 'v', 'vi']::text[]),
  quantity numeric(9, 2),
  constraint inadequacy_quantity_fits check (quantity between 0 and 1000000),
  problems text[],
  constraint inadequacy_problems_fits check (cardinality(problems) > 0 and problems <@ array['absent', 'delay', 'technical', 'berth', 'charge', 'refused', 'other']::text[]),
  noticed boolean,
  description text,
  constraint inadequacy_description_fits check (char_length(description) between 1 and 4000),
  sent_on date,
  answer text,
  constraint inadequacy_answer_fits check (char_length(answer) between 1 and 4000),
  answered_on date,
  conclusion text,
  constraint inadequacy_conclusion_fits check (char_length(conclusion) between 1 and 2000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(port_name::text, '') || ' ' || coalesce(ship_name::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(description::text, '')))) stored,
  constraint inadequacy_state_known check (state in ('draft', 'sent', 'answered', 'closed', 'withdrawn'))
);
create table judicial_sale (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint judicial_sale_country_fits check (country ~ '^[A-Z]{3}$'),
  ship text,
  ship_name text,
  constraint judicial_sale_ship_name_fits check (char_length(ship_name) between 1 and 120),
  flag text,
  constraint judicial_sale_flag_fits check (flag ~ '^[A-Z]{3}$'),
  port_of_registry text,
  constraint judicial_sale_port_of_registry_fits check (char_length(port_of_registry) between 1 and 120),
  owner_name text,
  constraint judicial_sale_owner_name_fits check (char_length(owner_name) between 1 and 200),
  court text,
  constraint judicial_sale_court_fits check (char_length(court) between 1 and 200),
  case_number text,
  constraint judicial_sale_case_number_fits check (char_length(case_number) between 1 and 100),
  notice_on date,
  sale_on date,
  sale_place text,
  constraint judicial_sale_sale_place_fits check (char_length(sale_place) between 1 and 200),
  clean_title boolean,
  purchaser text,
  constraint judicial_sale_purchaser_fits check (char_length(purchaser) between 1 and 200),
  certificate_on date,
  notice_sha256 text,
  constraint judicial_sale_notice_sha256_fits check (notice_sha256 is null or (notice_sha256 ~ '^[0-9a-f]{64}$' and notice_name is not null and notice_bytes is not null)),
  notice_name text,
  constraint judicial_sale_notice_name_fits check (char_length(notice_name) between 1 and 200),
  notice_type text,
  notice_bytes bigint,
  constraint judicial_sale_notice_bytes_fits check (notice_bytes between 1 and 20971520),
  certificate_sha256 text,
  constraint judicial_sale_certificate_sha256_fits check (certificate_sha256 is null or (certificate_sha256 ~ '^[0-9a-f]{64}$' and certificate_name is not null and certificate_bytes is not null)),
  certificate_name text,
  constraint judicial_sale_certificate_name_fits check (char_length(certificate_name) between 1 and 200),
  certificate_type text,
  certificate_bytes bigint,
  constraint judicial_sale_certificate_bytes_fits check (certificate_bytes between 1 and 20971520),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(ship_name::text, '') || ' ' || coalesce(owner_name::text, '') || ' ' || coalesce(court::text, '') || ' ' || coalesce(case_number::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint judicial_sale_state_known check (state in ('noticed', 'sold', 'avoided', 'withdrawn'))
);
create table equipment (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint equipment_country_fits check (country ~ '^[A-Z]{3}$'),
  kind text,
  constraint equipment_kind_fits check (kind in ('oily-water-separator', 'oil-content-meter', 'oil-discharge-monitor', 'interface-detector', 'sewage', 'incinerator', 'exhaust-gas-cleaning', 'ballast-water', 'anti-fouling')),
  product text,
  constraint equipment_product_fits check (char_length(product) between 1 and 200),
  maker text,
  constraint equipment_maker_fits check (char_length(maker) between 1 and 200),
  maker_country text,
  constraint equipment_maker_country_fits check (maker_country ~ '^[A-Z]{3}$'),
  certificate_number text,
  constraint equipment_certificate_number_fits check (char_length(certificate_number) between 1 and 100),
  approved_on date,
  valid_until date,
  standard text,
  constraint equipment_standard_fits check (char_length(standard) between 1 and 200),
  capacity text,
  constraint equipment_capacity_fits check (char_length(capacity) between 1 and 200),
  substances text,
  constraint equipment_substances_fits check (char_length(substances) between 1 and 1000),
  limits text,
  constraint equipment_limits_fits check (char_length(limits) between 1 and 2000),
  certificate_sha256 text,
  constraint equipment_certificate_sha256_fits check (certificate_sha256 is null or (certificate_sha256 ~ '^[0-9a-f]{64}$' and certificate_name is not null and certificate_bytes is not null)),
  certificate_name text,
  constraint equipment_certificate_name_fits check (char_length(certificate_name) between 1 and 200),
  certificate_type text,
  certificate_bytes bigint,
  constraint equipment_certificate_bytes_fits check (certificate_bytes between 1 and 20971520),
  filed_by text,
  constraint equipment_filed_by_fits check (char_length(filed_by) between 1 and 100),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(product::text, '') || ' ' || coalesce(maker::text, '') || ' ' || coalesce(certificate_number::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(substances::text, '')))) stored,
  constraint equipment_state_known check (state in ('current', 'withdrawn'))
);
create table treaty (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  short_name text,
  constraint treaty_short_name_fits check (char_length(short_name) between 1 and 80),
  full_name text,
  constraint treaty_full_name_fits check (char_length(full_name) between 1 and 500),
  kind text,
  constraint treaty_kind_fits check (kind in ('convention', 'protocol', 'agreement', 'amendment')),
  subject text,
  constraint treaty_subject_fits check (subject in ('safety', 'environment', 'liability', 'security', 'facilitation', 'other')),
  adopted_on date,
  signature_until date,
  needs_states integer,
  constraint treaty_needs_states_fits check (needs_states between 0 and 300),
  needs_tonnage numeric(5, 2),
  constraint treaty_needs_tonnage_fits check (needs_tonnage between 0 and 100),
  needs_ships integer,
  constraint treaty_needs_ships_fits check (needs_ships between 0 and 1000000),
  needs_large_fleets integer,
  constraint treaty_needs_large_fleets_fits check (needs_large_fleets between 0 and 300),
  large_fleet integer,
  constraint treaty_large_fleet_fits check (large_fleet between 0 and 1000000000),
  needs_cargo numeric(12, 2),
  constraint treaty_needs_cargo_fits check (needs_cargo between 0 and 1000000000),
  needs_recycling numeric(5, 2),
  constraint treaty_needs_recycling_fits check (needs_recycling between 0 and 100),
  months_after integer,
  constraint treaty_months_after_fits check (months_after between 0 and 120),
  months_later integer,
  constraint treaty_months_later_fits check (months_later between 0 and 120),
  conditions text,
  constraint treaty_conditions_fits check (char_length(conditions) between 1 and 3000),
  met_on date,
  in_force_on date,
  ended_on date,
  text_link text,
  constraint treaty_text_link_fits check (text_link ~ '^https://' and char_length(text_link) <= 1000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(short_name::text, '') || ' ' || coalesce(full_name::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint treaty_state_known check (state in ('current', 'withdrawn'))
);
create table treaty_action (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  treaty text,
  party text,
  constraint treaty_action_party_fits check (party ~ '^[A-Z]{3}$'),
  act text,
  constraint treaty_action_act_fits check (act in ('signature', 'definitive-signature', 'ratification', 'acceptance', 'approval', 'accession', 'succession', 'declaration', 'extension', 'figures', 'withdrawal')),
  done_on date,
  effective_on date,
  territory text,
  constraint treaty_action_territory_fits check (territory ~ '^[A-Z]{3}$'),
  fleet integer,
  constraint treaty_action_fleet_fits check (fleet between 0 and 1000000000),
  ships integer,
  constraint treaty_action_ships_fits check (ships between 0 and 1000000),
  world_fleet bigint,
  constraint treaty_action_world_fleet_fits check (world_fleet between 0 and 100000000000),
  cargo numeric(12, 2),
  constraint treaty_action_cargo_fits check (cargo between 0 and 1000000000),
  recycling numeric(12, 2),
  constraint treaty_action_recycling_fits check (recycling between 0 and 1000000000),
  text text,
  constraint treaty_action_text_fits check (char_length(text) between 1 and 8000),
  instrument_sha256 text,
  constraint treaty_action_instrument_sha256_fits check (instrument_sha256 is null or (instrument_sha256 ~ '^[0-9a-f]{64}$' and instrument_name is not null and instrument_bytes is not null)),
  instrument_name text,
  constraint treaty_action_instrument_name_fits check (char_length(instrument_name) between 1 and 200),
  instrument_type text,
  instrument_bytes bigint,
  constraint treaty_action_instrument_bytes_fits check (instrument_bytes between 1 and 20971520),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(text::text, '')))) stored,
  constraint treaty_action_state_known check (state in ('current', 'withdrawn'))
);
create table piracy_incident (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  happened_at timestamptz,
  act text,
  constraint piracy_incident_act_fits check (act in ('boarded', 'hijacked', 'fired-upon', 'detained', 'attempted', 'suspicious')),
  waters text,
  constraint piracy_incident_waters_fits check (waters in ('international', 'territorial', 'port')),
  area text,
  constraint piracy_incident_area_fits check (area in ('south-china-sea', 'malacca-strait', 'indian-ocean', 'arabian-sea', 'east-africa', 'west-africa', 'red-sea', 'persian-gulf', 'mediterranean', 'south-america-pacific', 'south-america-atlantic', 'caribbean', 'other')),
  place text,
  constraint piracy_incident_place_fits check (char_length(place) between 1 and 300),
  position_lat double precision,
  constraint piracy_incident_position_lat_fits check (position_lat between -90 and 90 and (position_lat is null) = (position_lon is null)),
  position_lon double precision,
  constraint piracy_incident_position_lon_fits check (position_lon between -180 and 180),
  coastal_state text,
  constraint piracy_incident_coastal_state_fits check (coastal_state ~ '^[A-Z]{3}$'),
  ship text,
  ship_name text,
  constraint piracy_incident_ship_name_fits check (char_length(ship_name) between 1 and 120),
  ship_type text,
  constraint piracy_incident_ship_type_fits check (char_length(ship_type) between 1 and 120),
  flag text,
  constraint piracy_incident_flag_fits check (flag ~ '^[A-Z]{3}$'),
  ship_was text,
  constraint piracy_incident_ship_was_fits check (ship_was in ('steaming', 'anchored', 'berthed', 'drifting', 'moored')),
  attackers integer,
  constraint piracy_incident_attackers_fits check (attackers between 0 and 1000),
  weapons text[],
  constraint piracy_incident_weapons_fits check (cardinality(weapons) > 0 and weapons <@ array['none', 'knives', 'guns', 'rockets', 'other']::text[]),
  crew text[],
  constraint piracy_incident_crew_fits check (cardinality(crew) > 0 and crew <@ array['none', 'threatened', 'assaulted', 'injured', 'hostage', 'kidnapped', 'missing', 'killed']::text[]),
  stolen text,
  constraint piracy_incident_stolen_fits check (char_length(stolen) between 1 and 2000),
  description text,
  constraint piracy_incident_description_fits check (char_length(description) between 1 and 4000),
  master_action text,
  constraint piracy_incident_master_action_fits check (char_length(master_action) between 1 and 2000),
  coastal_action text,
  constraint piracy_incident_coastal_action_fits check (char_length(coastal_action) between 1 and 2000),
  reported_by text,
  constraint piracy_incident_reported_by_fits check (char_length(reported_by) between 1 and 200),
  reporting_state text,
  constraint piracy_incident_reporting_state_fits check (reporting_state ~ '^[A-Z]{3}$'),
  more text,
  constraint piracy_incident_more_fits check (more ~ '^https://' and char_length(more) <= 1000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(ship_name::text, '') || ' ' || coalesce(place::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(description::text, '')))) stored,
  constraint piracy_incident_state_known check (state in ('reported', 'confirmed', 'withdrawn'))
);
create table facilitation (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint facilitation_country_fits check (country ~ '^[A-Z]{3}$'),
  kind text,
  constraint facilitation_kind_fits check (kind in ('difference', 'practice', 'stowaways', 'refugees', 'information')),
  provision text,
  constraint facilitation_provision_fits check (char_length(provision) between 1 and 100),
  notified_on date,
  holds_from date,
  constraint facilitation_holds_from_fits check (holds_from is not null or holds_to is null),
  holds_to date,
  constraint facilitation_holds_to_fits check (holds_to >= holds_from),
  ship text,
  port text,
  constraint facilitation_port_fits check (port ~ '^[A-Z]{2}[A-Z2-9]{3}$'),
  persons integer,
  constraint facilitation_persons_fits check (persons between 0 and 100000),
  nationalities text[],
  constraint facilitation_nationalities_fits check (cardinality(nationalities) between 1 and 250 and array_to_string(nationalities, ',') ~ '^[A-Z]{3}(,[A-Z]{3})*$'),
  description text,
  constraint facilitation_description_fits check (char_length(description) between 1 and 4000),
  document_sha256 text,
  constraint facilitation_document_sha256_fits check (document_sha256 is null or (document_sha256 ~ '^[0-9a-f]{64}$' and document_name is not null and document_bytes is not null)),
  document_name text,
  constraint facilitation_document_name_fits check (char_length(document_name) between 1 and 200),
  document_type text,
  document_bytes bigint,
  constraint facilitation_document_bytes_fits check (document_bytes between 1 and 20971520),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(provision::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(description::text, '')))) stored,
  constraint facilitation_state_known check (state in ('current', 'withdrawn'))
);
create table annex_vi (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint annex_vi_country_fits check (country ~ '^[A-Z]{3}$'),
  kind text,
  constraint annex_vi_kind_fits check (kind in ('non-availability', 'non-compliant-fuel', 'local-supplier', 'equivalent', 'trial', 'washwater-rule', 'reception-facility', 'nox-engine', 'energy-rating')),
  regulation text,
  constraint annex_vi_regulation_fits check (char_length(regulation) between 1 and 60),
  notified_on date,
  ship text,
  ship_name text,
  constraint annex_vi_ship_name_fits check (char_length(ship_name) between 1 and 120),
  port_state text,
  constraint annex_vi_port_state_fits check (port_state ~ '^[A-Z]{3}$'),
  port text,
  constraint annex_vi_port_fits check (port ~ '^[A-Z]{2}[A-Z2-9]{3}$'),
  supplier text,
  constraint annex_vi_supplier_fits check (char_length(supplier) between 1 and 200),
  fuel text,
  constraint annex_vi_fuel_fits check (fuel in ('hfo', 'lfo', 'mdo', 'vlsfo', 'lng', 'methanol', 'other')),
  sulphur numeric(5, 3),
  constraint annex_vi_sulphur_fits check (sulphur between 0 and 10),
  quantity numeric(8, 2),
  constraint annex_vi_quantity_fits check (quantity between 0 and 100000),
  holds_from date,
  constraint annex_vi_holds_from_fits check (holds_from is not null or holds_to is null),
  holds_to date,
  constraint annex_vi_holds_to_fits check (holds_to >= holds_from),
  attempts text,
  constraint annex_vi_attempts_fits check (char_length(attempts) between 1 and 3000),
  description text,
  constraint annex_vi_description_fits check (char_length(description) between 1 and 4000),
  answer text,
  constraint annex_vi_answer_fits check (char_length(answer) between 1 and 3000),
  document_sha256 text,
  constraint annex_vi_document_sha256_fits check (document_sha256 is null or (document_sha256 ~ '^[0-9a-f]{64}$' and document_name is not null and document_bytes is not null)),
  document_name text,
  constraint annex_vi_document_name_fits check (char_length(document_name) between 1 and 200),
  document_type text,
  document_bytes bigint,
  constraint annex_vi_document_bytes_fits check (document_bytes between 1 and 20971520),
  filed_by text,
  constraint annex_vi_filed_by_fits check (char_length(filed_by) between 1 and 100),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(ship_name::text, '') || ' ' || coalesce(supplier::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(description::text, '')))) stored,
  constraint annex_vi_state_known check (state in ('notified', 'answered', 'withdrawn'))
);
create table non_mandatory (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint non_mandatory_country_fits check (country ~ '^[A-Z]{3}$'),
  instrument text,
  constraint non_mandatory_instrument_fits check (char_length(instrument) between 1 and 200),
  subject text,
  constraint non_mandatory_subject_fits check (char_length(subject) between 1 and 300),
  effect text,
  constraint non_mandatory_effect_fits check (effect in ('law', 'administrative', 'recommended', 'in-part', 'not-yet')),
  since date,
  title_of_measure text,
  constraint non_mandatory_title_of_measure_fits check (char_length(title_of_measure) between 1 and 300),
  remarks text,
  constraint non_mandatory_remarks_fits check (char_length(remarks) between 1 and 3000),
  website text,
  constraint non_mandatory_website_fits check (website ~ '^https://' and char_length(website) <= 1000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(instrument::text, '') || ' ' || coalesce(subject::text, '') || ' ' || coalesce(title_of_measure::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint non_mandatory_state_known check (state in ('current', 'withdrawn'))
);
create table simulator (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint simulator_country_fits check (country ~ '^[A-Z]{3}$'),
  centre text,
  constraint simulator_centre_fits check (char_length(centre) between 1 and 200),
  kind text[],
  constraint simulator_kind_fits check (cardinality(kind) > 0 and kind <@ array['bridge', 'engine', 'radio', 'cargo', 'dynamic-positioning', 'radar', 'ecdis', 'survival', 'ice', 'offshore', 'crane', 'vts']::text[]),
  place text,
  constraint simulator_place_fits check (char_length(place) between 1 and 300),
  position_lat double precision,
  constraint simulator_position_lat_fits check (position_lat between -90 and 90 and (position_lat is null) = (position_lon is null)),
  position_lon double precision,
  constraint simulator_position_lon_fits check (position_lon between -180 and 180),
  maker text,
  constraint simulator_maker_fits check (char_length(maker) between 1 and 200),
  installed integer,
  constraint simulator_installed_fits check (installed between 1950 and 2100),
  stations integer,
  constraint simulator_stations_fits check (stations between 0 and 500),
  class text,
  constraint simulator_class_fits check (class in ('full', 'multi', 'limited', 'special')),
  address text,
  constraint simulator_address_fits check (char_length(address) between 1 and 600),
  telephone text,
  constraint simulator_telephone_fits check (char_length(telephone) between 1 and 60),
  email text,
  constraint simulator_email_fits check (char_length(email) between 1 and 200),
  website text,
  constraint simulator_website_fits check (website ~ '^https://' and char_length(website) <= 1000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(centre::text, '') || ' ' || coalesce(place::text, '') || ' ' || coalesce(maker::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint simulator_state_known check (state in ('current', 'withdrawn'))
);
create table search_and_rescue (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint search_and_rescue_country_fits check (country ~ '^[A-Z]{3}$'),
  name text,
  constraint search_and_rescue_name_fits check (char_length(name) between 1 and 200),
  kind text,
  constraint search_and_rescue_kind_fits check (kind in ('mrcc', 'jrcc', 'mrsc', 'rcc')),
  position_lat double precision,
  constraint search_and_rescue_position_lat_fits check (position_lat between -90 and 90 and (position_lat is null) = (position_lon is null)),
  position_lon double precision,
  constraint search_and_rescue_position_lon_fits check (position_lon between -180 and 180),
  region text,
  constraint search_and_rescue_region_fits check (char_length(region) between 1 and 6000),
  agreed boolean,
  telephone text,
  constraint search_and_rescue_telephone_fits check (char_length(telephone) between 1 and 100),
  email text,
  constraint search_and_rescue_email_fits check (char_length(email) between 1 and 200),
  mmsi text,
  constraint search_and_rescue_mmsi_fits check (mmsi ~ '^[0-9]{9}$'),
  inmarsat text,
  constraint search_and_rescue_inmarsat_fits check (char_length(inmarsat) between 1 and 200),
  facilities text[],
  constraint search_and_rescue_facilities_fits check (cardinality(facilities) > 0 and facilities <@ array['aircraft', 'helicopters', 'vessels', 'lifeboats', 'medical-advice', 'divers', 'salvage']::text[]),
  languages text,
  constraint search_and_rescue_languages_fits check (char_length(languages) between 1 and 200),
  confirmed_on date,
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(name::text, '') || ' ' || coalesce(mmsi::text, '') || ' ' || coalesce(inmarsat::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint search_and_rescue_state_known check (state in ('current', 'withdrawn'))
);
create table condition_assessment (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  flag text,
  constraint condition_assessment_flag_fits check (flag ~ '^[A-Z]{3}$'),
  ship text,
  ship_name text,
  constraint condition_assessment_ship_name_fits check (char_length(ship_name) between 1 and 120),
  category text,
  constraint condition_assessment_category_fits check (category in ('2', '3')),
  delivered_on date,
  decision text,
  constraint condition_assessment_decision_fits check (decision in ('issued', 'interim', 'suspended', 'withdrawn', 'refused')),
  decided_on date,
  valid_until date,
  organization text,
  constraint condition_assessment_organization_fits check (char_length(organization) between 1 and 200),
  reasons text,
  constraint condition_assessment_reasons_fits check (char_length(reasons) between 1 and 3000),
  report_sha256 text,
  constraint condition_assessment_report_sha256_fits check (report_sha256 is null or (report_sha256 ~ '^[0-9a-f]{64}$' and report_name is not null and report_bytes is not null)),
  report_name text,
  constraint condition_assessment_report_name_fits check (char_length(report_name) between 1 and 200),
  report_type text,
  report_bytes bigint,
  constraint condition_assessment_report_bytes_fits check (report_bytes between 1 and 20971520),
  filed_by text,
  constraint condition_assessment_filed_by_fits check (char_length(filed_by) between 1 and 100),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(ship_name::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint condition_assessment_state_known check (state in ('issued', 'suspended', 'withdrawn', 'refused'))
);
create table cargo (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint cargo_country_fits check (country ~ '^[A-Z]{3}$'),
  kind text,
  constraint cargo_kind_fits check (kind in ('tripartite', 'solid-bulk', 'exemption', 'authority', 'approval')),
  cargo_name text,
  constraint cargo_cargo_name_fits check (char_length(cargo_name) between 1 and 300),
  un_number text,
  constraint cargo_un_number_fits check (char_length(un_number) between 1 and 10),
  category text,
  constraint cargo_category_fits check (category in ('x', 'y', 'z', 'os')),
  bulk_group text,
  constraint cargo_bulk_group_fits check (bulk_group in ('a', 'b', 'c', 'ab')),
  parties text[],
  constraint cargo_parties_fits check (cardinality(parties) between 1 and 250 and array_to_string(parties, ',') ~ '^[A-Z]{3}(,[A-Z]{3})*$'),
  company text,
  constraint cargo_company_fits check (char_length(company) between 1 and 200),
  conditions text,
  constraint cargo_conditions_fits check (char_length(conditions) between 1 and 6000),
  valid_from date,
  constraint cargo_valid_from_fits check (valid_from is not null or valid_to is null),
  valid_to date,
  constraint cargo_valid_to_fits check (valid_to >= valid_from),
  notified_on date,
  document_sha256 text,
  constraint cargo_document_sha256_fits check (document_sha256 is null or (document_sha256 ~ '^[0-9a-f]{64}$' and document_name is not null and document_bytes is not null)),
  document_name text,
  constraint cargo_document_name_fits check (char_length(document_name) between 1 and 200),
  document_type text,
  document_bytes bigint,
  constraint cargo_document_bytes_fits check (document_bytes between 1 and 20971520),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(cargo_name::text, '') || ' ' || coalesce(un_number::text, '') || ' ' || coalesce(company::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(conditions::text, '')))) stored,
  constraint cargo_state_known check (state in ('current', 'withdrawn'))
);
create table gmdss_station (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint gmdss_station_country_fits check (country ~ '^[A-Z]{3}$'),
  name text,
  constraint gmdss_station_name_fits check (char_length(name) between 1 and 200),
  service text[],
  constraint gmdss_station_service_fits check (cardinality(service) > 0 and service <@ array['vhf-dsc', 'mf-dsc', 'hf-dsc', 'navtex', 'safetynet', 'cospas-sarsat', 'earth-station', 'meteorology']::text[]),
  mmsi text,
  constraint gmdss_station_mmsi_fits check (mmsi ~ '^[0-9]{9}$'),
  call_sign text,
  constraint gmdss_station_call_sign_fits check (call_sign ~ '^[A-Z0-9]{3,8}$'),
  position_lat double precision,
  constraint gmdss_station_position_lat_fits check (position_lat between -90 and 90 and (position_lat is null) = (position_lon is null)),
  position_lon double precision,
  constraint gmdss_station_position_lon_fits check (position_lon between -180 and 180),
  range numeric(6, 1),
  constraint gmdss_station_range_fits check (range between 0 and 10000),
  frequencies text,
  constraint gmdss_station_frequencies_fits check (char_length(frequencies) between 1 and 300),
  status text,
  constraint gmdss_station_status_fits check (status in ('operational', 'trial', 'planned', 'closed')),
  navtex_area text,
  constraint gmdss_station_navtex_area_fits check (char_length(navtex_area) between 1 and 20),
  centre text,
  since date,
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(name::text, '') || ' ' || coalesce(mmsi::text, '') || ' ' || coalesce(call_sign::text, '') || ' ' || coalesce(frequencies::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint gmdss_station_state_known check (state in ('current', 'withdrawn'))
);
create table legislation (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint legislation_country_fits check (country ~ '^[A-Z]{3}$'),
  title text,
  constraint legislation_title_fits check (char_length(title) between 1 and 500),
  title_original text,
  constraint legislation_title_original_fits check (char_length(title_original) between 1 and 500),
  kind text,
  constraint legislation_kind_fits check (kind in ('act', 'decree', 'regulation', 'order', 'other')),
  instruments text,
  constraint legislation_instruments_fits check (char_length(instruments) between 1 and 500),
  adopted_on date,
  in_force_on date,
  ended_on date,
  languages text,
  constraint legislation_languages_fits check (char_length(languages) between 1 and 200),
  summary text,
  constraint legislation_summary_fits check (char_length(summary) between 1 and 4000),
  document_sha256 text,
  constraint legislation_document_sha256_fits check (document_sha256 is null or (document_sha256 ~ '^[0-9a-f]{64}$' and document_name is not null and document_bytes is not null)),
  document_name text,
  constraint legislation_document_name_fits check (char_length(document_name) between 1 and 200),
  document_type text,
  document_bytes bigint,
  constraint legislation_document_bytes_fits check (document_bytes between 1 and 31457280),
  website text,
  constraint legislation_website_fits check (website ~ '^https://' and char_length(website) <= 1000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(title::text, '') || ' ' || coalesce(title_original::text, '') || ' ' || coalesce(instruments::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(summary::text, '')))) stored,
  constraint legislation_state_known check (state in ('current', 'withdrawn'))
);
create table training (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint training_country_fits check (country ~ '^[A-Z]{3}$'),
  kind text,
  constraint training_kind_fits check (kind in ('initial-report', 'evaluation', 'recognition', 'dispensations', 'equivalents', 'verification', 'fraud')),
  communicated_on date,
  period_from date,
  constraint training_period_from_fits check (period_from is not null or period_to is null),
  period_to date,
  constraint training_period_to_fits check (period_to >= period_from),
  recognized text[],
  constraint training_recognized_fits check (cardinality(recognized) between 1 and 250 and array_to_string(recognized, ',') ~ '^[A-Z]{3}(,[A-Z]{3})*$'),
  count integer,
  constraint training_count_fits check (count between 0 and 1000000),
  certificate_number text,
  constraint training_certificate_number_fits check (char_length(certificate_number) between 1 and 100),
  verify_link text,
  constraint training_verify_link_fits check (verify_link ~ '^https://' and char_length(verify_link) <= 1000),
  verify_email text,
  constraint training_verify_email_fits check (char_length(verify_email) between 1 and 200),
  outcome text,
  constraint training_outcome_fits check (outcome in ('full-effect', 'pending', 'incomplete')),
  summary text,
  constraint training_summary_fits check (char_length(summary) between 1 and 6000),
  report_sha256 text,
  constraint training_report_sha256_fits check (report_sha256 is null or (report_sha256 ~ '^[0-9a-f]{64}$' and report_name is not null and report_bytes is not null)),
  report_name text,
  constraint training_report_name_fits check (char_length(report_name) between 1 and 200),
  report_type text,
  report_bytes bigint,
  constraint training_report_bytes_fits check (report_bytes between 1 and 20971520),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(summary::text, '')))) stored,
  constraint training_state_known check (state in ('current', 'withdrawn'))
);
create table test_laboratory (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint test_laboratory_country_fits check (country ~ '^[A-Z]{3}$'),
  kind text,
  constraint test_laboratory_kind_fits check (kind in ('fire', 'halon')),
  name text,
  constraint test_laboratory_name_fits check (char_length(name) between 1 and 200),
  tests text[],
  constraint test_laboratory_tests_fits check (cardinality(tests) > 0 and tests <@ array['non-combustibility', 'smoke-toxicity', 'divisions', 'door-control', 'surface-flammability', 'primary-deck', 'textiles', 'furniture', 'bedding', 'extinguishing']::text[]),
  halons text[],
  constraint test_laboratory_halons_fits check (cardinality(halons) > 0 and halons <@ array['1211', '1301', '2402']::text[]),
  position_lat double precision,
  constraint test_laboratory_position_lat_fits check (position_lat between -90 and 90 and (position_lat is null) = (position_lon is null)),
  position_lon double precision,
  constraint test_laboratory_position_lon_fits check (position_lon between -180 and 180),
  accredited_by text,
  constraint test_laboratory_accredited_by_fits check (char_length(accredited_by) between 1 and 200),
  valid_from date,
  constraint test_laboratory_valid_from_fits check (valid_from is not null or valid_to is null),
  valid_to date,
  constraint test_laboratory_valid_to_fits check (valid_to >= valid_from),
  address text,
  constraint test_laboratory_address_fits check (char_length(address) between 1 and 600),
  telephone text,
  constraint test_laboratory_telephone_fits check (char_length(telephone) between 1 and 60),
  email text,
  constraint test_laboratory_email_fits check (char_length(email) between 1 and 200),
  website text,
  constraint test_laboratory_website_fits check (website ~ '^https://' and char_length(website) <= 1000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(name::text, '') || ' ' || coalesce(accredited_by::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint test_laboratory_state_known check (state in ('current', 'withdrawn'))
);
create table crew_change (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint crew_change_country_fits check (country ~ '^[A-Z]{3}$'),
  port text,
  constraint crew_change_port_fits check (port ~ '^[A-Z]{2}[A-Z2-9]{3}$'),
  key_workers boolean,
  possible text,
  constraint crew_change_possible_fits check (possible in ('free', 'conditions', 'restricted', 'closed')),
  conditions text,
  constraint crew_change_conditions_fits check (char_length(conditions) between 1 and 4000),
  visa text,
  constraint crew_change_visa_fits check (char_length(visa) between 1 and 300),
  medical text,
  constraint crew_change_medical_fits check (char_length(medical) between 1 and 2000),
  office text,
  constraint crew_change_office_fits check (char_length(office) between 1 and 200),
  telephone text,
  constraint crew_change_telephone_fits check (char_length(telephone) between 1 and 60),
  email text,
  constraint crew_change_email_fits check (char_length(email) between 1 and 200),
  confirmed_on date,
  website text,
  constraint crew_change_website_fits check (website ~ '^https://' and char_length(website) <= 1000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(office::text, '') || ' ' || coalesce(port::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(conditions::text, '')))) stored,
  constraint crew_change_state_known check (state in ('current', 'withdrawn'))
);
create table single_window (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint single_window_country_fits check (country ~ '^[A-Z]{3}$'),
  name text,
  constraint single_window_name_fits check (char_length(name) between 1 and 200),
  status text,
  constraint single_window_status_fits check (status in ('operating', 'partly', 'building', 'planned')),
  since date,
  ports text,
  constraint single_window_ports_fits check (char_length(ports) between 1 and 500),
  declarations text[],
  constraint single_window_declarations_fits check (cardinality(declarations) > 0 and declarations <@ array['general', 'cargo', 'stores', 'effects', 'crew', 'passengers', 'dangerous-goods', 'health', 'security', 'waste', 'mail']::text[]),
  formats text[],
  constraint single_window_formats_fits check (cardinality(formats) > 0 and formats <@ array['form', 'compendium-xml', 'compendium-json', 'edifact', 'spreadsheet', 'wco']::text[]),
  operator text,
  constraint single_window_operator_fits check (char_length(operator) between 1 and 200),
  website text,
  constraint single_window_website_fits check (website ~ '^https://' and char_length(website) <= 1000),
  email text,
  constraint single_window_email_fits check (char_length(email) between 1 and 200),
  remarks text,
  constraint single_window_remarks_fits check (char_length(remarks) between 1 and 3000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(name::text, '') || ' ' || coalesce(ports::text, '') || ' ' || coalesce(operator::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint single_window_state_known check (state in ('current', 'withdrawn'))
);
create table hook (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint hook_country_fits check (country ~ '^[A-Z]{3}$'),
  maker text,
  constraint hook_maker_fits check (char_length(maker) between 1 and 200),
  hook_type text,
  constraint hook_hook_type_fits check (char_length(hook_type) between 1 and 200),
  maker_country text,
  constraint hook_maker_country_fits check (maker_country ~ '^[A-Z]{3}$'),
  load numeric(6, 2),
  constraint hook_load_fits check (load between 0 and 1000),
  design text,
  constraint hook_design_fits check (design in ('on-load', 'off-load', 'both')),
  result text,
  constraint hook_result_fits check (result in ('compliant', 'modified', 'non-compliant')),
  modification text,
  constraint hook_modification_fits check (char_length(modification) between 1 and 2000),
  evaluated_on date,
  organization text,
  constraint hook_organization_fits check (char_length(organization) between 1 and 200),
  report_sha256 text,
  constraint hook_report_sha256_fits check (report_sha256 is null or (report_sha256 ~ '^[0-9a-f]{64}$' and report_name is not null and report_bytes is not null)),
  report_name text,
  constraint hook_report_name_fits check (char_length(report_name) between 1 and 200),
  report_type text,
  report_bytes bigint,
  constraint hook_report_bytes_fits check (report_bytes between 1 and 20971520),
  filed_by text,
  constraint hook_filed_by_fits check (char_length(filed_by) between 1 and 100),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(maker::text, '') || ' ' || coalesce(hook_type::text, '') || ' ' || coalesce(organization::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint hook_state_known check (state in ('current', 'withdrawn'))
);
create table survey (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint survey_country_fits check (country ~ '^[A-Z]{3}$'),
  kind text,
  constraint survey_kind_fits check (kind in ('exemption', 'equivalent', 'extension', 'harmonized-system', 'surveyor', 'specimen', 'interpretation')),
  instrument text,
  constraint survey_instrument_fits check (instrument in ('solas', 'marpol', 'load-lines', 'tonnage', 'colreg', 'afs', 'bwm', 'other')),
  regulation text,
  constraint survey_regulation_fits check (char_length(regulation) between 1 and 100),
  ship text,
  ship_name text,
  constraint survey_ship_name_fits check (char_length(ship_name) between 1 and 120),
  notified_on date,
  valid_from date,
  constraint survey_valid_from_fits check (valid_from is not null or valid_to is null),
  valid_to date,
  constraint survey_valid_to_fits check (valid_to >= valid_from),
  reasons text,
  constraint survey_reasons_fits check (char_length(reasons) between 1 and 3000),
  conditions text,
  constraint survey_conditions_fits check (char_length(conditions) between 1 and 3000),
  document_sha256 text,
  constraint survey_document_sha256_fits check (document_sha256 is null or (document_sha256 ~ '^[0-9a-f]{64}$' and document_name is not null and document_bytes is not null)),
  document_name text,
  constraint survey_document_name_fits check (char_length(document_name) between 1 and 200),
  document_type text,
  document_bytes bigint,
  constraint survey_document_bytes_fits check (document_bytes between 1 and 20971520),
  filed_by text,
  constraint survey_filed_by_fits check (char_length(filed_by) between 1 and 100),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(ship_name::text, '') || ' ' || coalesce(regulation::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(reasons::text, '')))) stored,
  constraint survey_state_known check (state in ('current', 'withdrawn'))
);
create table audit (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint audit_country_fits check (country ~ '^[A-Z]{3}$'),
  begun_on date,
  ended_on date,
  scope text[],
  constraint audit_scope_fits check (cardinality(scope) > 0 and scope <@ array['solas', 'marpol', 'stcw', 'load-lines', 'tonnage', 'colreg']::text[]),
  duties text[],
  constraint audit_duties_fits check (cardinality(duties) > 0 and duties <@ array['flag', 'port', 'coastal']::text[]),
  summary text,
  constraint audit_summary_fits check (char_length(summary) between 1 and 20000),
  release text[],
  constraint audit_release_fits check (cardinality(release) > 0 and release <@ array['report', 'findings', 'plan', 'comments']::text[]),
  release_to text,
  constraint audit_release_to_fits check (release_to in ('members', 'public')),
  report_sha256 text,
  constraint audit_report_sha256_fits check (report_sha256 is null or (report_sha256 ~ '^[0-9a-f]{64}$' and report_name is not null and report_bytes is not null)),
  report_name text,
  constraint audit_report_name_fits check (char_length(report_name) between 1 and 200),
  report_type text,
  report_bytes bigint,
  constraint audit_report_bytes_fits check (report_bytes between 1 and 31457280),
  findings_count integer,
  constraint audit_findings_count_fits check (findings_count between 0 and 1000),
  observations_count integer,
  constraint audit_observations_count_fits check (observations_count between 0 and 1000),
  findings text,
  constraint audit_findings_fits check (char_length(findings) between 1 and 20000),
  plan text,
  constraint audit_plan_fits check (char_length(plan) between 1 and 20000),
  plan_due date,
  plan_sent date,
  comments text,
  constraint audit_comments_fits check (char_length(comments) between 1 and 20000),
  team text,
  constraint audit_team_fits check (char_length(team) between 1 and 300),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint audit_state_known check (state in ('planned', 'under-way', 'reported', 'closed'))
);
create table ballast_chemical (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  name text,
  constraint ballast_chemical_name_fits check (char_length(name) between 1 and 300),
  cas_number text,
  constraint ballast_chemical_cas_number_fits check (char_length(cas_number) between 1 and 12),
  formula text,
  constraint ballast_chemical_formula_fits check (char_length(formula) between 1 and 100),
  role text,
  constraint ballast_chemical_role_fits check (role in ('active', 'by-product', 'neutralizer', 'other')),
  molar_mass numeric(8, 3),
  constraint ballast_chemical_molar_mass_fits check (molar_mass between 0 and 10000),
  melting_point numeric(5, 1),
  constraint ballast_chemical_melting_point_fits check (melting_point between -273 and 5000),
  boiling_point numeric(5, 1),
  constraint ballast_chemical_boiling_point_fits check (boiling_point between -273 and 6000),
  log_kow numeric(4, 2),
  constraint ballast_chemical_log_kow_fits check (log_kow between -20 and 20),
  pnec numeric(13, 6),
  constraint ballast_chemical_pnec_fits check (pnec between 0 and 1000000),
  dnel numeric(13, 6),
  constraint ballast_chemical_dnel_fits check (dnel between 0 and 1000000),
  carcinogenic boolean,
  mutagenic boolean,
  reprotoxic boolean,
  persistent boolean,
  bioaccumulative boolean,
  toxic boolean,
  remarks text,
  constraint ballast_chemical_remarks_fits check (char_length(remarks) between 1 and 3000),
  more text,
  constraint ballast_chemical_more_fits check (more ~ '^https://' and char_length(more) <= 1000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(name::text, '') || ' ' || coalesce(cas_number::text, '') || ' ' || coalesce(formula::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint ballast_chemical_state_known check (state in ('draft', 'published', 'withdrawn'))
);
create table ballast_water (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint ballast_water_country_fits check (country ~ '^[A-Z]{3}$'),
  kind text,
  constraint ballast_water_kind_fits check (kind in ('exemption', 'warning', 'measure', 'designated', 'facility')),
  ship text,
  ship_name text,
  constraint ballast_water_ship_name_fits check (char_length(ship_name) between 1 and 120),
  route text,
  constraint ballast_water_route_fits check (char_length(route) between 1 and 300),
  other_states text[],
  constraint ballast_water_other_states_fits check (cardinality(other_states) between 1 and 250 and array_to_string(other_states, ',') ~ '^[A-Z]{3}(,[A-Z]{3})*$'),
  holds_from date,
  constraint ballast_water_holds_from_fits check (holds_from is not null or holds_to is null),
  holds_to date,
  constraint ballast_water_holds_to_fits check (holds_to >= holds_from),
  review_on date,
  reviewed_on date,
  risk_method text,
  constraint ballast_water_risk_method_fits check (risk_method in ('environmental', 'biogeographical', 'species', 'same-area')),
  conditions text,
  constraint ballast_water_conditions_fits check (char_length(conditions) between 1 and 3000),
  position_lat double precision,
  constraint ballast_water_position_lat_fits check (position_lat between -90 and 90 and (position_lat is null) = (position_lon is null)),
  position_lon double precision,
  constraint ballast_water_position_lon_fits check (position_lon between -180 and 180),
  description text,
  constraint ballast_water_description_fits check (char_length(description) between 1 and 4000),
  document_sha256 text,
  constraint ballast_water_document_sha256_fits check (document_sha256 is null or (document_sha256 ~ '^[0-9a-f]{64}$' and document_name is not null and document_bytes is not null)),
  document_name text,
  constraint ballast_water_document_name_fits check (char_length(document_name) between 1 and 200),
  document_type text,
  document_bytes bigint,
  constraint ballast_water_document_bytes_fits check (document_bytes between 1 and 20971520),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(ship_name::text, '') || ' ' || coalesce(route::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(description::text, '')))) stored,
  constraint ballast_water_state_known check (state in ('current', 'withdrawn'))
);
create table migrant_smuggling (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  happened_at timestamptz,
  position_lat double precision,
  constraint migrant_smuggling_position_lat_fits check (position_lat between -90 and 90 and (position_lat is null) = (position_lon is null)),
  position_lon double precision,
  constraint migrant_smuggling_position_lon_fits check (position_lon between -180 and 180),
  place text,
  constraint migrant_smuggling_place_fits check (char_length(place) between 1 and 300),
  coastal_state text,
  constraint migrant_smuggling_coastal_state_fits check (coastal_state ~ '^[A-Z]{3}$'),
  departed_from text,
  constraint migrant_smuggling_departed_from_fits check (departed_from ~ '^[A-Z]{3}$'),
  bound_for text,
  constraint migrant_smuggling_bound_for_fits check (bound_for ~ '^[A-Z]{3}$'),
  vessel text,
  constraint migrant_smuggling_vessel_fits check (char_length(vessel) between 1 and 200),
  vessel_kind text,
  constraint migrant_smuggling_vessel_kind_fits check (vessel_kind in ('inflatable', 'wooden', 'fishing', 'fibreglass', 'sailing', 'merchant', 'other')),
  flag text,
  constraint migrant_smuggling_flag_fits check (flag ~ '^[A-Z]{3}$'),
  persons integer,
  constraint migrant_smuggling_persons_fits check (persons between 0 and 20000),
  rescued integer,
  constraint migrant_smuggling_rescued_fits check (rescued between 0 and 20000),
  deaths integer,
  constraint migrant_smuggling_deaths_fits check (deaths between 0 and 20000),
  missing integer,
  constraint migrant_smuggling_missing_fits check (missing between 0 and 20000),
  nationalities text[],
  constraint migrant_smuggling_nationalities_fits check (cardinality(nationalities) between 1 and 250 and array_to_string(nationalities, ',') ~ '^[A-Z]{3}(,[A-Z]{3})*$'),
  rescuer text,
  constraint migrant_smuggling_rescuer_fits check (char_length(rescuer) between 1 and 200),
  ship text,
  disembarked text,
  constraint migrant_smuggling_disembarked_fits check (disembarked ~ '^[A-Z]{2}[A-Z2-9]{3}$'),
  measures text,
  constraint migrant_smuggling_measures_fits check (char_length(measures) between 1 and 3000),
  description text,
  constraint migrant_smuggling_description_fits check (char_length(description) between 1 and 4000),
  reporting_state text,
  constraint migrant_smuggling_reporting_state_fits check (reporting_state ~ '^[A-Z]{3}$'),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(place::text, '') || ' ' || coalesce(vessel::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(description::text, '')))) stored,
  constraint migrant_smuggling_state_known check (state in ('draft', 'published', 'withdrawn'))
);
create table fuel_consumption (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  flag text,
  constraint fuel_consumption_flag_fits check (flag ~ '^[A-Z]{3}$'),
  ship text,
  year integer,
  constraint fuel_consumption_year_fits check (year between 2019 and 2100),
  year_ended_on date,
  type text,
  constraint fuel_consumption_type_fits check (char_length(type) between 1 and 120),
  gross_tonnage integer,
  constraint fuel_consumption_gross_tonnage_fits check (gross_tonnage between 5000 and 1000000),
  deadweight numeric(8, 1),
  constraint fuel_consumption_deadweight_fits check (deadweight between 0 and 1000000),
  ice_class text,
  constraint fuel_consumption_ice_class_fits check (char_length(ice_class) between 1 and 60),
  hfo numeric(10, 3),
  constraint fuel_consumption_hfo_fits check (hfo between 0 and 1000000),
  lfo numeric(10, 3),
  constraint fuel_consumption_lfo_fits check (lfo between 0 and 1000000),
  mdo numeric(10, 3),
  constraint fuel_consumption_mdo_fits check (mdo between 0 and 1000000),
  lng numeric(10, 3),
  constraint fuel_consumption_lng_fits check (lng between 0 and 1000000),
  other_fuel numeric(10, 3),
  constraint fuel_consumption_other_fuel_fits check (other_fuel between 0 and 1000000),
  distance numeric(8, 1),
  constraint fuel_consumption_distance_fits check (distance between 0 and 1000000),
  hours numeric(5, 1),
  constraint fuel_consumption_hours_fits check (hours between 0 and 8784),
  attained_cii numeric(8, 3),
  constraint fuel_consumption_attained_cii_fits check (attained_cii between 0 and 10000),
  rating text,
  constraint fuel_consumption_rating_fits check (rating in ('a', 'b', 'c', 'd', 'e')),
  statement_on date,
  organization text,
  constraint fuel_consumption_organization_fits check (char_length(organization) between 1 and 200),
  filed_by text,
  constraint fuel_consumption_filed_by_fits check (char_length(filed_by) between 1 and 100),
  method text,
  constraint fuel_consumption_method_fits check (method in ('bunker-notes', 'flow-meters', 'soundings')),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint fuel_consumption_state_known check (state in ('reported', 'verified', 'withdrawn'))
);
create table distribution_plan (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  country text,
  constraint distribution_plan_country_fits check (country ~ '^[A-Z]{3}$'),
  kind text,
  constraint distribution_plan_kind_fits check (kind in ('centre', 'asp', 'internal-waters', 'territorial-sea', 'thousand-miles', 'custom-area', 'port', 'standing-order', 'contact')),
  name text,
  constraint distribution_plan_name_fits check (char_length(name) between 1 and 200),
  identifier text,
  constraint distribution_plan_identifier_fits check (char_length(identifier) between 1 and 20),
  limits text,
  constraint distribution_plan_limits_fits check (char_length(limits) between 1 and 10000),
  port text,
  constraint distribution_plan_port_fits check (port ~ '^[A-Z]{2}[A-Z2-9]{3}$'),
  position_lat double precision,
  constraint distribution_plan_position_lat_fits check (position_lat between -90 and 90 and (position_lat is null) = (position_lon is null)),
  position_lon double precision,
  constraint distribution_plan_position_lon_fits check (position_lon between -180 and 180),
  provider text,
  constraint distribution_plan_provider_fits check (char_length(provider) between 1 and 200),
  holds_from date,
  constraint distribution_plan_holds_from_fits check (holds_from is not null or holds_to is null),
  holds_to date,
  constraint distribution_plan_holds_to_fits check (holds_to >= holds_from),
  office text,
  constraint distribution_plan_office_fits check (char_length(office) between 1 and 200),
  telephone text,
  constraint distribution_plan_telephone_fits check (char_length(telephone) between 1 and 60),
  email text,
  constraint distribution_plan_email_fits check (char_length(email) between 1 and 200),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, '')) stored,
  constraint distribution_plan_state_known check (state in ('current', 'withdrawn'))
);
create table lost_container (
  id bigint generated always as identity primary key,
  reference text not null check (length(reference) between 1 and 60),
  state text not null,
  revision integer not null check (revision > 0),
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  source text check (length(source) <= 500),
  is_sample boolean not null default false,
  changed_in bigint not null default pg_current_xact_id()::text::bigint,
  kind text,
  constraint lost_container_kind_fits check (kind in ('lost', 'observed')),
  happened_at timestamptz,
  position_lat double precision,
  constraint lost_container_position_lat_fits check (position_lat between -90 and 90 and (position_lat is null) = (position_lon is null)),
  position_lon double precision,
  constraint lost_container_position_lon_fits check (position_lon between -180 and 180),
  estimated boolean,
  flag text,
  constraint lost_container_flag_fits check (flag ~ '^[A-Z]{3}$'),
  coastal_state text,
  constraint lost_container_coastal_state_fits check (coastal_state ~ '^[A-Z]{3}$'),
  ship text,
  ship_name text,
  constraint lost_container_ship_name_fits check (char_length(ship_name) between 1 and 120),
  number integer,
  constraint lost_container_number_fits check (number between 1 and 30000),
  final boolean,
  sizes text[],
  constraint lost_container_sizes_fits check (cardinality(sizes) > 0 and sizes <@ array['20', '40', '45', 'other']::text[]),
  container_numbers text,
  constraint lost_container_container_numbers_fits check (char_length(container_numbers) between 1 and 20000),
  dangerous boolean,
  un_numbers text,
  constraint lost_container_un_numbers_fits check (char_length(un_numbers) between 1 and 500),
  description text,
  constraint lost_container_description_fits check (char_length(description) between 1 and 4000),
  wind integer,
  constraint lost_container_wind_fits check (wind between 0 and 12),
  sea numeric(3, 1),
  constraint lost_container_sea_fits check (sea between 0 and 40),
  drift text,
  constraint lost_container_drift_fits check (char_length(drift) between 1 and 300),
  recovered integer,
  constraint lost_container_recovered_fits check (recovered between 0 and 30000),
  former_names text check (length(former_names) <= 10000),
  search_text text generated always as (registry_fold(coalesce(ship_name::text, '') || ' ' || coalesce(un_numbers::text, '') || ' ' || reference || ' ' || coalesce(former_names, ''))) stored,
  search_prose tsvector generated always as (to_tsvector('simple'::regconfig, registry_fold(coalesce(description::text, '')))) stored,
  constraint lost_container_state_known check (state in ('reported', 'verified', 'closed', 'withdrawn'))
);
create unique index ship_reference on ship (reference);
create index ship_changed on ship (changed_at, id);
create index ship_written on ship (changed_in, id);
create trigger ship_noted before update on ship for each row execute function note_change();
create index ship_search_name on ship using gin (search_text gin_trgm_ops);
create index ship_search_prose on ship using gin (search_prose);
create index ship_by_name on ship ((coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index ship_by_imo_number on ship ((coalesce(registry_fold(imo_number), U&'\+10FFFF')), id);
create index ship_by_gross_tonnage on ship ((coalesce(gross_tonnage, -2147483648)), id);
create index ship_by_built on ship ((coalesce(built, -2147483648)), id);
create index ship_of_flag on ship (flag, (coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index ship_of_type on ship (type, (coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index ship_of_status on ship (status, (coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index ship_of_un_measures on ship using gin (un_measures);
create index ship_of_imo_number on ship using btree (imo_number);
create index ship_of_gross_tonnage on ship using btree (gross_tonnage);
create unique index company_reference on company (reference);
create index company_changed on company (changed_at, id);
create index company_written on company (changed_in, id);
create trigger company_noted before update on company for each row execute function note_change();
create index company_search_name on company using gin (search_text gin_trgm_ops);
create index company_search_prose on company using gin (search_prose);
create index company_by_name on company ((coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index company_by_company_number on company ((coalesce(registry_fold(company_number), U&'\+10FFFF')), id);
create index company_of_country on company (country, (coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index company_of_status on company (status, (coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index company_of_company_number on company using btree (company_number);
create unique index port_reference on port (reference);
create index port_changed on port (changed_at, id);
create index port_written on port (changed_in, id);
create trigger port_noted before update on port for each row execute function note_change();
create index port_search_name on port using gin (search_text gin_trgm_ops);
create index port_search_prose on port using gin (search_prose);
create index port_by_name on port ((coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index port_by_locode on port ((coalesce(registry_fold(locode), U&'\+10FFFF')), id);
create index port_by_country on port ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index port_of_country on port (country, (coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index port_of_locode on port using btree (locode);
create index port_of_position on port using gist (point(position_lon, position_lat));
create unique index port_facility_reference on port_facility (reference);
create index port_facility_changed on port_facility (changed_at, id);
create index port_facility_written on port_facility (changed_in, id);
create trigger port_facility_noted before update on port_facility for each row execute function note_change();
create index port_facility_search_name on port_facility using gin (search_text gin_trgm_ops);
create index port_facility_search_prose on port_facility using gin (search_prose);
create index port_facility_by_facility_number on port_facility ((coalesce(registry_fold(facility_number), U&'\+10FFFF')), id);
create index port_facility_by_name on port_facility ((coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index port_facility_by_country on port_facility ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index port_facility_by_compliance_until on port_facility ((coalesce(compliance_until, '-infinity'::date)), id);
create index port_facility_of_country on port_facility (country, (coalesce(registry_fold(facility_number), U&'\+10FFFF')), id);
create index port_facility_of_kinds on port_facility using gin (kinds);
create index port_facility_of_plan_approved on port_facility (plan_approved, (coalesce(registry_fold(facility_number), U&'\+10FFFF')), id);
create index port_facility_of_port on port_facility (port, (coalesce(registry_fold(facility_number), U&'\+10FFFF')), id);
create index port_facility_of_compliance_until on port_facility using btree (compliance_until);
create index port_facility_of_position on port_facility using gist (point(position_lon, position_lat));
create index port_facility_duty_renew on port_facility (country, compliance_until) where id > 0 and compliance_until is not null and country is not null and state in ('current');
create index port_facility_duty_review on port_facility (country, reviewed_on) where id > 0 and reviewed_on is not null and country is not null and state in ('current');
create unique index contact_point_reference on contact_point (reference);
create index contact_point_changed on contact_point (changed_at, id);
create index contact_point_written on contact_point (changed_in, id);
create trigger contact_point_noted before update on contact_point for each row execute function note_change();
create index contact_point_search_name on contact_point using gin (search_text gin_trgm_ops);
create index contact_point_search_prose on contact_point using gin (search_prose);
create index contact_point_by_country on contact_point ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index contact_point_by_office on contact_point ((coalesce(registry_fold(office), U&'\+10FFFF')), id);
create index contact_point_by_confirmed_on on contact_point ((coalesce(confirmed_on, '-infinity'::date)), id);
create index contact_point_of_matters on contact_point using gin (matters);
create index contact_point_of_country on contact_point (country, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index contact_point_of_always on contact_point (always, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index contact_point_of_confirmed_on on contact_point using btree (confirmed_on);
create index contact_point_duty_confirm on contact_point (country, confirmed_on) where id > 0 and confirmed_on is not null and country is not null and state in ('current');
create unique index recognized_organization_reference on recognized_organization (reference);
create index recognized_organization_changed on recognized_organization (changed_at, id);
create index recognized_organization_written on recognized_organization (changed_in, id);
create trigger recognized_organization_noted before update on recognized_organization for each row execute function note_change();
create index recognized_organization_search_name on recognized_organization using gin (search_text gin_trgm_ops);
create index recognized_organization_search_prose on recognized_organization using gin (search_prose);
create index recognized_organization_by_country on recognized_organization ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index recognized_organization_by_organization on recognized_organization ((coalesce(registry_fold(organization), U&'\+10FFFF')), id);
create index recognized_organization_of_country on recognized_organization (country, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index recognized_organization_of_functions on recognized_organization using gin (functions);
create index recognized_organization_of_may_issue on recognized_organization (may_issue, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index recognized_organization_of_valid on recognized_organization using btree (valid_from, valid_to);
create unique index recognized_organization_one_country_organization on recognized_organization (country, organization) where state <> 'withdrawn' and id > 0;
create unique index recognized_organization_one_delegation_country on recognized_organization (delegation, country) where state <> 'withdrawn' and id > 0;
create unique index casualty_reference on casualty (reference);
create index casualty_changed on casualty (changed_at, id);
create index casualty_written on casualty (changed_in, id);
create trigger casualty_noted before update on casualty for each row execute function note_change();
create index casualty_search_name on casualty using gin (search_text gin_trgm_ops);
create index casualty_search_prose on casualty using gin (search_prose);
create index casualty_by_happened_at on casualty ((coalesce(happened_at, '-infinity'::timestamptz)), id);
create index casualty_by_deaths on casualty ((coalesce(deaths, -2147483648)), id);
create index casualty_by_title on casualty ((coalesce(registry_fold(title), U&'\+10FFFF')), id);
create index casualty_of_severity on casualty (severity, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index casualty_of_event on casualty (event, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index casualty_of_coastal_state on casualty (coastal_state, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index casualty_of_waters on casualty (waters, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index casualty_of_environment on casualty (environment, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index casualty_of_happened_at on casualty using btree (happened_at);
create index casualty_of_deaths on casualty using btree (deaths);
create index casualty_of_reporting_state on casualty using btree (reporting_state);
create index casualty_of_position on casualty using gist (point(position_lon, position_lat));
create index casualty_of_filed_by on casualty (filed_by, id);
create index casualty_duty_report on casualty (reporting_state, happened_at) where id > 0 and happened_at is not null and reporting_state is not null and state in ('draft');
create unique index casualty_ship_reference on casualty_ship (reference);
create index casualty_ship_changed on casualty_ship (changed_at, id);
create index casualty_ship_written on casualty_ship (changed_in, id);
create trigger casualty_ship_noted before update on casualty_ship for each row execute function note_change();
create index casualty_ship_search_name on casualty_ship using gin (search_text gin_trgm_ops);
create index casualty_ship_search_prose on casualty_ship using gin (search_prose);
create index casualty_ship_by_ship_name on casualty_ship ((coalesce(registry_fold(ship_name), U&'\+10FFFF')), id);
create index casualty_ship_by_casualty on casualty_ship ((coalesce(registry_fold(casualty), U&'\+10FFFF')), id);
create index casualty_ship_of_flag on casualty_ship (flag, (coalesce(registry_fold(ship_name), U&'\+10FFFF')), id);
create index casualty_ship_of_damage on casualty_ship (damage, (coalesce(registry_fold(ship_name), U&'\+10FFFF')), id);
create index casualty_ship_of_casualty on casualty_ship using btree (casualty);
create index casualty_ship_of_reporting_state on casualty_ship using btree (reporting_state);
create unique index casualty_ship_one_casualty_ship on casualty_ship (casualty, ship) where state <> 'withdrawn' and id > 0;
create unique index casualty_investigation_reference on casualty_investigation (reference);
create index casualty_investigation_changed on casualty_investigation (changed_at, id);
create index casualty_investigation_written on casualty_investigation (changed_in, id);
create trigger casualty_investigation_noted before update on casualty_investigation for each row execute function note_change();
create index casualty_investigation_search_name on casualty_investigation using gin (search_text gin_trgm_ops);
create index casualty_investigation_search_prose on casualty_investigation using gin (search_prose);
create index casualty_investigation_by_begun_on on casualty_investigation ((coalesce(begun_on, '-infinity'::date)), id);
create index casualty_investigation_by_reported_on on casualty_investigation ((coalesce(reported_on, '-infinity'::date)), id);
create index casualty_investigation_of_investigating_state on casualty_investigation (investigating_state, (coalesce(begun_on, '-infinity'::date)), id);
create index casualty_investigation_of_part on casualty_investigation (part, (coalesce(begun_on, '-infinity'::date)), id);
create index casualty_investigation_of_interest on casualty_investigation (interest, (coalesce(begun_on, '-infinity'::date)), id);
create index casualty_investigation_of_casualty on casualty_investigation using btree (casualty);
create index casualty_investigation_of_begun_on on casualty_investigation using btree (begun_on);
create index casualty_investigation_of_reported_on on casualty_investigation using btree (reported_on);
create unique index casualty_investigation_one_casualty_investigating_state on casualty_investigation (casualty, investigating_state) where state <> 'withdrawn' and id > 0;
create unique index reception_facility_reference on reception_facility (reference);
create index reception_facility_changed on reception_facility (changed_at, id);
create index reception_facility_written on reception_facility (changed_in, id);
create trigger reception_facility_noted before update on reception_facility for each row execute function note_change();
create index reception_facility_search_name on reception_facility using gin (search_text gin_trgm_ops);
create index reception_facility_search_prose on reception_facility using gin (search_prose);
create index reception_facility_by_port_name on reception_facility ((coalesce(registry_fold(port_name), U&'\+10FFFF')), id);
create index reception_facility_by_country on reception_facility ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index reception_facility_by_confirmed_on on reception_facility ((coalesce(confirmed_on, '-infinity'::date)), id);
create index reception_facility_of_wastes on reception_facility using gin (wastes);
create index reception_facility_of_country on reception_facility (country, (coalesce(registry_fold(port_name), U&'\+10FFFF')), id);
create index reception_facility_of_form on reception_facility (form, (coalesce(registry_fold(port_name), U&'\+10FFFF')), id);
create index reception_facility_of_port on reception_facility (port, (coalesce(registry_fold(port_name), U&'\+10FFFF')), id);
create index reception_facility_of_confirmed_on on reception_facility using btree (confirmed_on);
create index reception_facility_of_position on reception_facility using gist (point(position_lon, position_lat));
create index reception_facility_duty_confirm on reception_facility (country, confirmed_on) where id > 0 and confirmed_on is not null and country is not null and state in ('current');
create unique index inadequacy_reference on inadequacy (reference);
create index inadequacy_changed on inadequacy (changed_at, id);
create index inadequacy_written on inadequacy (changed_in, id);
create trigger inadequacy_noted before update on inadequacy for each row execute function note_change();
create index inadequacy_search_name on inadequacy using gin (search_text gin_trgm_ops);
create index inadequacy_search_prose on inadequacy using gin (search_prose);
create index inadequacy_by_happened_on on inadequacy ((coalesce(happened_on, '-infinity'::date)), id);
create index inadequacy_by_port_name on inadequacy ((coalesce(registry_fold(port_name), U&'\+10FFFF')), id);
create index inadequacy_of_port_state on inadequacy (port_state, (coalesce(happened_on, '-infinity'::date)), id);
create index inadequacy_of_flag on inadequacy (flag, (coalesce(happened_on, '-infinity'::date)), id);
create index inadequacy_of_wastes on inadequacy using gin (wastes);
create index inadequacy_of_problems on inadequacy using gin (problems);
create index inadequacy_of_happened_on on inadequacy using btree (happened_on);
create index inadequacy_of_answered_on on inadequacy using btree (answered_on);
create index inadequacy_duty_answer on inadequacy (port_state, sent_on) where id > 0 and sent_on is not null and port_state is not null and state in ('draft', 'sent', 'answered', 'closed') and answered_on is null;
create unique index judicial_sale_reference on judicial_sale (reference);
create index judicial_sale_changed on judicial_sale (changed_at, id);
create index judicial_sale_written on judicial_sale (changed_in, id);
create trigger judicial_sale_noted before update on judicial_sale for each row execute function note_change();
create index judicial_sale_search_name on judicial_sale using gin (search_text gin_trgm_ops);
create index judicial_sale_search_prose on judicial_sale using gin (search_prose);
create index judicial_sale_by_notice_on on judicial_sale ((coalesce(notice_on, '-infinity'::date)), id);
create index judicial_sale_by_sale_on on judicial_sale ((coalesce(sale_on, '-infinity'::date)), id);
create index judicial_sale_by_ship_name on judicial_sale ((coalesce(registry_fold(ship_name), U&'\+10FFFF')), id);
create index judicial_sale_of_country on judicial_sale (country, (coalesce(notice_on, '-infinity'::date)), id);
create index judicial_sale_of_flag on judicial_sale (flag, (coalesce(notice_on, '-infinity'::date)), id);
create index judicial_sale_of_clean_title on judicial_sale (clean_title, (coalesce(notice_on, '-infinity'::date)), id);
create index judicial_sale_of_notice_on on judicial_sale using btree (notice_on);
create index judicial_sale_of_sale_on on judicial_sale using btree (sale_on);
create unique index equipment_reference on equipment (reference);
create index equipment_changed on equipment (changed_at, id);
create index equipment_written on equipment (changed_in, id);
create trigger equipment_noted before update on equipment for each row execute function note_change();
create index equipment_search_name on equipment using gin (search_text gin_trgm_ops);
create index equipment_search_prose on equipment using gin (search_prose);
create index equipment_by_product on equipment ((coalesce(registry_fold(product), U&'\+10FFFF')), id);
create index equipment_by_maker on equipment ((coalesce(registry_fold(maker), U&'\+10FFFF')), id);
create index equipment_by_approved_on on equipment ((coalesce(approved_on, '-infinity'::date)), id);
create index equipment_by_valid_until on equipment ((coalesce(valid_until, '-infinity'::date)), id);
create index equipment_of_kind on equipment (kind, (coalesce(registry_fold(product), U&'\+10FFFF')), id);
create index equipment_of_country on equipment (country, (coalesce(registry_fold(product), U&'\+10FFFF')), id);
create index equipment_of_maker_country on equipment (maker_country, (coalesce(registry_fold(product), U&'\+10FFFF')), id);
create index equipment_of_approved_on on equipment using btree (approved_on);
create index equipment_of_valid_until on equipment using btree (valid_until);
create index equipment_of_filed_by on equipment (filed_by, id);
create unique index treaty_reference on treaty (reference);
create index treaty_changed on treaty (changed_at, id);
create index treaty_written on treaty (changed_in, id);
create trigger treaty_noted before update on treaty for each row execute function note_change();
create index treaty_search_name on treaty using gin (search_text gin_trgm_ops);
create index treaty_search_prose on treaty using gin (search_prose);
create index treaty_by_short_name on treaty ((coalesce(registry_fold(short_name), U&'\+10FFFF')), id);
create index treaty_by_adopted_on on treaty ((coalesce(adopted_on, '-infinity'::date)), id);
create index treaty_by_in_force_on on treaty ((coalesce(in_force_on, '-infinity'::date)), id);
create index treaty_of_kind on treaty (kind, (coalesce(registry_fold(short_name), U&'\+10FFFF')), id);
create index treaty_of_subject on treaty (subject, (coalesce(registry_fold(short_name), U&'\+10FFFF')), id);
create index treaty_of_adopted_on on treaty using btree (adopted_on);
create index treaty_of_in_force_on on treaty using btree (in_force_on);
create unique index treaty_one_short_name on treaty (short_name) where state <> 'withdrawn' and id > 0;
create unique index treaty_action_reference on treaty_action (reference);
create index treaty_action_changed on treaty_action (changed_at, id);
create index treaty_action_written on treaty_action (changed_in, id);
create trigger treaty_action_noted before update on treaty_action for each row execute function note_change();
create index treaty_action_search_name on treaty_action using gin (search_text gin_trgm_ops);
create index treaty_action_search_prose on treaty_action using gin (search_prose);
create index treaty_action_by_done_on on treaty_action ((coalesce(done_on, '-infinity'::date)), id);
create index treaty_action_by_party on treaty_action ((coalesce(registry_fold(party), U&'\+10FFFF')), id);
create index treaty_action_by_effective_on on treaty_action ((coalesce(effective_on, '-infinity'::date)), id);
create index treaty_action_of_party on treaty_action (party, (coalesce(done_on, '-infinity'::date)), id);
create index treaty_action_of_act on treaty_action (act, (coalesce(done_on, '-infinity'::date)), id);
create index treaty_action_of_treaty on treaty_action using btree (treaty);
create index treaty_action_of_done_on on treaty_action using btree (done_on);
create index treaty_action_of_effective_on on treaty_action using btree (effective_on);
create unique index treaty_action_one_treaty_party_act_done_on_territory on treaty_action (treaty, party, act, done_on, territory) where state <> 'withdrawn' and id > 0;
create unique index piracy_incident_reference on piracy_incident (reference);
create index piracy_incident_changed on piracy_incident (changed_at, id);
create index piracy_incident_written on piracy_incident (changed_in, id);
create trigger piracy_incident_noted before update on piracy_incident for each row execute function note_change();
create index piracy_incident_search_name on piracy_incident using gin (search_text gin_trgm_ops);
create index piracy_incident_search_prose on piracy_incident using gin (search_prose);
create index piracy_incident_by_happened_at on piracy_incident ((coalesce(happened_at, '-infinity'::timestamptz)), id);
create index piracy_incident_by_ship_name on piracy_incident ((coalesce(registry_fold(ship_name), U&'\+10FFFF')), id);
create index piracy_incident_by_area on piracy_incident ((coalesce(registry_fold(area), U&'\+10FFFF')), id);
create index piracy_incident_of_act on piracy_incident (act, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index piracy_incident_of_waters on piracy_incident (waters, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index piracy_incident_of_area on piracy_incident (area, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index piracy_incident_of_coastal_state on piracy_incident (coastal_state, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index piracy_incident_of_flag on piracy_incident (flag, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index piracy_incident_of_ship_was on piracy_incident (ship_was, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index piracy_incident_of_happened_at on piracy_incident using btree (happened_at);
create index piracy_incident_of_reporting_state on piracy_incident using btree (reporting_state);
create index piracy_incident_of_position on piracy_incident using gist (point(position_lon, position_lat));
create index piracy_incident_duty_answer on piracy_incident (coastal_state, happened_at) where id > 0 and happened_at is not null and coastal_state is not null and state in ('reported', 'confirmed') and reporting_state is not null and coastal_action is null;
create unique index facilitation_reference on facilitation (reference);
create index facilitation_changed on facilitation (changed_at, id);
create index facilitation_written on facilitation (changed_in, id);
create trigger facilitation_noted before update on facilitation for each row execute function note_change();
create index facilitation_search_name on facilitation using gin (search_text gin_trgm_ops);
create index facilitation_search_prose on facilitation using gin (search_prose);
create index facilitation_by_notified_on on facilitation ((coalesce(notified_on, '-infinity'::date)), id);
create index facilitation_by_country on facilitation ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index facilitation_by_provision on facilitation ((coalesce(registry_fold(provision), U&'\+10FFFF')), id);
create index facilitation_of_kind on facilitation (kind, (coalesce(notified_on, '-infinity'::date)), id);
create index facilitation_of_country on facilitation (country, (coalesce(notified_on, '-infinity'::date)), id);
create index facilitation_of_nationalities on facilitation using gin (nationalities);
create index facilitation_of_notified_on on facilitation using btree (notified_on);
create unique index annex_vi_reference on annex_vi (reference);
create index annex_vi_changed on annex_vi (changed_at, id);
create index annex_vi_written on annex_vi (changed_in, id);
create trigger annex_vi_noted before update on annex_vi for each row execute function note_change();
create index annex_vi_search_name on annex_vi using gin (search_text gin_trgm_ops);
create index annex_vi_search_prose on annex_vi using gin (search_prose);
create index annex_vi_by_notified_on on annex_vi ((coalesce(notified_on, '-infinity'::date)), id);
create index annex_vi_by_country on annex_vi ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index annex_vi_by_ship_name on annex_vi ((coalesce(registry_fold(ship_name), U&'\+10FFFF')), id);
create index annex_vi_of_kind on annex_vi (kind, (coalesce(notified_on, '-infinity'::date)), id);
create index annex_vi_of_country on annex_vi (country, (coalesce(notified_on, '-infinity'::date)), id);
create index annex_vi_of_port_state on annex_vi (port_state, (coalesce(notified_on, '-infinity'::date)), id);
create index annex_vi_of_fuel on annex_vi (fuel, (coalesce(notified_on, '-infinity'::date)), id);
create index annex_vi_of_notified_on on annex_vi using btree (notified_on);
create index annex_vi_of_filed_by on annex_vi (filed_by, id);
create unique index non_mandatory_reference on non_mandatory (reference);
create index non_mandatory_changed on non_mandatory (changed_at, id);
create index non_mandatory_written on non_mandatory (changed_in, id);
create trigger non_mandatory_noted before update on non_mandatory for each row execute function note_change();
create index non_mandatory_search_name on non_mandatory using gin (search_text gin_trgm_ops);
create index non_mandatory_search_prose on non_mandatory using gin (search_prose);
create index non_mandatory_by_instrument on non_mandatory ((coalesce(registry_fold(instrument), U&'\+10FFFF')), id);
create index non_mandatory_by_country on non_mandatory ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index non_mandatory_by_since on non_mandatory ((coalesce(since, '-infinity'::date)), id);
create index non_mandatory_of_effect on non_mandatory (effect, (coalesce(registry_fold(instrument), U&'\+10FFFF')), id);
create index non_mandatory_of_country on non_mandatory (country, (coalesce(registry_fold(instrument), U&'\+10FFFF')), id);
create index non_mandatory_of_since on non_mandatory using btree (since);
create unique index non_mandatory_one_country_instrument on non_mandatory (country, instrument) where state <> 'withdrawn' and id > 0;
create unique index simulator_reference on simulator (reference);
create index simulator_changed on simulator (changed_at, id);
create index simulator_written on simulator (changed_in, id);
create trigger simulator_noted before update on simulator for each row execute function note_change();
create index simulator_search_name on simulator using gin (search_text gin_trgm_ops);
create index simulator_search_prose on simulator using gin (search_prose);
create index simulator_by_centre on simulator ((coalesce(registry_fold(centre), U&'\+10FFFF')), id);
create index simulator_by_country on simulator ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index simulator_by_installed on simulator ((coalesce(installed, -2147483648)), id);
create index simulator_of_kind on simulator using gin (kind);
create index simulator_of_country on simulator (country, (coalesce(registry_fold(centre), U&'\+10FFFF')), id);
create index simulator_of_class on simulator (class, (coalesce(registry_fold(centre), U&'\+10FFFF')), id);
create index simulator_of_position on simulator using gist (point(position_lon, position_lat));
create unique index search_and_rescue_reference on search_and_rescue (reference);
create index search_and_rescue_changed on search_and_rescue (changed_at, id);
create index search_and_rescue_written on search_and_rescue (changed_in, id);
create trigger search_and_rescue_noted before update on search_and_rescue for each row execute function note_change();
create index search_and_rescue_search_name on search_and_rescue using gin (search_text gin_trgm_ops);
create index search_and_rescue_search_prose on search_and_rescue using gin (search_prose);
create index search_and_rescue_by_country on search_and_rescue ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index search_and_rescue_by_name on search_and_rescue ((coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index search_and_rescue_by_confirmed_on on search_and_rescue ((coalesce(confirmed_on, '-infinity'::date)), id);
create index search_and_rescue_of_kind on search_and_rescue (kind, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index search_and_rescue_of_country on search_and_rescue (country, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index search_and_rescue_of_facilities on search_and_rescue using gin (facilities);
create index search_and_rescue_of_confirmed_on on search_and_rescue using btree (confirmed_on);
create index search_and_rescue_of_position on search_and_rescue using gist (point(position_lon, position_lat));
create index search_and_rescue_duty_confirm on search_and_rescue (country, confirmed_on) where id > 0 and confirmed_on is not null and country is not null and state in ('current');
create unique index search_and_rescue_one_country_name on search_and_rescue (country, name) where state <> 'withdrawn' and id > 0;
create unique index condition_assessment_reference on condition_assessment (reference);
create index condition_assessment_changed on condition_assessment (changed_at, id);
create index condition_assessment_written on condition_assessment (changed_in, id);
create trigger condition_assessment_noted before update on condition_assessment for each row execute function note_change();
create index condition_assessment_search_name on condition_assessment using gin (search_text gin_trgm_ops);
create index condition_assessment_search_prose on condition_assessment using gin (search_prose);
create index condition_assessment_by_decided_on on condition_assessment ((coalesce(decided_on, '-infinity'::date)), id);
create index condition_assessment_by_ship_name on condition_assessment ((coalesce(registry_fold(ship_name), U&'\+10FFFF')), id);
create index condition_assessment_by_valid_until on condition_assessment ((coalesce(valid_until, '-infinity'::date)), id);
create index condition_assessment_of_flag on condition_assessment (flag, (coalesce(decided_on, '-infinity'::date)), id);
create index condition_assessment_of_decision on condition_assessment (decision, (coalesce(decided_on, '-infinity'::date)), id);
create index condition_assessment_of_category on condition_assessment (category, (coalesce(decided_on, '-infinity'::date)), id);
create index condition_assessment_of_decided_on on condition_assessment using btree (decided_on);
create index condition_assessment_of_valid_until on condition_assessment using btree (valid_until);
create index condition_assessment_of_filed_by on condition_assessment (filed_by, id);
create unique index cargo_reference on cargo (reference);
create index cargo_changed on cargo (changed_at, id);
create index cargo_written on cargo (changed_in, id);
create trigger cargo_noted before update on cargo for each row execute function note_change();
create index cargo_search_name on cargo using gin (search_text gin_trgm_ops);
create index cargo_search_prose on cargo using gin (search_prose);
create index cargo_by_cargo_name on cargo ((coalesce(registry_fold(cargo_name), U&'\+10FFFF')), id);
create index cargo_by_notified_on on cargo ((coalesce(notified_on, '-infinity'::date)), id);
create index cargo_by_country on cargo ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index cargo_of_kind on cargo (kind, (coalesce(registry_fold(cargo_name), U&'\+10FFFF')), id);
create index cargo_of_country on cargo (country, (coalesce(registry_fold(cargo_name), U&'\+10FFFF')), id);
create index cargo_of_category on cargo (category, (coalesce(registry_fold(cargo_name), U&'\+10FFFF')), id);
create index cargo_of_bulk_group on cargo (bulk_group, (coalesce(registry_fold(cargo_name), U&'\+10FFFF')), id);
create index cargo_of_parties on cargo using gin (parties);
create index cargo_of_valid on cargo using btree (valid_from, valid_to);
create index cargo_of_notified_on on cargo using btree (notified_on);
create unique index gmdss_station_reference on gmdss_station (reference);
create index gmdss_station_changed on gmdss_station (changed_at, id);
create index gmdss_station_written on gmdss_station (changed_in, id);
create trigger gmdss_station_noted before update on gmdss_station for each row execute function note_change();
create index gmdss_station_search_name on gmdss_station using gin (search_text gin_trgm_ops);
create index gmdss_station_search_prose on gmdss_station using gin (search_prose);
create index gmdss_station_by_country on gmdss_station ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index gmdss_station_by_name on gmdss_station ((coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index gmdss_station_by_since on gmdss_station ((coalesce(since, '-infinity'::date)), id);
create index gmdss_station_of_service on gmdss_station using gin (service);
create index gmdss_station_of_country on gmdss_station (country, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index gmdss_station_of_status on gmdss_station (status, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index gmdss_station_of_mmsi on gmdss_station using btree (mmsi);
create index gmdss_station_of_position on gmdss_station using gist (point(position_lon, position_lat));
create unique index gmdss_station_one_country_name on gmdss_station (country, name) where state <> 'withdrawn' and id > 0;
create unique index legislation_reference on legislation (reference);
create index legislation_changed on legislation (changed_at, id);
create index legislation_written on legislation (changed_in, id);
create trigger legislation_noted before update on legislation for each row execute function note_change();
create index legislation_search_name on legislation using gin (search_text gin_trgm_ops);
create index legislation_search_prose on legislation using gin (search_prose);
create index legislation_by_title on legislation ((coalesce(registry_fold(title), U&'\+10FFFF')), id);
create index legislation_by_country on legislation ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index legislation_by_in_force_on on legislation ((coalesce(in_force_on, '-infinity'::date)), id);
create index legislation_by_adopted_on on legislation ((coalesce(adopted_on, '-infinity'::date)), id);
create index legislation_of_country on legislation (country, (coalesce(registry_fold(title), U&'\+10FFFF')), id);
create index legislation_of_kind on legislation (kind, (coalesce(registry_fold(title), U&'\+10FFFF')), id);
create index legislation_of_in_force_on on legislation using btree (in_force_on);
create unique index legislation_one_country_title on legislation (country, title) where state <> 'withdrawn' and id > 0;
create unique index training_reference on training (reference);
create index training_changed on training (changed_at, id);
create index training_written on training (changed_in, id);
create trigger training_noted before update on training for each row execute function note_change();
create index training_search_name on training using gin (search_text gin_trgm_ops);
create index training_search_prose on training using gin (search_prose);
create index training_by_communicated_on on training ((coalesce(communicated_on, '-infinity'::date)), id);
create index training_by_country on training ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index training_of_kind on training (kind, (coalesce(communicated_on, '-infinity'::date)), id);
create index training_of_country on training (country, (coalesce(communicated_on, '-infinity'::date)), id);
create index training_of_outcome on training (outcome, (coalesce(communicated_on, '-infinity'::date)), id);
create index training_of_recognized on training using gin (recognized);
create index training_of_communicated_on on training using btree (communicated_on);
create index training_duty_evaluate on training (country, communicated_on) where id > 0 and communicated_on is not null and country is not null and state in ('current') and kind in ('evaluation');
create unique index test_laboratory_reference on test_laboratory (reference);
create index test_laboratory_changed on test_laboratory (changed_at, id);
create index test_laboratory_written on test_laboratory (changed_in, id);
create trigger test_laboratory_noted before update on test_laboratory for each row execute function note_change();
create index test_laboratory_search_name on test_laboratory using gin (search_text gin_trgm_ops);
create index test_laboratory_search_prose on test_laboratory using gin (search_prose);
create index test_laboratory_by_name on test_laboratory ((coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index test_laboratory_by_country on test_laboratory ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index test_laboratory_of_kind on test_laboratory (kind, (coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index test_laboratory_of_country on test_laboratory (country, (coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index test_laboratory_of_tests on test_laboratory using gin (tests);
create index test_laboratory_of_halons on test_laboratory using gin (halons);
create index test_laboratory_of_valid on test_laboratory using btree (valid_from, valid_to);
create index test_laboratory_of_position on test_laboratory using gist (point(position_lon, position_lat));
create unique index test_laboratory_one_country_name_kind on test_laboratory (country, name, kind) where state <> 'withdrawn' and id > 0;
create unique index crew_change_reference on crew_change (reference);
create index crew_change_changed on crew_change (changed_at, id);
create index crew_change_written on crew_change (changed_in, id);
create trigger crew_change_noted before update on crew_change for each row execute function note_change();
create index crew_change_search_name on crew_change using gin (search_text gin_trgm_ops);
create index crew_change_search_prose on crew_change using gin (search_prose);
create index crew_change_by_country on crew_change ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index crew_change_by_confirmed_on on crew_change ((coalesce(confirmed_on, '-infinity'::date)), id);
create index crew_change_of_possible on crew_change (possible, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index crew_change_of_key_workers on crew_change (key_workers, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index crew_change_of_country on crew_change (country, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index crew_change_of_port on crew_change using btree (port);
create index crew_change_of_confirmed_on on crew_change using btree (confirmed_on);
create unique index crew_change_one_country_port on crew_change (country, port) where state <> 'withdrawn' and id > 0;
create unique index single_window_reference on single_window (reference);
create index single_window_changed on single_window (changed_at, id);
create index single_window_written on single_window (changed_in, id);
create trigger single_window_noted before update on single_window for each row execute function note_change();
create index single_window_search_name on single_window using gin (search_text gin_trgm_ops);
create index single_window_search_prose on single_window using gin (search_prose);
create index single_window_by_country on single_window ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index single_window_by_name on single_window ((coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index single_window_by_since on single_window ((coalesce(since, '-infinity'::date)), id);
create index single_window_of_status on single_window (status, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index single_window_of_country on single_window (country, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index single_window_of_declarations on single_window using gin (declarations);
create index single_window_of_formats on single_window using gin (formats);
create index single_window_of_since on single_window using btree (since);
create unique index single_window_one_country_name on single_window (country, name) where state <> 'withdrawn' and id > 0;
create unique index hook_reference on hook (reference);
create index hook_changed on hook (changed_at, id);
create index hook_written on hook (changed_in, id);
create trigger hook_noted before update on hook for each row execute function note_change();
create index hook_search_name on hook using gin (search_text gin_trgm_ops);
create index hook_search_prose on hook using gin (search_prose);
create index hook_by_maker on hook ((coalesce(registry_fold(maker), U&'\+10FFFF')), id);
create index hook_by_hook_type on hook ((coalesce(registry_fold(hook_type), U&'\+10FFFF')), id);
create index hook_by_evaluated_on on hook ((coalesce(evaluated_on, '-infinity'::date)), id);
create index hook_of_result on hook (result, (coalesce(registry_fold(maker), U&'\+10FFFF')), id);
create index hook_of_maker_country on hook (maker_country, (coalesce(registry_fold(maker), U&'\+10FFFF')), id);
create index hook_of_country on hook (country, (coalesce(registry_fold(maker), U&'\+10FFFF')), id);
create index hook_of_design on hook (design, (coalesce(registry_fold(maker), U&'\+10FFFF')), id);
create index hook_of_evaluated_on on hook using btree (evaluated_on);
create index hook_of_filed_by on hook (filed_by, id);
create unique index survey_reference on survey (reference);
create index survey_changed on survey (changed_at, id);
create index survey_written on survey (changed_in, id);
create trigger survey_noted before update on survey for each row execute function note_change();
create index survey_search_name on survey using gin (search_text gin_trgm_ops);
create index survey_search_prose on survey using gin (search_prose);
create index survey_by_notified_on on survey ((coalesce(notified_on, '-infinity'::date)), id);
create index survey_by_country on survey ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index survey_by_ship_name on survey ((coalesce(registry_fold(ship_name), U&'\+10FFFF')), id);
create index survey_of_kind on survey (kind, (coalesce(notified_on, '-infinity'::date)), id);
create index survey_of_instrument on survey (instrument, (coalesce(notified_on, '-infinity'::date)), id);
create index survey_of_country on survey (country, (coalesce(notified_on, '-infinity'::date)), id);
create index survey_of_notified_on on survey using btree (notified_on);
create index survey_of_filed_by on survey (filed_by, id);
create unique index audit_reference on audit (reference);
create index audit_changed on audit (changed_at, id);
create index audit_written on audit (changed_in, id);
create trigger audit_noted before update on audit for each row execute function note_change();
create index audit_search_name on audit using gin (search_text gin_trgm_ops);
create index audit_search_prose on audit using gin (search_prose);
create index audit_by_begun_on on audit ((coalesce(begun_on, '-infinity'::date)), id);
create index audit_by_country on audit ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index audit_of_country on audit (country, (coalesce(begun_on, '-infinity'::date)), id);
create index audit_of_scope on audit using gin (scope);
create index audit_of_begun_on on audit using btree (begun_on);
create index audit_of_ended_on on audit using btree (ended_on);
create index audit_duty_send_plan on audit (country, plan_due) where id > 0 and plan_due is not null and country is not null and state in ('planned', 'under-way', 'reported', 'closed') and plan_sent is null;
create unique index audit_one_country_begun_on on audit (country, begun_on) where state <> 'withdrawn' and id > 0;
create unique index ballast_chemical_reference on ballast_chemical (reference);
create index ballast_chemical_changed on ballast_chemical (changed_at, id);
create index ballast_chemical_written on ballast_chemical (changed_in, id);
create trigger ballast_chemical_noted before update on ballast_chemical for each row execute function note_change();
create index ballast_chemical_search_name on ballast_chemical using gin (search_text gin_trgm_ops);
create index ballast_chemical_search_prose on ballast_chemical using gin (search_prose);
create index ballast_chemical_by_name on ballast_chemical ((coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index ballast_chemical_by_cas_number on ballast_chemical ((coalesce(registry_fold(cas_number), U&'\+10FFFF')), id);
create index ballast_chemical_by_pnec on ballast_chemical ((coalesce(pnec, '-infinity'::numeric)), id);
create index ballast_chemical_of_role on ballast_chemical (role, (coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index ballast_chemical_of_carcinogenic on ballast_chemical (carcinogenic, (coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index ballast_chemical_of_persistent on ballast_chemical (persistent, (coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index ballast_chemical_of_bioaccumulative on ballast_chemical (bioaccumulative, (coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index ballast_chemical_of_toxic on ballast_chemical (toxic, (coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index ballast_chemical_of_pnec on ballast_chemical using btree (pnec);
create unique index ballast_chemical_one_cas_number on ballast_chemical (cas_number) where state <> 'withdrawn' and id > 0;
create unique index ballast_water_reference on ballast_water (reference);
create index ballast_water_changed on ballast_water (changed_at, id);
create index ballast_water_written on ballast_water (changed_in, id);
create trigger ballast_water_noted before update on ballast_water for each row execute function note_change();
create index ballast_water_search_name on ballast_water using gin (search_text gin_trgm_ops);
create index ballast_water_search_prose on ballast_water using gin (search_prose);
create index ballast_water_by_holds on ballast_water ((coalesce(holds_from, '-infinity'::date)), id);
create index ballast_water_by_country on ballast_water ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index ballast_water_by_review_on on ballast_water ((coalesce(review_on, '-infinity'::date)), id);
create index ballast_water_of_kind on ballast_water (kind, (coalesce(holds_from, '-infinity'::date)), id);
create index ballast_water_of_country on ballast_water (country, (coalesce(holds_from, '-infinity'::date)), id);
create index ballast_water_of_other_states on ballast_water using gin (other_states);
create index ballast_water_of_risk_method on ballast_water (risk_method, (coalesce(holds_from, '-infinity'::date)), id);
create index ballast_water_of_holds on ballast_water using btree (holds_from, holds_to);
create index ballast_water_of_review_on on ballast_water using btree (review_on);
create index ballast_water_of_position on ballast_water using gist (point(position_lon, position_lat));
create index ballast_water_duty_review on ballast_water (country, review_on) where id > 0 and review_on is not null and country is not null and state in ('current') and reviewed_on is null and kind in ('exemption');
create unique index migrant_smuggling_reference on migrant_smuggling (reference);
create index migrant_smuggling_changed on migrant_smuggling (changed_at, id);
create index migrant_smuggling_written on migrant_smuggling (changed_in, id);
create trigger migrant_smuggling_noted before update on migrant_smuggling for each row execute function note_change();
create index migrant_smuggling_search_name on migrant_smuggling using gin (search_text gin_trgm_ops);
create index migrant_smuggling_search_prose on migrant_smuggling using gin (search_prose);
create index migrant_smuggling_by_happened_at on migrant_smuggling ((coalesce(happened_at, '-infinity'::timestamptz)), id);
create index migrant_smuggling_by_persons on migrant_smuggling ((coalesce(persons, -2147483648)), id);
create index migrant_smuggling_by_deaths on migrant_smuggling ((coalesce(deaths, -2147483648)), id);
create index migrant_smuggling_of_coastal_state on migrant_smuggling (coastal_state, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index migrant_smuggling_of_vessel_kind on migrant_smuggling (vessel_kind, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index migrant_smuggling_of_departed_from on migrant_smuggling (departed_from, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index migrant_smuggling_of_bound_for on migrant_smuggling (bound_for, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index migrant_smuggling_of_happened_at on migrant_smuggling using btree (happened_at);
create index migrant_smuggling_of_persons on migrant_smuggling using btree (persons);
create index migrant_smuggling_of_deaths on migrant_smuggling using btree (deaths);
create index migrant_smuggling_of_reporting_state on migrant_smuggling using btree (reporting_state);
create index migrant_smuggling_of_position on migrant_smuggling using gist (point(position_lon, position_lat));
create unique index fuel_consumption_reference on fuel_consumption (reference);
create index fuel_consumption_changed on fuel_consumption (changed_at, id);
create index fuel_consumption_written on fuel_consumption (changed_in, id);
create trigger fuel_consumption_noted before update on fuel_consumption for each row execute function note_change();
create index fuel_consumption_search_name on fuel_consumption using gin (search_text gin_trgm_ops);
create index fuel_consumption_search_prose on fuel_consumption using gin (search_prose);
create index fuel_consumption_by_year on fuel_consumption ((coalesce(year, -2147483648)), id);
create index fuel_consumption_by_ship on fuel_consumption ((coalesce(registry_fold(ship), U&'\+10FFFF')), id);
create index fuel_consumption_by_distance on fuel_consumption ((coalesce(distance, '-infinity'::numeric)), id);
create index fuel_consumption_of_flag on fuel_consumption (flag, (coalesce(year, -2147483648)), id);
create index fuel_consumption_of_rating on fuel_consumption (rating, (coalesce(year, -2147483648)), id);
create index fuel_consumption_of_method on fuel_consumption (method, (coalesce(year, -2147483648)), id);
create index fuel_consumption_of_ship on fuel_consumption using btree (ship);
create index fuel_consumption_of_year on fuel_consumption using btree (year);
create index fuel_consumption_of_gross_tonnage on fuel_consumption using btree (gross_tonnage);
create index fuel_consumption_of_distance on fuel_consumption using btree (distance);
create index fuel_consumption_of_filed_by on fuel_consumption (filed_by, id);
create index fuel_consumption_duty_statement on fuel_consumption (flag, year_ended_on) where id > 0 and year_ended_on is not null and flag is not null and state in ('reported', 'verified') and statement_on is null;
create unique index fuel_consumption_one_ship_year on fuel_consumption (ship, year) where state <> 'withdrawn' and id > 0;
create unique index distribution_plan_reference on distribution_plan (reference);
create index distribution_plan_changed on distribution_plan (changed_at, id);
create index distribution_plan_written on distribution_plan (changed_in, id);
create trigger distribution_plan_noted before update on distribution_plan for each row execute function note_change();
create index distribution_plan_search_name on distribution_plan using gin (search_text gin_trgm_ops);
create index distribution_plan_search_prose on distribution_plan using gin (search_prose);
create index distribution_plan_by_country on distribution_plan ((coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index distribution_plan_by_name on distribution_plan ((coalesce(registry_fold(name), U&'\+10FFFF')), id);
create index distribution_plan_of_kind on distribution_plan (kind, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create index distribution_plan_of_country on distribution_plan (country, (coalesce(registry_fold(country), U&'\+10FFFF')), id);
create unique index distribution_plan_one_country_kind_name on distribution_plan (country, kind, name) where state <> 'withdrawn' and id > 0;
create unique index lost_container_reference on lost_container (reference);
create index lost_container_changed on lost_container (changed_at, id);
create index lost_container_written on lost_container (changed_in, id);
create trigger lost_container_noted before update on lost_container for each row execute function note_change();
create index lost_container_search_name on lost_container using gin (search_text gin_trgm_ops);
create index lost_container_search_prose on lost_container using gin (search_prose);
create index lost_container_by_happened_at on lost_container ((coalesce(happened_at, '-infinity'::timestamptz)), id);
create index lost_container_by_number on lost_container ((coalesce(number, -2147483648)), id);
create index lost_container_by_ship_name on lost_container ((coalesce(registry_fold(ship_name), U&'\+10FFFF')), id);
create index lost_container_of_kind on lost_container (kind, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index lost_container_of_flag on lost_container (flag, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index lost_container_of_coastal_state on lost_container (coastal_state, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index lost_container_of_dangerous on lost_container (dangerous, (coalesce(happened_at, '-infinity'::timestamptz)), id);
create index lost_container_of_sizes on lost_container using gin (sizes);
create index lost_container_of_happened_at on lost_container using btree (happened_at);
create index lost_container_of_number on lost_container using btree (number);
create index lost_container_of_recovered on lost_container using btree (recovered);
create index lost_container_of_position on lost_container using gist (point(position_lon, position_lat));
create index lost_container_duty_verify on lost_container (flag, happened_at) where id > 0 and happened_at is not null and flag is not null and state in ('reported');
alter table ship add constraint ship_registered_owner_known foreign key (registered_owner) references company (reference);
alter table ship add constraint ship_company_known foreign key (company) references company (reference);
alter table casualty_ship add constraint casualty_ship_casualty_known foreign key (casualty) references casualty (reference);
alter table casualty_ship add constraint casualty_ship_ship_known foreign key (ship) references ship (reference);
alter table casualty_investigation add constraint casualty_investigation_casualty_known foreign key (casualty) references casualty (reference);
alter table inadequacy add constraint inadequacy_ship_known foreign key (ship) references ship (reference);
alter table inadequacy add constraint inadequacy_facility_known foreign key (facility) references reception_facility (reference);
alter table judicial_sale add constraint judicial_sale_ship_known foreign key (ship) references ship (reference);
alter table treaty_action add constraint treaty_action_treaty_known foreign key (treaty) references treaty (reference);
alter table piracy_incident add constraint piracy_incident_ship_known foreign key (ship) references ship (reference);
alter table facilitation add constraint facilitation_ship_known foreign key (ship) references ship (reference);
alter table annex_vi add constraint annex_vi_ship_known foreign key (ship) references ship (reference);
alter table condition_assessment add constraint condition_assessment_ship_known foreign key (ship) references ship (reference);
alter table gmdss_station add constraint gmdss_station_centre_known foreign key (centre) references search_and_rescue (reference);
alter table survey add constraint survey_ship_known foreign key (ship) references ship (reference);
alter table ballast_water add constraint ballast_water_ship_known foreign key (ship) references ship (reference);
alter table migrant_smuggling add constraint migrant_smuggling_ship_known foreign key (ship) references ship (reference);
alter table fuel_consumption add constraint fuel_consumption_ship_known foreign key (ship) references ship (reference);
alter table lost_container add constraint lost_container_ship_known foreign key (ship) references ship (reference);
insert into ship (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'listed', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into company (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into port (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into port_facility (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into contact_point (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into recognized_organization (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into casualty (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'draft', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into casualty_ship (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into casualty_investigation (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'open', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into reception_facility (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into inadequacy (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'draft', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into judicial_sale (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'noticed', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into equipment (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into treaty (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into treaty_action (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into piracy_incident (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'reported', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into facilitation (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into annex_vi (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'notified', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into non_mandatory (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into simulator (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into search_and_rescue (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into condition_assessment (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'issued', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into cargo (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into gmdss_station (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into legislation (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into training (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into test_laboratory (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into crew_change (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into single_window (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into hook (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into survey (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into audit (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'planned', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into ballast_chemical (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'draft', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into ballast_water (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into migrant_smuggling (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'draft', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into fuel_consumption (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'reported', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into distribution_plan (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'current', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
insert into lost_container (id, reference, state, revision, created_at, changed_at, changed_by, source)
  overriding system value values (0, '-', 'reported', 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'nobody', 'Nobody has a reason to touch this row.');
do $do$
declare
  application text := regexp_replace(current_user, '_owner$', '_app');
begin
  if exists (select from pg_roles where rolname = application) then
    execute format('revoke update, delete, truncate on field_change from %I', application);
  end if;
end
$do$;
