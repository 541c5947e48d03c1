-- A role is held until a day, for a reason, and looked at every year. Those from before are good for a year.
alter table role_grant add column ends_at timestamptz not null default now() + interval '1 year';
alter table role_grant alter column ends_at drop default;
alter table role_grant add column reason text not null default 'Held before roles had an end.'
  check (char_length(reason) between 1 and 500);
alter table role_grant alter column reason drop default;
-- `asked`: counts for nothing until the Secretariat approves
alter table role_grant add column state text not null default 'granted' check (state in ('asked', 'granted'));
alter table role_grant alter column state drop default;
-- by when somebody must confirm or end it
alter table role_grant add column review_by timestamptz not null default now() + interval '1 year';
alter table role_grant alter column review_by drop default;
create index role_grant_to_review on role_grant (review_by) where state = 'granted';
create index role_grant_asked on role_grant (granted_at) where state = 'asked';
create index role_grant_of_role on role_grant (compartment, role);
