-- Genuine commands of enrolled operators; a nonce is used once.
create table operator_command (
  nonce text primary key,
  operator text not null,
  kind text not null,
  signed_command jsonb not null,
  received_at timestamptz not null
);
