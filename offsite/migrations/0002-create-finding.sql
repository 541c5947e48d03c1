create table incident (
  id integer generated always as identity primary key,
  compartment text not null,
  opened_at timestamptz not null,
  closed_at timestamptz
);
create unique index incident_one_open on incident (compartment) where closed_at is null;

-- One row a group: the same rule, compartment and reporter within a minute count up instead of adding rows.
create table finding (
  id integer generated always as identity primary key,
  rule text not null,
  technique text not null,
  compartment text,
  reporter text not null,
  summary text not null,
  evidence jsonb not null,
  seen_at timestamptz not null,
  received_at timestamptz not null,
  last_received_at timestamptz not null,
  reports integer not null default 1 check (reports > 0),
  -- Further reports of the group that differ, the first few of them.
  samples jsonb not null default '[]',
  incident integer references incident,
  -- The manifest asks for a seal on this rule; the epoch it led to.
  seals boolean not null,
  sealed_epoch integer
);
create index finding_by_group on finding (rule, reporter, received_at);
create index finding_to_seal on finding (id) where seals and sealed_epoch is null;
