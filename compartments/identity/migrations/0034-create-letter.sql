-- Mail on its way out. A letter is written in the transaction that causes it, and stays until the relay has taken it.
create table letter (
  id text primary key check (id ~ '^[0-9a-f-]{36}$'),
  -- whom it is for; null for an address without an account
  account_id text references account,
  kind text not null check (kind ~ '^[a-z][a-z ]{2,39}$'),
  recipient text not null check (char_length(recipient) between 3 and 254),
  language text not null check (language in ('ar', 'zh', 'en', 'fr', 'ru', 'es')),
  -- subject and text, sealed with a key that no database holds; gone once the letter is on its way or given up
  sealed text check (char_length(sealed) <= 30000),
  state text not null check (state in ('waiting', 'sent', 'refused', 'given up')),
  attempts integer not null default 0,
  created_at timestamptz not null,
  next_try_at timestamptz not null,
  give_up_at timestamptz not null,
  done_at timestamptz,
  -- the relay's last words
  answer text not null default '' check (char_length(answer) <= 200),
  constraint letter_done_is_told check ((state = 'waiting') = (done_at is null)),
  constraint letter_waits_with_content check (state <> 'waiting' or sealed is not null)
);

create index letter_waiting on letter (next_try_at) where state = 'waiting';
create index letter_by_time on letter (created_at desc);
