create table entry (
  id integer generated always as identity primary key,
  title text not null check (length(title) between 1 and 120),
  body text not null check (length(body) <= 4000),
  added_by text not null check (length(added_by) between 1 and 64),
  added_by_name text not null check (length(added_by_name) <= 200),
  added_at timestamptz not null
);
comment on table entry is 'What members wrote; an entry stays as it is.';
