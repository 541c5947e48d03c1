-- Two sealed codes, each one person's; both together open an administrator's session when nobody can sign in.
create table break_glass (
  id text primary key check (id ~ '^[0-9a-f-]{36}$'),
  created_by text not null,
  created_at timestamptz not null,
  -- used or withdrawn: neither half is worth anything from then on
  ended_at timestamptz,
  ended_why text check (ended_why in ('used', 'withdrawn', 'holder left')),
  -- the half that was given first, until when the other must follow, and what for
  first_half smallint check (first_half in (1, 2)),
  first_until timestamptz,
  reason text check (char_length(reason) between 1 and 500),
  constraint break_glass_end_is_told check ((ended_at is null) = (ended_why is null)),
  constraint break_glass_first_is_whole check ((first_half is null) = (first_until is null) and (first_half is null) = (reason is null))
);

create table break_glass_half (
  pair_id text not null references break_glass,
  half smallint not null check (half in (1, 2)),
  holder_id text not null references account,
  -- null until its holder had it shown, once
  code_sha256 text constraint break_glass_half_code_free unique check (code_sha256 ~ '^[0-9a-f]{64}$'),
  shown_at timestamptz,
  primary key (pair_id, half),
  constraint break_glass_half_of_two_people unique (pair_id, holder_id),
  constraint break_glass_half_is_shown_whole check ((code_sha256 is null) = (shown_at is null))
);
