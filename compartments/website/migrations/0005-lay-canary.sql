-- A row that nobody has a reason to touch, in each table that an attacker would change: it is shown nowhere, and watched.
insert into article (id, slug, created_by, created_at) overriding system value
  values (0, 'internal-note-on-filing', 'nobody', '2020-10-02T14:00:00Z');
insert into article_version (article_id, number, state, revision, kind, slug, is_minor, created_by, created_by_name, created_at,
    changed_by, changed_by_name, changed_at)
  values (0, 1, 'discarded', 1, 'news', 'internal-note-on-filing', true, 'nobody', 'Nobody', '2020-10-02T14:00:00Z',
    'nobody', 'Nobody', '2020-10-02T14:00:00Z');
insert into article_text (article_id, version_number, language, title, summary, body, picture_alt, change_note)
  values (0, 1, 'en', 'Internal note on filing', 'Where the papers of a session are kept, and for how long.',
    '[{"kind": "paragraph", "content": [{"kind": "text", "text": "Papers are kept for ten years after the session they were written for."}]}]', '', '');
