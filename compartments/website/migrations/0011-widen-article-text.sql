alter table article_text
  add column slug text not null default '' check ((slug = '' or slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$') and length(slug) <= 100),
  add column place text not null default '' check (length(place) <= 200),
  add column source_sha256 text check (source_sha256 ~ '^[0-9a-f]{64}$');
comment on column article_text.slug is 'Its address in this language; empty: that of the version.';
comment on column article_text.place is 'Where an event or a meeting is held.';
comment on column article_text.source_sha256 is 'Digest of the English text that it was translated from; another one now: the translation is outdated.';
