-- Drawn for the compartment like the vault's secret; the receiver is told it with the join.
alter table recovery add column replication_password text;
alter table compartment_secret add column replication_password text;
