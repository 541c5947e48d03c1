-- What two operators decide: that headquarters is no longer known, and that a new one may join in its place, once.
create table readmission (
  id text primary key,
  reason text not null,
  requested_by text not null,
  requested_at timestamptz not null,
  decided_by text check (decided_by <> requested_by or not is_approved),
  is_approved boolean,
  decided_at timestamptz,
  done_at timestamptz,
  check ((decided_by is null) = (is_approved is null) and (decided_by is null) = (decided_at is null)),
  check (done_at is null or is_approved)
);
