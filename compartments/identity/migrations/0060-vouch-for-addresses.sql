-- Some providers, such as Entra ID, never say that they have verified an address. An administrator can say it for them.
alter table identity_provider add column vouches_for_addresses boolean not null default false;
alter table identity_provider alter column vouches_for_addresses drop default;
