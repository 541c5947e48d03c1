-- What became of the transactions near the cut of a recovery, so that people can be told.
create table acknowledged (
  recovery text primary key references recovery,
  summary jsonb not null
);
create table acknowledged_entry (
  recovery text not null references acknowledged on delete cascade,
  place integer not null,
  standing text not null,
  request text,
  account text,
  entry jsonb not null,
  primary key (recovery, place)
);
create index acknowledged_entry_by_account on acknowledged_entry (account) where account is not null;
