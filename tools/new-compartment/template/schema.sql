-- What all migrations together make. Written by tools/dump-schema.ts; do not edit.

table entry (
  id integer not null generated always as identity,
  title text not null,
  body text not null,
  added_by text not null,
  added_by_name text not null,
  added_at timestamp with time zone not null,
  constraint entry_added_by_check CHECK (((length(added_by) >= 1) AND (length(added_by) <= 64))),
  constraint entry_added_by_name_check CHECK ((length(added_by_name) <= 200)),
  constraint entry_body_check CHECK ((length(body) <= 4000)),
  constraint entry_pkey PRIMARY KEY (id),
  constraint entry_title_check CHECK (((length(title) >= 1) AND (length(title) <= 120)))
);
