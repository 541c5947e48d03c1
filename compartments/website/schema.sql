-- What all migrations together make. Written by tools/dump-schema.ts; do not edit.

table article (
  id integer not null generated always as identity,
  slug text not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  constraint article_created_by_check CHECK (((length(created_by) >= 1) AND (length(created_by) <= 64))),
  constraint article_pkey PRIMARY KEY (id),
  constraint article_slug_check CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 100))),
  constraint article_slug_taken UNIQUE (slug)
);

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
  constraint article_event_kind_check CHECK ((kind = ANY (ARRAY['created'::text, 'changed'::text, 'picture-changed'::text, 'submitted'::text, 'rejected'::text, 'approved'::text, 'update-begun'::text, 'discarded'::text, 'withdrawn'::text]))),
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
  constraint article_text_article_id_version_number_fkey FOREIGN KEY (article_id, version_number) REFERENCES article_version(article_id, number),
  constraint article_text_body_check CHECK ((jsonb_typeof(body) = 'array'::text)),
  constraint article_text_change_note_check CHECK ((length(change_note) <= 300)),
  constraint article_text_language_check CHECK ((language = ANY (ARRAY['ar'::text, 'zh'::text, 'en'::text, 'fr'::text, 'ru'::text, 'es'::text]))),
  constraint article_text_picture_alt_check CHECK ((length(picture_alt) <= 300)),
  constraint article_text_pkey PRIMARY KEY (article_id, version_number, language),
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
  constraint article_version_kind_check CHECK ((kind = ANY (ARRAY['press-briefing'::text, 'news'::text, 'statement'::text]))),
  constraint article_version_number_check CHECK ((number >= 1)),
  constraint article_version_picture_credit_check CHECK ((length(picture_credit) <= 200)),
  constraint article_version_picture_sha256_fkey FOREIGN KEY (picture_sha256) REFERENCES picture(sha256),
  constraint article_version_pkey PRIMARY KEY (article_id, number),
  constraint article_version_remark_check CHECK ((length(remark) <= 2000)),
  constraint article_version_revision_check CHECK ((revision >= 1)),
  constraint article_version_slug_check CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 100))),
  constraint article_version_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'submitted'::text, 'rejected'::text, 'approved'::text, 'discarded'::text]))),
  constraint article_version_submission_token_check CHECK ((length(submission_token) <= 8192)),
  constraint article_version_submitted_by_check CHECK (((length(submitted_by) >= 1) AND (length(submitted_by) <= 64))),
  constraint article_version_submitted_by_name_check CHECK ((length(submitted_by_name) <= 200)),
  constraint picture_has_credit CHECK (((picture_sha256 IS NULL) = (picture_credit IS NULL))),
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
