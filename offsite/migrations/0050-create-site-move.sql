-- Who runs the compartments: one row. The stand-in and headquarters are never in charge at once.
create table site_charge (
  is_only boolean primary key default true check (is_only),
  site text not null check (site in ('headquarters', 'stand-in')),
  since_at timestamptz not null,
  move text
);

create table site_move (
  id text primary key,
  kind text not null check (kind in ('failover', 'failback')),
  state text not null check (state in ('asked', 'approved', 'done', 'failed', 'refused')),
  requested_by text not null,
  reason text not null,
  digest text not null,
  asked_at timestamptz not null,
  approved_by text,
  approved_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz,
  failure text,
  -- What the steps hand to each other: steps done, and each compartment.
  progress jsonb not null,
  check (state not in ('approved', 'done') or (approved_by is not null and approved_by <> requested_by))
);

-- One at a time.
create unique index site_move_under_way on site_move ((true)) where state in ('asked', 'approved');
