-- History asks for batches after the last one that it has.
alter table receipt_batch add column id bigint generated always as identity unique;
