import { type JailPosition, jailPositionSchema } from '@bulkhead/contracts';
import { z } from 'zod';
import type { JailSession } from './session.store.ts';

const rowSchema = z.object({
  replay: z.string().nullable(),
  received: z.string().nullable(),
  recovering: z.boolean(),
  committed: z.date().nullable(),
  paused: z.boolean(),
});

/** Where a cluster stands, and whether its replay is held up. */
export async function readPosition(session: JailSession): Promise<JailPosition & { readonly isPaused: boolean }> {
  const [row] = await session.query(`
    select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end::text as replay,
           pg_last_wal_receive_lsn()::text as received,
           pg_is_in_recovery() as recovering,
           pg_last_xact_replay_timestamp() as committed,
           case when pg_is_in_recovery() then pg_is_wal_replay_paused() else false end as paused`);
  const { replay, received, recovering, committed, paused } = rowSchema.parse(row);
  const position = {
    replayLsn: replay,
    receivedLsn: received,
    isInRecovery: recovering,
    lastCommitAt: committed?.toISOString() ?? null,
  };
  return { ...jailPositionSchema.parse(position), isPaused: paused };
}

/** Writes the list of running transactions into the WAL. */
export async function logStandbySnapshot(session: JailSession): Promise<void> {
  await session.query('select pg_log_standby_snapshot()');
}
