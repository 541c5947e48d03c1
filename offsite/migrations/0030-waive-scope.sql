-- An operator who lets a compartment be reopened as it stands, though its open incident names what was compromised: for
-- exactly the scope that was proposed then. Two are needed.
create table incident_waiver (
  incident integer not null references incident,
  operator text not null,
  scope_sha256 text not null,
  reason text not null,
  given_at timestamptz not null,
  primary key (incident, operator, scope_sha256)
);
