-- Restores into quarantine that show what the archive is worth. A drill waits for its turn, runs, and keeps its receipt.
create table drill (
  id text primary key,
  compartment text not null,
  mode text not null,
  seed bigint not null,
  requested_by text not null,
  reason text not null,
  requested_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  -- How often it was begun: a kill, or a recovery that took precedence, begins it anew.
  attempts integer not null default 0,
  result text,
  sentence text,
  outcome jsonb,
  receipt jsonb,
  check ((ended_at is null) = (result is null))
);
create index drill_by_end on drill (compartment, ended_at desc);
-- The schedule asks for one drill of a compartment at a time, whoever asks how often.
create unique index drill_one_scheduled on drill (compartment) where ended_at is null and requested_by = 'schedule';

-- When drills of a compartment were first owed: what was never drilled is late from here on.
create table drill_owed (
  compartment text primary key,
  since_at timestamptz not null
);
