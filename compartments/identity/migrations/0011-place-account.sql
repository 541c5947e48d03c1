-- Every account belongs to a delegation; those from before are the Secretariat's.
alter table account add column delegation_id text not null default 'secretariat' references delegation;
alter table account alter column delegation_id drop default;
create index account_of_delegation on account (delegation_id, display_name, id);
create index account_by_name on account (display_name, id);

-- `deleted`: out of use at the person's wish; name and address go when their time is over.
-- `break-glass`: opened by two sealed codes, for an hour; nobody signs in to it.
alter table account drop constraint account_status_check;
alter table account add constraint account_status_check
  check (status in ('invited', 'active', 'disabled', 'deleted', 'break-glass'));
alter table account add column erase_at timestamptz;
alter table account add constraint account_erasure_is_of_deleted check (erase_at is null or status = 'deleted');
create index account_to_erase on account (erase_at) where erase_at is not null;
