-- What became of the transactions near a cut is named again when history has caught up. What was named first stays beside it.
create table acknowledgement_cut (
  recovery text primary key references recovery,
  compartment text not null,
  cut jsonb not null,
  -- Nothing more is to come of history.
  settled_at timestamptz
);
create index acknowledgement_cut_due on acknowledgement_cut (recovery) where settled_at is null;

alter table acknowledged add column version integer not null default 1;
alter table acknowledged alter column version drop default;
alter table acknowledged_entry add column version integer not null default 1;
alter table acknowledged_entry alter column version drop default;
alter table acknowledged_entry drop constraint acknowledged_entry_recovery_fkey;
alter table acknowledged_entry drop constraint acknowledged_entry_pkey;
alter table acknowledged drop constraint acknowledged_pkey;
alter table acknowledged add primary key (recovery, version);
alter table acknowledged_entry add primary key (recovery, version, place);
alter table acknowledged_entry add foreign key (recovery, version) references acknowledged (recovery, version);
