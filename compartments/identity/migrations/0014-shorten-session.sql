-- How long a session may lie unused: shorter for people who administer.
alter table session add column idle_seconds integer not null default 1800 check (idle_seconds between 60 and 86400);
alter table session alter column idle_seconds drop default;
