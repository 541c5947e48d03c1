create table preview_link (
  secret_sha256 text primary key check (secret_sha256 ~ '^[0-9a-f]{64}$'),
  article_id integer not null,
  version_number integer not null,
  created_by text not null check (length(created_by) between 1 and 64),
  created_by_name text not null check (length(created_by_name) <= 200),
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  foreign key (article_id, version_number) references article_version (article_id, number)
);
create index preview_link_of_version on preview_link (article_id, version_number);
comment on table preview_link is 'Whoever has the secret reads the version as it would be published, until it expires.';
