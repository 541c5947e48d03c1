-- What the reports of a finding name, each once: a group keeps few of its reports, and a scope needs all that they name.
create table finding_subject (
  finding integer not null references finding,
  kind text not null check (kind in ('session', 'account', 'address', 'request', 'key', 'transaction', 'build')),
  value text not null check (length(value) <= 500),
  -- When what is named was committed, or seen.
  at timestamptz not null,
  primary key (finding, kind, value)
);
