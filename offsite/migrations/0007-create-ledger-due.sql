-- Entries that the ledger has not confirmed yet.
create table ledger_due (
  id bigint generated always as identity primary key,
  idempotency_key text not null unique,
  kind text not null,
  body jsonb not null,
  noted_at timestamptz not null
);
