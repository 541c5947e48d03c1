create table notice (
  number integer primary key check (number > 0),
  -- What it tells of; told once.
  cause text not null unique,
  at timestamptz not null,
  compartment text,
  kind text not null,
  unaffected text[] not null,
  next_update_at timestamptz
);
