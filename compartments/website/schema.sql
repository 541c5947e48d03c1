-- What all migrations together make. Written by tools/dump-schema.ts; do not edit.

CREATE OR REPLACE FUNCTION public.search_dictionary(language text)
 RETURNS regconfig
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE language WHEN 'ar'::text THEN 'arabic'::regconfig WHEN 'en'::text THEN 'english'::regconfig WHEN 'fr'::text THEN 'french'::regconfig WHEN 'ru'::text THEN 'russian'::regconfig WHEN 'es'::text THEN 'spanish'::regconfig ELSE 'simple'::regconfig END;

CREATE OR REPLACE FUNCTION public.search_fold(language text, given text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE language WHEN 'zh'::text THEN regexp_replace(translate(lower(given), '<>'::text, '  '::text), '([㐀-鿿])'::text, ' \1 '::text, 'g'::text) WHEN 'ru'::text THEN translate(lower(given), 'ё<>'::text, 'е  '::text) WHEN 'ar'::text THEN regexp_replace(translate(lower(given), 'أإآٱى<>ـًٌٍَُِّْ'::text, 'ااااي  '::text), '(^|[^ء-ي])(?:وال|بال|كال|فال|لل|ال)([ء-ي]{3})'::text, '\1\2'::text, 'g'::text) ELSE replace(replace(translate(lower(given), 'àáâãäåçèéêëìíîïñòóôõöùúûüýÿ<>’‘'''::text, 'aaaaaaceeeeiiiinooooouuuuyy     '::text), 'œ'::text, 'oe'::text), 'æ'::text, 'ae'::text) END;

CREATE OR REPLACE FUNCTION public.search_words(language text, title text, summary text, body text)
 RETURNS tsvector
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ((setweight(to_tsvector(search_dictionary(language), search_fold(language, title)), 'A'::"char") || setweight(to_tsvector(search_dictionary(language), search_fold(language, summary)), 'B'::"char")) || setweight(to_tsvector(search_dictionary(language), search_fold(language, body)), 'D'::"char"));

table article (
  id integer not null generated always as identity,
  slug text not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  constraint article_created_by_check CHECK (((length(created_by) >= 1) AND (length(created_by) <= 64))),
  constraint article_pkey PRIMARY KEY (id),
  constraint article_slug_check CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 100)))
);

table article_address (
  language text not null,
  room text not null,
  path text not null,
  article_id integer not null,
  is_kept boolean not null,
  constraint article_address_article_id_fkey FOREIGN KEY (article_id) REFERENCES article(id),
  constraint article_address_language_check CHECK ((language = ANY (ARRAY['ar'::text, 'zh'::text, 'en'::text, 'fr'::text, 'ru'::text, 'es'::text]))),
  constraint article_address_path_check CHECK (((length(path) >= 1) AND (length(path) <= 300))),
  constraint article_address_room_check CHECK ((room = ANY (ARRAY['news'::text, 'event'::text, 'page'::text, 'topic'::text, 'body'::text, 'contact'::text, 'redirects'::text]))),
  constraint article_address_taken PRIMARY KEY (language, room, path)
);
CREATE INDEX article_address_of_article ON public.article_address USING btree (article_id);

table article_event (
  id integer not null generated always as identity,
  article_id integer not null,
  version_number integer not null,
  kind text not null,
  account_id text not null,
  account_name text not null,
  at timestamp with time zone not null,
  digest text,
  note text,
  constraint article_event_account_id_check CHECK (((length(account_id) >= 1) AND (length(account_id) <= 64))),
  constraint article_event_account_name_check CHECK ((length(account_name) <= 200)),
  constraint article_event_article_id_version_number_fkey FOREIGN KEY (article_id, version_number) REFERENCES article_version(article_id, number),
  constraint article_event_digest_check CHECK ((digest ~ '^[0-9a-f]{64}$'::text)),
  constraint article_event_kind_check CHECK ((kind = ANY (ARRAY['created'::text, 'changed'::text, 'picture-changed'::text, 'submitted'::text, 'rejected'::text, 'approved'::text, 'update-begun'::text, 'discarded'::text, 'withdrawn'::text, 'restored'::text, 'preview-shared'::text]))),
  constraint article_event_note_check CHECK ((length(note) <= 2000)),
  constraint article_event_pkey PRIMARY KEY (id)
);
CREATE INDEX article_event_of_article ON public.article_event USING btree (article_id, id);

