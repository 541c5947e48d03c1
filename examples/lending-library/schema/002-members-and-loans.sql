create table member (
  id serial primary key,
  name text not null unique,
  password_hash text not null,
  is_librarian boolean not null default false,
  joined_at timestamptz not null default now()
);

create table session (
  id text primary key,
  member_id integer not null references member (id) on delete cascade,
  expires_at timestamptz not null
);

create table loan (
  id serial primary key,
  book_id integer not null references book (id),
  member_id integer not null references member (id),
  borrowed_at timestamptz not null default now(),
  returned_at timestamptz
);
create unique index one_copy_each on loan (book_id, member_id) where returned_at is null;
