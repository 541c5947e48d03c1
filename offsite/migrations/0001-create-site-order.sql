-- Every order ever issued; the highest epoch of a compartment rules. Nothing here is ever changed but released_at.
create table site_order (
  compartment text not null,
  epoch integer not null check (epoch > 0),
  state text not null check (state in ('open', 'read-only', 'sealed', 'restoring', 'verifying')),
  -- What asked for it; one cause issues one order.
  cause text not null unique,
  signed_order jsonb not null,
  issued_at timestamptz not null,
  -- When the ledger held it and headquarters could see it.
  released_at timestamptz,
  primary key (compartment, epoch)
);

create table seal_record (
  compartment text not null,
  epoch integer not null,
  sealed_by text[] not null,
  reason text not null,
  requested_at timestamptz not null,
  -- The position past which the receiver accepts nothing; null while the receiver has not answered, or had received nothing.
  lsn text,
  timeline integer,
  sealed_at timestamptz,
  recorded_at timestamptz,
  primary key (compartment, epoch),
  foreign key (compartment, epoch) references site_order
);

-- What the parts of headquarters said they carried out.
create table applied (
  compartment text not null,
  part text not null check (part in ('gateway', 'supervisor')),
  epoch integer not null,
  state text not null,
  is_ok boolean not null,
  detail text not null,
  seen_at timestamptz not null,
  received_at timestamptz not null,
  primary key (compartment, part, epoch)
);
