import { EstateError } from '@bulkhead/kernel';
import { sqlState } from '@bulkhead/postgres';
import { z } from 'zod';
import type { RepairSession } from './repair-table.store.ts';

/** The prefix of the WAL message by which a repair's transaction tells which plan it carries out. */
export const REPAIR_PREFIX = 'bulkhead.repair';

const ATTEMPTS = 3;
const RETRIED = ['40001', '40P01', '55P03'];
const xidRows = z.array(z.object({ xid: z.string().regex(/^\d{1,20}$/) })).length(1);
const statusRows = z.array(z.object({ status: z.string().nullable() })).length(1);

/**
 * Runs `work` in the repair's own transaction: the token first, then the plan's id and digest, triggers off. Where it
 * meets another transaction crosswise, it is begun anew; nothing of a failed attempt stays.
 */
export async function inRepairTransaction<Result>(
  session: RepairSession,
  head: { readonly plan: string; readonly digest: string; readonly token: string },
  work: (xid: string) => Promise<Result>,
): Promise<Result> {
  for (let left = ATTEMPTS; ; left -= 1) {
    try {
      return await attempt(session, head, work);
    } catch (error) {
      await session.query('rollback').catch(() => undefined);
      if (left > 1 && RETRIED.includes(sqlState(error) ?? '')) continue;
      if (error instanceof EstateError && error.code !== 'postgres.query_failed' && error.code !== 'postgres.unreachable')
        throw error;
      throw new EstateError('postgres.query_failed', `carrying out plan ${head.plan}: nothing was changed`, { cause: error });
    }
  }
}

async function attempt<Result>(
  session: RepairSession,
  { plan, digest, token }: { readonly plan: string; readonly digest: string; readonly token: string },
  work: (xid: string) => Promise<Result>,
): Promise<Result> {
  await session.query('begin isolation level read committed');
  const [tagged] = xidRows.parse(await session.query('select bulkhead.tag($1)::text as xid', [token]));
  // As the stream wrote the values that are compared.
  for (const setting of [
    'session_replication_role = replica',
    'search_path = pg_catalog',
    'row_security = off',
    'statement_timeout = 0',
    'idle_in_transaction_session_timeout = 0',
    "timezone = 'UTC'",
    "datestyle = 'ISO, YMD'",
    "intervalstyle = 'postgres'",
    'extra_float_digits = 1',
    "bytea_output = 'hex'",
    'jit = off',
  ])
    await session.query(`set local ${setting}`);
  await session.query('select pg_logical_emit_message(true, $1, $2)', [REPAIR_PREFIX, JSON.stringify({ plan, digest })]);
  const result = await work(tagged?.xid ?? '');
  try {
    await session.query('commit');
  } catch (cause) {
    throw new EstateError('transaction.in_doubt', `committing plan ${plan}: ask again whether it was carried out`, { cause });
  }
  return result;
}

/** Runs `work`; if the server refuses what it writes, nothing of it stays and the refusal is given back. */
export async function tryStep<Result>(
  session: RepairSession,
  isRefusal: (error: unknown) => boolean,
  work: () => Promise<Result>,
): Promise<{ readonly done: Result } | { readonly refusal: unknown }> {
  await session.query('savepoint repair_step');
  try {
    const done = await work();
    await session.query('release savepoint repair_step');
    return { done };
  } catch (refusal) {
    if (!isRefusal(refusal)) throw refusal;
    await session.query('rollback to savepoint repair_step');
    await session.query('release savepoint repair_step');
    return { refusal };
  }
}

/** Tells whether a transaction of this cluster was committed. */
export async function wasCommitted(session: RepairSession, xid: string): Promise<boolean> {
  const [row] = statusRows.parse(await session.query('select pg_xact_status($1::text::xid8) as status', [xid]));
  return row?.status === 'committed';
}
