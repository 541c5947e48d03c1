-- An account that nobody has a reason to touch: it cannot sign in, is shown nowhere, and is watched.
insert into account (id, email, display_name, language, status, created_at, changed_at)
  values ('ca0e0000-0000-4000-8000-000000000000', 'archive@reserved.invalid', 'Archive (reserved)', 'en', 'disabled',
    '2020-10-02T14:00:00Z', '2020-10-02T14:00:00Z');
insert into role_grant (account_id, compartment, role, granted_by, granted_at)
  values ('ca0e0000-0000-4000-8000-000000000000', 'archive', 'reader', '', '2020-10-02T14:00:00Z');
