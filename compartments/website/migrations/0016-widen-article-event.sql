alter table article_event
  drop constraint article_event_kind_check,
  add constraint article_event_kind_check check (kind in (
    'created', 'changed', 'picture-changed', 'submitted', 'rejected', 'approved', 'update-begun', 'discarded', 'withdrawn',
    'restored', 'preview-shared'
  ));
