create table article_address (
  language text not null check (language in ('ar', 'zh', 'en', 'fr', 'ru', 'es')),
  room text not null check (room in ('news', 'event', 'page', 'topic', 'body', 'contact', 'redirects')),
  path text not null check (length(path) between 1 and 300),
  article_id integer not null references article,
  is_kept boolean not null,
  constraint article_address_taken primary key (language, room, path)
);
create index article_address_of_article on article_address (article_id);
comment on table article_address is 'Whose an address is in a language. Those that were approved once are kept: they lead on to the present one.';
alter table article drop constraint article_slug_taken;
comment on column article.slug is 'The address under which it was begun; the present ones stand with its versions.';
insert into article_address (language, room, path, article_id, is_kept)
  select l.language, 'news', a.slug, a.id, exists (
    select from article_version v where v.article_id = a.id and v.state = 'approved')
  from article a cross join (values ('ar'), ('zh'), ('en'), ('fr'), ('ru'), ('es')) as l (language)
  where a.id > 0;
