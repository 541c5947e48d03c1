import type { UidAllocator } from '../owner/uid-allocator.ts';
import { killAllOfUid } from '../process/signal.ts';

/**
 * Ends whatever still runs under a uid that was allotted in an earlier run. A process that code of ours broke out into
 * does not stand in the list of processes, and must not be there when root hands keys and directories over to its user.
 */
export async function endStrays(uids: Pick<UidAllocator, 'listUids'>): Promise<void> {
  for (const uid of await uids.listUids()) killAllOfUid(uid);
}
