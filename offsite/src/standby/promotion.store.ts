import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { logStandbySnapshot } from './position.store.ts';
import type { JailSession } from './session.store.ts';

const PROMOTE_SECONDS = 300;
const promotedRows = z.array(z.object({ promoted: z.boolean() })).length(1);

/** @throws EstateError `restore.failed` if the server does not come out of recovery */
export async function promoteServer(session: JailSession): Promise<void> {
  await session.query('set statement_timeout = 0');
  const [row] = promotedRows.parse(await session.query(`select pg_promote(true, ${PROMOTE_SECONDS}) as promoted`));
  if (row?.promoted !== true) throw new EstateError('restore.failed', 'promoting: the server is still in recovery');
  // The first standby of the new timeline begins to decode here.
  await logStandbySnapshot(session);
}

export async function dropEverySlot(session: JailSession): Promise<void> {
  await session.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where not active');
}
