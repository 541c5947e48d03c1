-- A session of ours that a client has learnt of, by an id that says nothing elsewhere.
create table oidc_presence (
  session_id text not null,
  client_id text not null references oidc_client,
  account_id text not null references account,
  sid text not null constraint oidc_presence_sid_free unique check (sid ~ '^[A-Za-z0-9_-]{43}$'),
  begun_at timestamptz not null,
  -- when the client's address for this was told of its end, or was given up
  told_at timestamptz,
  primary key (session_id, client_id)
);

create index oidc_presence_of_client on oidc_presence (client_id, begun_at desc);
create index oidc_presence_untold on oidc_presence (session_id) where told_at is null;
