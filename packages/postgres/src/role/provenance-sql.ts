/** The prefix of the WAL message that carries a transaction's token. */
export const TOKEN_PREFIX = 'bulkhead.token';

/** The prefix of the WAL message that tells of a change of schema; its content is JSON. */
export const DDL_PREFIX = 'bulkhead.ddl';

/** The longest token a transaction may carry, in bytes. */
export const LONGEST_TOKEN_BYTES = 8192;

/**
 * Schema `bulkhead`, owned by the superuser: what the application's role may say into the WAL, and what is said of each
 * change of schema. Idempotent.
 */
export const PROVENANCE_SQL = `
create schema if not exists bulkhead;
revoke all on schema bulkhead from public;

create or replace function bulkhead.tag(token text) returns xid8
language plpgsql security definer set search_path = pg_catalog, pg_temp as $function$
begin
  -- Neither the message nor, on a standby, the id would be refused clearly.
  if current_setting('transaction_read_only')::boolean then
    raise exception 'the database takes no writes' using errcode = 'read_only_sql_transaction';
  end if;
  if pg_current_xact_id_if_assigned() is not null then
    raise exception 'the transaction has written or carries a token already' using errcode = 'BH001';
  end if;
  if token is null or octet_length(token) not between 1 and ${LONGEST_TOKEN_BYTES} then
    raise exception 'a token must have 1 to ${LONGEST_TOKEN_BYTES} bytes' using errcode = 'BH002';
  end if;
  perform pg_logical_emit_message(true, '${TOKEN_PREFIX}', token);
  return pg_current_xact_id();
end
$function$;

create or replace function bulkhead.note_ddl() returns event_trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $function$
declare
  command record;
begin
  for command in
    select d.command_tag, d.object_type, d.object_identity, d.objid, c.relpersistence, c.relkind, c.relreplident
    from pg_event_trigger_ddl_commands() d
    left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
  loop
    if command.relpersistence = 'u' then
      raise exception '% is unlogged: what is not in the WAL cannot be restored', command.object_identity using errcode = 'BH003';
    end if;
    perform pg_logical_emit_message(true, '${DDL_PREFIX}', jsonb_build_object(
      'command', command.command_tag, 'type', command.object_type, 'identity', command.object_identity)::text);
    if command.command_tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO')
       and command.relkind in ('r', 'p') and command.relpersistence = 'p' and command.relreplident <> 'f' then
      execute format('alter table %s replica identity full', command.objid::regclass);
    end if;
  end loop;
end
$function$;

create or replace function bulkhead.note_drop() returns event_trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $function$
declare
  dropped record;
begin
  for dropped in select object_type, object_identity from pg_event_trigger_dropped_objects() where original
  loop
    perform pg_logical_emit_message(true, '${DDL_PREFIX}', jsonb_build_object(
      'command', tg_tag, 'type', dropped.object_type, 'identity', dropped.object_identity)::text);
  end loop;
end
$function$;

revoke all on all functions in schema bulkhead from public;

do $do$
begin
  if not exists (select from pg_event_trigger where evtname = 'bulkhead_note_ddl') then
    create event trigger bulkhead_note_ddl on ddl_command_end execute function bulkhead.note_ddl();
    create event trigger bulkhead_note_drop on sql_drop execute function bulkhead.note_drop();
  end if;
  alter event trigger bulkhead_note_ddl enable always;
  alter event trigger bulkhead_note_drop enable always;
end
$do$;
`;

/**
 * Takes from everybody what PostgreSQL gives by default and the WAL cannot show or the commit protocol suffers from:
 * large objects, messages of one's own, cancelling another session's wait for the synchronous standby.
 */
export const RESTRICTION_SQL = `
do $do$
declare
  denied regprocedure;
begin
  for denied in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace
      and (p.proname like 'lo\\_%' or p.proname in
        ('loread', 'lowrite', 'pg_logical_emit_message', 'pg_cancel_backend', 'pg_terminate_backend'))
  loop
    execute format('revoke execute on function %s from public', denied);
  end loop;
end
$do$;
`;
