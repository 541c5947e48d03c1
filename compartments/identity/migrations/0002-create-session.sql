create table session (
  id text primary key check (id ~ '^[A-Za-z0-9_-]{43}$'),
  account_id text not null references account,
  started_at timestamptz not null,
  -- the absolute end; idleness ends it earlier
  ends_at timestamptz not null,
  last_seen_at timestamptz not null,
  ended_at timestamptz,
  ended_by text check (ended_by in ('person', 'administrator', 'new sign-in', 'password change')),
  address text not null check (char_length(address) <= 64),
  -- browser and system, no more: such as Firefox · Linux
  device text not null check (char_length(device) <= 60),
  constraint session_has_an_end check (ends_at > started_at),
  constraint session_end_is_told check ((ended_at is null) = (ended_by is null))
);

create index session_of_account on session (account_id, started_at desc);
