create table article (
  id integer generated always as identity primary key,
  slug text not null constraint article_slug_taken unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  created_by text not null check (length(created_by) between 1 and 64),
  created_at timestamptz not null
);

create table article_version (
  article_id integer not null references article,
  number integer not null check (number >= 1),
  state text not null check (state in ('draft', 'submitted', 'rejected', 'approved', 'discarded')),
  revision integer not null check (revision >= 1),
  kind text not null check (kind in ('press-briefing', 'news', 'statement')),
  slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  is_minor boolean not null,
  picture_sha256 text references picture,
  picture_credit text check (length(picture_credit) <= 200),
  based_on integer,
  created_by text not null check (length(created_by) between 1 and 64),
  created_by_name text not null check (length(created_by_name) <= 200),
  created_at timestamptz not null,
  changed_by text not null check (length(changed_by) between 1 and 64),
  changed_by_name text not null check (length(changed_by_name) <= 200),
  changed_at timestamptz not null,
  submitted_by text check (length(submitted_by) between 1 and 64),
  submitted_by_name text check (length(submitted_by_name) <= 200),
  submitted_at timestamptz,
  submission_token text check (length(submission_token) <= 8192),
  decided_by text check (length(decided_by) between 1 and 64),
  decided_by_name text check (length(decided_by_name) <= 200),
  decided_at timestamptz,
  approval_token text check (length(approval_token) <= 8192),
  remark text check (length(remark) <= 2000),
  primary key (article_id, number),
  foreign key (article_id, based_on) references article_version (article_id, number),
  constraint picture_has_credit check ((picture_sha256 is null) = (picture_credit is null)),
  constraint submitted_by_somebody check (
    state in ('draft', 'discarded')
    or (submitted_by is not null and submitted_at is not null and submission_token is not null)
  ),
  constraint approved_by_another check (
    state <> 'approved'
    or (decided_by is not null and decided_by <> submitted_by and decided_at is not null and approval_token is not null)
  )
);
comment on column article_version.submission_token is 'Provenance token of the request that submitted it; its path ends in the digest of the content.';
comment on column article_version.approval_token is 'Provenance token of the request that approved it; its path ends in the same digest.';
create unique index article_version_open on article_version (article_id) where state in ('draft', 'submitted');
create index article_version_picture on article_version (picture_sha256);

create table article_text (
  article_id integer not null,
  version_number integer not null,
  language text not null check (language in ('ar', 'zh', 'en', 'fr', 'ru', 'es')),
  title text not null check (length(title) <= 200),
  summary text not null check (length(summary) <= 600),
  body jsonb not null check (jsonb_typeof(body) = 'array'),
  picture_alt text not null check (length(picture_alt) <= 300),
  change_note text not null check (length(change_note) <= 300),
  primary key (article_id, version_number, language),
  foreign key (article_id, version_number) references article_version (article_id, number)
);
comment on column article_text.body is 'A tree of paragraphs, headings, lists and links; never markup.';
