-- What became of each role, for ever: rows are added and never changed. Accounts stand here by their id alone.
create table grant_event (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  account_id text not null references account,
  compartment text not null check (char_length(compartment) between 2 and 32),
  role text not null check (char_length(role) between 1 and 50),
  what text not null check (what in ('asked', 'granted', 'approved', 'refused', 'confirmed', 'ended', 'lapsed')),
  -- empty for the estate itself
  by_account text not null,
  reason text not null check (char_length(reason) <= 500),
  ends_at timestamptz
);
create index grant_event_of_account on grant_event (account_id, id);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are added and never changed', tg_table_name using errcode = 'integrity_constraint_violation';
end
$$;
create trigger grant_event_stays before update or delete on grant_event for each row execute function refuse_change();