table article_text (
  article_id integer not null,
  version_number integer not null,
  language text not null,
  title text not null,
  summary text not null,
  body jsonb not null,
  picture_alt text not null,
  change_note text not null,
  slug text not null default ''::text,
  place text not null default ''::text,
  source_sha256 text,
  constraint article_text_article_id_version_number_fkey FOREIGN KEY (article_id, version_number) REFERENCES article_version(article_id, number),
  constraint article_text_body_check CHECK ((jsonb_typeof(body) = 'array'::text)),
  constraint article_text_change_note_check CHECK ((length(change_note) <= 300)),
  constraint article_text_language_check CHECK ((language = ANY (ARRAY['ar'::text, 'zh'::text, 'en'::text, 'fr'::text, 'ru'::text, 'es'::text]))),
  constraint article_text_picture_alt_check CHECK ((length(picture_alt) <= 300)),
  constraint article_text_pkey PRIMARY KEY (article_id, version_number, language),
  constraint article_text_place_check CHECK ((length(place) <= 200)),
  constraint article_text_slug_check CHECK ((((slug = ''::text) OR (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text)) AND (length(slug) <= 100))),
  constraint article_text_source_sha256_check CHECK ((source_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint article_text_summary_check CHECK ((length(summary) <= 600)),
  constraint article_text_title_check CHECK ((length(title) <= 200))
);

table article_version (
  article_id integer not null,
  number integer not null,
  state text not null,
  revision integer not null,
  kind text not null,
  slug text not null,
  is_minor boolean not null,
  picture_sha256 text,
  picture_credit text,
  based_on integer,
  created_by text not null,
  created_by_name text not null,
  created_at timestamp with time zone not null,
  changed_by text not null,
  changed_by_name text not null,
  changed_at timestamp with time zone not null,
  submitted_by text,
  submitted_by_name text,
  submitted_at timestamp with time zone,
  submission_token text,
  decided_by text,
  decided_by_name text,
  decided_at timestamp with time zone,
  approval_token text,
  remark text,
  subjects jsonb not null default '{}'::jsonb,
  details jsonb not null default '{}'::jsonb,
  publish_at timestamp with time zone,
  publish_zone text,
  picture_focus_x smallint,
  picture_focus_y smallint,
  constraint approved_by_another CHECK (((state <> 'approved'::text) OR ((decided_by IS NOT NULL) AND (decided_by <> submitted_by) AND (decided_at IS NOT NULL) AND (approval_token IS NOT NULL)))),
  constraint article_version_approval_token_check CHECK ((length(approval_token) <= 8192)),
  constraint article_version_article_id_based_on_fkey FOREIGN KEY (article_id, based_on) REFERENCES article_version(article_id, number),
  constraint article_version_article_id_fkey FOREIGN KEY (article_id) REFERENCES article(id),
  constraint article_version_changed_by_check CHECK (((length(changed_by) >= 1) AND (length(changed_by) <= 64))),
  constraint article_version_changed_by_name_check CHECK ((length(changed_by_name) <= 200)),
  constraint article_version_created_by_check CHECK (((length(created_by) >= 1) AND (length(created_by) <= 64))),
  constraint article_version_created_by_name_check CHECK ((length(created_by_name) <= 200)),
  constraint article_version_decided_by_check CHECK (((length(decided_by) >= 1) AND (length(decided_by) <= 64))),
  constraint article_version_decided_by_name_check CHECK ((length(decided_by_name) <= 200)),
  constraint article_version_details_check CHECK (((jsonb_typeof(details) = 'object'::text) AND (length((details)::text) <= 500000))),
  constraint article_version_kind_check CHECK ((kind = ANY (ARRAY['news'::text, 'press-briefing'::text, 'statement'::text, 'meeting-summary'::text, 'event'::text, 'accreditation'::text, 'page'::text, 'home'::text, 'section'::text, 'topic'::text, 'body'::text, 'contact'::text, 'redirects'::text]))),
  constraint article_version_number_check CHECK ((number >= 1)),
  constraint article_version_picture_credit_check CHECK ((length(picture_credit) <= 200)),
  constraint article_version_picture_focus_x_check CHECK (((picture_focus_x >= 0) AND (picture_focus_x <= 100))),
  constraint article_version_picture_focus_y_check CHECK (((picture_focus_y >= 0) AND (picture_focus_y <= 100))),
  constraint article_version_picture_sha256_fkey FOREIGN KEY (picture_sha256) REFERENCES picture(sha256),
  constraint article_version_pkey PRIMARY KEY (article_id, number),
  constraint article_version_publish_zone_check CHECK ((length(publish_zone) <= 60)),
  constraint article_version_remark_check CHECK ((length(remark) <= 2000)),
  constraint article_version_revision_check CHECK ((revision >= 1)),
  constraint article_version_slug_check CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 100))),
  constraint article_version_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'submitted'::text, 'rejected'::text, 'approved'::text, 'discarded'::text]))),
  constraint article_version_subjects_check CHECK (((jsonb_typeof(subjects) = 'object'::text) AND (length((subjects)::text) <= 10000))),
  constraint article_version_submission_token_check CHECK ((length(submission_token) <= 8192)),
  constraint article_version_submitted_by_check CHECK (((length(submitted_by) >= 1) AND (length(submitted_by) <= 64))),
  constraint article_version_submitted_by_name_check CHECK ((length(submitted_by_name) <= 200)),
  constraint picture_focus_is_whole CHECK ((((picture_focus_x IS NULL) = (picture_focus_y IS NULL)) AND ((picture_focus_x IS NULL) OR (picture_sha256 IS NOT NULL)))),
  constraint picture_has_credit CHECK (((picture_sha256 IS NULL) = (picture_credit IS NULL))),
  constraint schedule_has_zone CHECK (((publish_at IS NULL) = (publish_zone IS NULL))),
  constraint submitted_by_somebody CHECK (((state = ANY (ARRAY['draft'::text, 'discarded'::text])) OR ((submitted_by IS NOT NULL) AND (submitted_at IS NOT NULL) AND (submission_token IS NOT NULL))))
);
CREATE UNIQUE INDEX article_version_open ON public.article_version USING btree (article_id) WHERE (state = ANY (ARRAY['draft'::text, 'submitted'::text]));
CREATE INDEX article_version_picture ON public.article_version USING btree (picture_sha256);

