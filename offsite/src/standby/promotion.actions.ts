import { join } from 'node:path';
import type { Promoted } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { formatLsn, type Lsn } from '#archive/wal.rules.ts';
import { readBranch } from './checkpoint.actions.ts';
import type { DecodingPlace } from './decoding.actions.ts';
import { dropEverySlot, promoteServer } from './promotion.store.ts';
import { JailSession } from './session.store.ts';
import { blockTimelines, freeTimelines } from './timeline.actions.ts';

/** To which timeline, and from where at the earliest. */
export type Promotion = { readonly timeline: number; readonly lsn: Lsn };

/**
 * Promotes a standby that has received all there is: the server replays what is left and goes on alone, on the timeline that the
 * receiver allotted. No slot goes along: it would hold WAL back for ever.
 */
export async function promoteCluster(
  jail: { readonly directory: string; readonly socketDirectory: string; readonly place: DecodingPlace },
  timeline: number,
): Promise<Promoted> {
  const { directory, socketDirectory, place } = jail;
  if (timeline <= place.timeline)
    throw new EstateError('restore.failed', `promoting: timeline ${timeline} is not above ${place.timeline}`);
  const session = await JailSession.open(socketDirectory, 'postgres');
  try {
    await blockTimelines(directory, place.timeline + 1, timeline - 1);
    await promoteServer(session);
    await freeTimelines(directory, place.timeline + 1, timeline - 1);
    await dropEverySlot(session);
  } finally {
    await session.close();
  }
  const branch = await readBranch(join(directory, 'pg'), timeline);
  return { systemId: place.systemId, timeline, branchLsn: formatLsn(branch.endLsn) };
}
