import { EstateError, sleepMs } from '@bulkhead/kernel';
import { DatabaseError, type PoolClient } from 'pg';
import { toEstateError } from '../session/query-error.ts';
import { queryInTransaction } from './guarded-query.ts';

// src/backend/replication/syncrep.c: said when the wait for the synchronous standby was given up after the local commit.
const WAIT_GIVEN_UP = 'SyncRepWaitForLSN';

/**
 * Commits, and returns only if the commit is confirmed wherever the cluster's settings ask for it.
 * @throws EstateError `transaction.in_doubt` if the commit may stand, here at least, without confirmation;
 *   any other code means that it does not stand
 */
export async function commit(client: PoolClient, xid: string, waitMs: number | undefined): Promise<void> {
  let isConfirmed = true;
  const onNotice = (notice: { readonly routine?: string | undefined }) => {
    if (notice.routine === WAIT_GIVEN_UP) isConfirmed = false;
  };
  client.on('notice', onNotice);
  const { command } = await withinTime(queryInTransaction(client, 'commit', []), waitMs)
    .catch((error: unknown) => {
      throw error instanceof EstateError || isRefusal(error) ? toEstateError(error, 'committing') : inDoubt(xid, error);
    })
    .finally(() => client.removeListener('notice', onNotice));
  if (command === 'ROLLBACK') {
    throw new EstateError('postgres.query_failed', 'committing: a statement had failed, so the transaction was rolled back');
  }
  if (!isConfirmed) throw inDoubt(xid, undefined);
}

/** A constraint or a conflict found at commit: the server stays, and has rolled back. */
function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'ERROR';
}

function inDoubt(xid: string, cause: unknown): EstateError {
  return new EstateError('transaction.in_doubt', `committing transaction ${xid}: it may stand, but was not confirmed`, { cause });
}

async function withinTime<Result>(work: Promise<Result>, waitMs: number | undefined): Promise<Result> {
  if (waitMs === undefined) return work;
  const patience = new AbortController();
  const tooLate = sleepMs(waitMs, patience.signal).then(
    () => {
      throw new Error(`no answer within ${waitMs} ms`);
    },
    () => work,
  );
  return Promise.race([work, tooLate]).finally(() => patience.abort());
}
