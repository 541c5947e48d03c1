-- Where the names of public pages lead, as far as off-site moved them: one row, the last order.
create table public_reading (
  is_only boolean primary key default true check (is_only),
  way text not null check (way in ('away', 'home')),
  since_at timestamptz not null,
  ordered_by text not null,
  reason text not null,
  told text not null
);
