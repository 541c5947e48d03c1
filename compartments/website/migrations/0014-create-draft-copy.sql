create table draft_copy (
  account_id text not null check (length(account_id) between 1 and 64),
  place text not null check (place = 'new' or place ~ '^[1-9][0-9]{0,8}/[1-9][0-9]{0,8}$'),
  language text not null check (language in ('ar', 'zh', 'en', 'fr', 'ru', 'es')),
  account_name text not null check (length(account_name) <= 200),
  seen_revision integer not null check (seen_revision >= 0),
  typed jsonb not null check (jsonb_typeof(typed) = 'object' and length(typed::text) <= 500000),
  saved_at timestamptz not null,
  primary key (account_id, place, language)
);
comment on table draft_copy is 'What somebody is typing, saved every few seconds until they save or throw it away; never public.';