table article_withdrawal (
  article_id integer not null,
  version_number integer not null,
  reasons jsonb not null,
  withdrawn_by text not null,
  withdrawn_by_name text not null,
  withdrawn_at timestamp with time zone not null,
  withdrawal_token text not null,
  constraint article_withdrawal_article_id_version_number_fkey FOREIGN KEY (article_id, version_number) REFERENCES article_version(article_id, number),
  constraint article_withdrawal_pkey PRIMARY KEY (article_id, version_number),
  constraint article_withdrawal_reasons_check CHECK (((jsonb_typeof(reasons) = 'object'::text) AND (reasons ? 'en'::text))),
  constraint article_withdrawal_withdrawal_token_check CHECK ((length(withdrawal_token) <= 8192)),
  constraint article_withdrawal_withdrawn_by_check CHECK (((length(withdrawn_by) >= 1) AND (length(withdrawn_by) <= 64))),
  constraint article_withdrawal_withdrawn_by_name_check CHECK ((length(withdrawn_by_name) <= 200))
);

table draft_copy (
  account_id text not null,
  place text not null,
  language text not null,
  account_name text not null,
  seen_revision integer not null,
  typed jsonb not null,
  saved_at timestamp with time zone not null,
  constraint draft_copy_account_id_check CHECK (((length(account_id) >= 1) AND (length(account_id) <= 64))),
  constraint draft_copy_account_name_check CHECK ((length(account_name) <= 200)),
  constraint draft_copy_language_check CHECK ((language = ANY (ARRAY['ar'::text, 'zh'::text, 'en'::text, 'fr'::text, 'ru'::text, 'es'::text]))),
  constraint draft_copy_pkey PRIMARY KEY (account_id, place, language),
  constraint draft_copy_place_check CHECK (((place = 'new'::text) OR (place ~ '^[1-9][0-9]{0,8}/[1-9][0-9]{0,8}$'::text))),
  constraint draft_copy_seen_revision_check CHECK ((seen_revision >= 0)),
  constraint draft_copy_typed_check CHECK (((jsonb_typeof(typed) = 'object'::text) AND (length((typed)::text) <= 500000)))
);

