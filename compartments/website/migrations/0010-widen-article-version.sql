-- Everything the public reads is an article of some kind: also events, pages, topics, contact points, lists of redirects.
alter table article_version
  drop constraint article_version_kind_check,
  add constraint article_version_kind_check check (kind in (
    'news', 'press-briefing', 'statement', 'meeting-summary', 'event', 'accreditation', 'page', 'home', 'section',
    'topic', 'body', 'contact', 'redirects'
  )),
  add column subjects jsonb not null default '{}' check (jsonb_typeof(subjects) = 'object' and length(subjects::text) <= 10000),
  add column details jsonb not null default '{}' check (jsonb_typeof(details) = 'object' and length(details::text) <= 500000),
  add column publish_at timestamptz,
  add column publish_zone text check (length(publish_zone) <= 60),
  add column picture_focus_x smallint check (picture_focus_x between 0 and 100),
  add column picture_focus_y smallint check (picture_focus_y between 0 and 100),
  add constraint schedule_has_zone check ((publish_at is null) = (publish_zone is null)),
  add constraint picture_focus_is_whole check (
    (picture_focus_x is null) = (picture_focus_y is null) and (picture_focus_x is null or picture_sha256 is not null)
  );
comment on column article_version.subjects is 'What it is about: ids of topics, bodies and contact points (articles of these kinds), and symbols of documents.';
comment on column article_version.details is 'What only articles of its kind have: times of an event, path of a page, blocks of a home page, redirects.';
comment on column article_version.publish_at is 'Approved, it is shown from then on and not before; null: at once. Part of the digest.';
comment on column article_version.picture_focus_x is 'In per cent from the left: what stays in sight when the picture is cut.';
