-- The gateway's testimony, as signed; each key counts from 1 without a hole.
create table receipt_batch (
  key_id text not null,
  sequence integer not null check (sequence > 0),
  sha256 text not null,
  receipts integer not null,
  signed_batch jsonb not null,
  received_at timestamptz not null,
  primary key (key_id, sequence)
);

create table protection_window (
  compartment text not null,
  from_at timestamptz not null,
  to_at timestamptz,
  reason text not null,
  primary key (compartment, from_at)
);
