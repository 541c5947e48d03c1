-- What two operators decide on one blob: that its contents be destroyed for good, or that they may be brought again.
create table erasure (
  id text primary key,
  compartment text not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  -- True: contents that were erased are allowed again.
  allows boolean not null,
  reason text not null,
  requested_by text not null,
  requested_at timestamptz not null,
  decided_by text check (decided_by <> requested_by or not is_approved),
  is_approved boolean,
  decided_at timestamptz,
  done_at timestamptz,
  check ((decided_by is null) = (is_approved is null) and (decided_by is null) = (decided_at is null))
);
create index erasure_due on erasure (id) where is_approved and done_at is null;
