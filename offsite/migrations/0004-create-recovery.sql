create table recovery (
  id text primary key,
  compartment text not null,
  kind text not null check (kind in ('restore', 'reopen')),
  requested_by text not null,
  reason text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  step text not null,
  failure text,
  -- Epoch of the order that the recovery issued last; another one in between ends the recovery.
  epoch integer,
  -- Where the restored copy answers; its secret never leaves this database.
  quarantine jsonb,
  verification jsonb,
  diff jsonb,
  digest text,
  awaiting_since timestamptz,
  image jsonb,
  lost_beyond_seal bigint
);
create unique index recovery_one_running on recovery (compartment) where ended_at is null;

create table recovery_step (
  recovery text not null references recovery,
  step text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  is_ok boolean,
  detail text not null default '',
  primary key (recovery, step)
);

-- The first decision counts.
create table approval (
  recovery text primary key references recovery,
  operator text not null,
  digest text,
  is_approved boolean not null,
  reason text not null,
  given_at timestamptz not null
);

-- Blobs that rows of the restored copy name.
create table recovery_blob (
  recovery text not null references recovery,
  digest text not null,
  primary key (recovery, digest)
);
