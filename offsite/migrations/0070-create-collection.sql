-- Rounds that take away contents which nothing kept names, or tell what would go. A round waits, runs, and keeps what it did.
create table collection (
  id text primary key,
  compartment text not null,
  is_preview boolean not null,
  requested_by text not null,
  reason text not null,
  requested_at timestamptz not null,
  -- How often it was begun: a kill, or a peer that was away, begins it anew.
  attempts integer not null default 0,
  ended_at timestamptz,
  outcome jsonb,
  -- Why it came to nothing.
  failure text,
  check ((ended_at is null) = (outcome is null and failure is null))
);
create index collection_by_compartment on collection (compartment, requested_at desc);
-- The schedule asks for one round of a compartment at a time, whoever asks how often.
create unique index collection_one_scheduled on collection (compartment) where ended_at is null and requested_by = 'schedule';
