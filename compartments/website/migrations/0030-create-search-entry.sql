-- One form for one word, before the dictionary of its language reads it: accents and small differences of writing are dropped.
-- An Arabic word leaves its article behind, which the dictionary takes off some forms only.
-- Chinese is taken apart into its characters: whatever is looked for as a word is then found as a phrase, however it was cut.
create function search_fold(language text, given text) returns text language sql immutable parallel safe return
  case language
    when 'zh' then regexp_replace(translate(lower(given), '<>', '  '), '([㐀-鿿])', ' \1 ', 'g')
    when 'ru' then translate(lower(given), 'ё<>', 'е  ')
    when 'ar' then regexp_replace(translate(lower(given), 'أإآٱى<>ـًٌٍَُِّْ', 'ااااي  '), '(^|[^ء-ي])(?:وال|بال|كال|فال|لل|ال)([ء-ي]{3})', '\1\2', 'g')
    else replace(replace(
      translate(lower(given), 'àáâãäåçèéêëìíîïñòóôõöùúûüýÿ<>’‘''', 'aaaaaaceeeeiiiinooooouuuuyy     '), 'œ', 'oe'), 'æ', 'ae')
  end;
create function search_dictionary(language text) returns regconfig language sql immutable parallel safe return
  case language
    when 'ar' then 'pg_catalog.arabic'::regconfig
    when 'en' then 'pg_catalog.english'::regconfig
    when 'fr' then 'pg_catalog.french'::regconfig
    when 'ru' then 'pg_catalog.russian'::regconfig
    when 'es' then 'pg_catalog.spanish'::regconfig
    else 'pg_catalog.simple'::regconfig
  end;
create function search_words(language text, title text, summary text, body text) returns tsvector
  language sql immutable parallel safe return
    setweight(to_tsvector(search_dictionary(language), search_fold(language, title)), 'A')
    || setweight(to_tsvector(search_dictionary(language), search_fold(language, summary)), 'B')
    || setweight(to_tsvector(search_dictionary(language), search_fold(language, body)), 'D');
create table search_entry (
  article_id integer not null,
  version_number integer not null,
  language text not null check (language in ('ar', 'zh', 'en', 'fr', 'ru', 'es')),
  kind text not null,
  path text not null check (path ~ '^/' and length(path) <= 500),
  topics integer[] not null check (cardinality(topics) <= 20),
  title text not null check (length(title) <= 200),
  summary text not null check (length(summary) <= 600),
  body text not null check (length(body) <= 60000),
  visible_from timestamptz not null,
  words tsvector not null generated always as (search_words(language, title, summary, body)) stored,
  primary key (article_id, version_number, language),
  foreign key (article_id, version_number) references article_version (article_id, number) on delete cascade
);
create index search_entry_words on search_entry using gin (words);
comment on table search_entry is 'Approved texts as the public searches them; written with the approval, and following from it.';
insert into search_entry (article_id, version_number, language, kind, path, topics, title, summary, body, visible_from)
  select t.article_id, t.version_number, t.language, v.kind, '/' || t.language || '/news/' || v.slug, '{}', t.title, t.summary,
    left(coalesce((select string_agg(words #>> '{}', ' ') from jsonb_path_query(t.body, 'strict $.**.text') words), ''), 60000),
    coalesce(v.publish_at, v.decided_at)
  from article_version v join article_text t on t.article_id = v.article_id and t.version_number = v.number
  where v.state = 'approved' and v.article_id > 0 and v.kind in ('news', 'press-briefing', 'statement') and t.title <> '';
