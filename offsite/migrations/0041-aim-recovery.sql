-- Where a restore was to end, and the position that it came to: kept before anything is restored, so that every attempt ends there.
alter table recovery add column target jsonb;

-- Quarantines that operators look at. They stand until they are released.
create table looked_at (
  id text primary key,
  compartment text not null,
  requested_by text not null,
  reason text not null,
  started_at timestamptz not null,
  target_lsn text,
  timeline integer,
  ended_at timestamptz
);
