create table article_withdrawal (
  article_id integer not null,
  version_number integer not null,
  reasons jsonb not null check (jsonb_typeof(reasons) = 'object' and reasons ? 'en'),
  withdrawn_by text not null check (length(withdrawn_by) between 1 and 64),
  withdrawn_by_name text not null check (length(withdrawn_by_name) <= 200),
  withdrawn_at timestamptz not null,
  withdrawal_token text not null check (length(withdrawal_token) <= 8192),
  primary key (article_id, version_number),
  foreign key (article_id, version_number) references article_version (article_id, number)
);
comment on table article_withdrawal is 'An approved version that is shown no more; a later approved version shows the article again.';
