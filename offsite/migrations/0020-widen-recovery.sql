-- A recovery may also take an attack out of the copy, or take a repair back.
alter table recovery drop constraint recovery_kind_check;
alter table recovery add constraint recovery_kind_check check (kind in ('restore', 'reopen', 'undo', 'revert'));
alter table recovery
  -- What was asked for: way, scope, routes to keep closed, build, plan to take back.
  add column asked jsonb,
  -- Timelines that the receiver allotted, one for each of its quarantines.
  add column timelines jsonb not null default '{}',
  -- What history tells of the attack: requests, sessions, where it began.
  add column attack jsonb,
  add column repair jsonb,
  -- How the hole is closed.
  add column hole jsonb,
  -- Drawn for the compartment, and in force from the swap on; cleared when the recovery ends.
  add column vault_secret text;

-- An operator who lets a recovery pass with its hole open; two are needed.
create table recovery_waiver (
  recovery text not null references recovery,
  operator text not null,
  reason text not null,
  given_at timestamptz not null,
  primary key (recovery, operator)
);

-- Secrets in force that replaced those of the joining; headquarters fetches them over its own socket.
create table compartment_secret (
  compartment text primary key,
  vault_secret text not null,
  recovery text not null references recovery,
  rotated_at timestamptz not null
);

-- What the supervisor saw of the closed hole.
alter table applied add column closure jsonb;
