create table article_event (
  id integer generated always as identity primary key,
  article_id integer not null,
  version_number integer not null,
  kind text not null check (kind in (
    'created', 'changed', 'picture-changed', 'submitted', 'rejected', 'approved', 'update-begun', 'discarded', 'withdrawn'
  )),
  account_id text not null check (length(account_id) between 1 and 64),
  account_name text not null check (length(account_name) <= 200),
  at timestamptz not null,
  digest text check (digest ~ '^[0-9a-f]{64}$'),
  note text check (length(note) <= 2000),
  foreign key (article_id, version_number) references article_version (article_id, number)
);
create index article_event_of_article on article_event (article_id, id);
comment on table article_event is 'What was done with an article, by whom and when; only added to.';
