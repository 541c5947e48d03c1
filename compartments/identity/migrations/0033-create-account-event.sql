-- What happened to an account's ways in, told to its holder: sign-ins with a role, and changes of what it is signed in with.
create table account_event (
  id text primary key check (id ~ '^[0-9a-f-]{36}$'),
  account_id text not null references account,
  kind text not null check (kind ~ '^[a-z][a-z ]{2,39}$'),
  happened_at timestamptz not null,
  -- in which it happened; null if it was refused
  session_id text check (char_length(session_id) <= 64),
  address text not null check (char_length(address) <= 64),
  device text not null check (char_length(device) <= 60),
  -- such as the name of a passkey
  detail text not null check (char_length(detail) <= 200),
  seen_at timestamptz
);

create index account_event_of_account on account_event (account_id, happened_at desc);