table picture (
  sha256 text not null,
  media_type text not null,
  bytes integer not null,
  width integer not null,
  height integer not null,
  added_by text not null,
  added_at timestamp with time zone not null,
  constraint picture_added_by_check CHECK (((length(added_by) >= 1) AND (length(added_by) <= 64))),
  constraint picture_bytes_check CHECK (((bytes >= 1) AND (bytes <= 5242880))),
  constraint picture_height_check CHECK (((height >= 1) AND (height <= 20000))),
  constraint picture_media_type_check CHECK ((media_type = ANY (ARRAY['image/png'::text, 'image/jpeg'::text, 'image/webp'::text]))),
  constraint picture_pkey PRIMARY KEY (sha256),
  constraint picture_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint picture_width_check CHECK (((width >= 1) AND (width <= 20000)))
);

table picture_rendition (
  picture_sha256 text not null,
  media_type text not null,
  width integer not null,
  height integer not null,
  bytes integer not null,
  sha256 text not null,
  constraint picture_rendition_bytes_check CHECK (((bytes >= 1) AND (bytes <= 5242880))),
  constraint picture_rendition_height_check CHECK (((height >= 1) AND (height <= 20000))),
  constraint picture_rendition_media_type_check CHECK ((media_type = ANY (ARRAY['image/avif'::text, 'image/webp'::text, 'image/jpeg'::text, 'image/png'::text]))),
  constraint picture_rendition_picture_sha256_fkey FOREIGN KEY (picture_sha256) REFERENCES picture(sha256),
  constraint picture_rendition_pkey PRIMARY KEY (picture_sha256, media_type, width),
  constraint picture_rendition_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint picture_rendition_width_check CHECK (((width >= 1) AND (width <= 4000)))
);

table preview_link (
  secret_sha256 text not null,
  article_id integer not null,
  version_number integer not null,
  created_by text not null,
  created_by_name text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint preview_link_article_id_version_number_fkey FOREIGN KEY (article_id, version_number) REFERENCES article_version(article_id, number),
  constraint preview_link_check CHECK ((expires_at > created_at)),
  constraint preview_link_created_by_check CHECK (((length(created_by) >= 1) AND (length(created_by) <= 64))),
  constraint preview_link_created_by_name_check CHECK ((length(created_by_name) <= 200)),
  constraint preview_link_pkey PRIMARY KEY (secret_sha256),
  constraint preview_link_secret_sha256_check CHECK ((secret_sha256 ~ '^[0-9a-f]{64}$'::text))
);
CREATE INDEX preview_link_of_version ON public.preview_link USING btree (article_id, version_number);

table search_entry (
  article_id integer not null,
  version_number integer not null,
  language text not null,
  kind text not null,
  path text not null,
  topics integer[] not null,
  title text not null,
  summary text not null,
  body text not null,
  visible_from timestamp with time zone not null,
  words tsvector not null generated always as (search_words(language, title, summary, body)) stored,
  constraint search_entry_article_id_version_number_fkey FOREIGN KEY (article_id, version_number) REFERENCES article_version(article_id, number) ON DELETE CASCADE,
  constraint search_entry_body_check CHECK ((length(body) <= 60000)),
  constraint search_entry_language_check CHECK ((language = ANY (ARRAY['ar'::text, 'zh'::text, 'en'::text, 'fr'::text, 'ru'::text, 'es'::text]))),
  constraint search_entry_path_check CHECK (((path ~ '^/'::text) AND (length(path) <= 500))),
  constraint search_entry_pkey PRIMARY KEY (article_id, version_number, language),
  constraint search_entry_summary_check CHECK ((length(summary) <= 600)),
  constraint search_entry_title_check CHECK ((length(title) <= 200)),
  constraint search_entry_topics_check CHECK ((cardinality(topics) <= 20))
);
CREATE INDEX search_entry_words ON public.search_entry USING gin (words);
