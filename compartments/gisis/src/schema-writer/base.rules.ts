/** What every registry has beside the tables of its modules: folding of names, history of fields, numbers drawn, who was told, files imported. */

// Letters that NFKD leaves whole, then Cyrillic, Greek and Arabic letter by letter; those that take two Latin ones stand in `PAIRS`.
const SINGLES: readonly (readonly [string, string])[] = [
  ['øłđðıħŧŋ', 'olddihtn'],
  ['абвгдеёзийклмнопрстуфыэіїєґўјљњћђџѓќ', 'abvgdeeziiklmnoprstufyeiiegujlncddgk'],
  ['αβγδεζηικλμνξοπρσςτυω', 'abgdeziiklmnxoprsstyo'],
  ['ابتجحدرزسصضطظعفقكلمنهويىةءآأإ', 'abtjhdrzssdtzafqklmnhwyaaaaaa'],
  ['پچگکیڤ', 'pcgkyv'],
];
const PAIRS: readonly (readonly [string, string])[] = [
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['þ', 'th'],
  ['ж', 'zh'],
  ['х', 'kh'],
  ['ц', 'ts'],
  ['ч', 'ch'],
  ['ш', 'sh'],
  ['щ', 'shch'],
  ['ъ', ''],
  ['ь', ''],
  ['ю', 'iu'],
  ['я', 'ia'],
  ['θ', 'th'],
  ['φ', 'f'],
  ['χ', 'ch'],
  ['ψ', 'ps'],
  ['ث', 'th'],
  ['خ', 'kh'],
  ['ذ', 'dh'],
  ['ش', 'sh'],
  ['غ', 'gh'],
  ['ـ', ''],
];

/** `registry_fold(text)`: one form for one name, however it is written: without capitals and accents, in Latin letters. */
export function foldFunction(): string {
  const from = SINGLES.map(([letters]) => letters).join('');
  const to = SINGLES.map(([, letters]) => letters).join('');
  const translated = `translate(regexp_replace(normalize(lower(given), NFKD), '[\\u0300-\\u036f\\u0640\\u064b-\\u065f\\u0670]', '', 'g'), '${from}', '${to}')`;
  const paired = PAIRS.reduce((text, [letter, latin]) => `replace(${text}, '${letter}', '${latin}')`, translated);
  // Most names are plain: they need none of the rest, which takes twenty times as long.
  return `create function registry_fold(given text) returns text language sql immutable strict parallel safe return
  case when octet_length(given) = char_length(given) then btrim(regexp_replace(lower(given), '[^a-z0-9]+', ' ', 'g'))
  else btrim(regexp_replace(${paired}, '[^[:alnum:]]+', ' ', 'g')) end;`;
}

/** What programs need: writes answered once, searches saved, addresses that are told of changes, and what they were told. */
const PROGRAM_TABLES = `create table answered_write (
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
create index webhook_delivery_ended on webhook_delivery (ended_at);`;

export const BASE_TABLES = `create table field_change (
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
${PROGRAM_TABLES}`;

/** The application adds to the history of fields and reads it; the role's name follows from the owner's. */
export const GRANTS = `do $do$
declare
  application text := regexp_replace(current_user, '_owner$', '_app');
begin
  if exists (select from pg_roles where rolname = application) then
    execute format('revoke update, delete, truncate on field_change from %I', application);
  end if;
end
$do$;`;
