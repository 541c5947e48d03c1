import type { JoinStream } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Lineage } from '#archive/lineage.actions.ts';
import { lastSegment } from '#archive/plan.rules.ts';
import { formatLsn, type Lsn, parseHistory, parseSegmentName, segmentStart } from '#archive/wal.rules.ts';
import { ReplicationConnection, type ReplicationPeer, type ServerIdentity } from './replication.store.ts';
import type { WalTail } from './tail.actions.ts';

/** An archive that is being written. */
export type Joined = { readonly lineage: Lineage; readonly tail: WalTail };

/** Where a cluster's WAL is to begin in the archive, and from where on it is lost, if it is. */
export type JoinPoint = { readonly fromLsn: Lsn; readonly gapFrom: Lsn | undefined; readonly history: Buffer | undefined };

/** @throws EstateError `receiver.wrong_cluster` unless it is the joined cluster that answers, or none is joined yet */
export function requireJoinedCluster(
  name: string,
  joined: { readonly systemId: string | null; readonly timeline: number | null },
  found: ServerIdentity,
): void {
  if (joined.systemId === null || (joined.systemId === found.systemId && joined.timeline === found.timeline)) return;
  throw new EstateError(
    'receiver.wrong_cluster',
    `streaming ${name}: system ${found.systemId} on timeline ${found.timeline} answers, ${joined.systemId} on ${joined.timeline} is joined`,
  );
}

/**
 * Asks the cluster that is to be joined who it is and where its timeline grew out of the archive's.
 * @throws EstateError `receiver.wrong_cluster`, `archive.gap`, `compartment.wrong_state`, `receiver.stream_broken`
 */
export async function inspectCluster(
  peer: ReplicationPeer,
  slot: string,
  asked: JoinStream,
  joined: Joined | undefined,
): Promise<JoinPoint> {
  const connection = await ReplicationConnection.open(peer);
  try {
    const identity = await connection.identify();
    if (identity.systemId !== asked.systemId || identity.timeline !== asked.timeline) {
      throw new EstateError(
        'receiver.wrong_cluster',
        `joining: system ${identity.systemId} on timeline ${identity.timeline} answers, ${asked.systemId} on ${asked.timeline} was ordered`,
      );
    }
    const history = identity.timeline > 1 ? await connection.readHistory(identity.timeline) : undefined;
    const slotLsn = (await connection.ensureSlot(slot)) ?? identity.flushedLsn;
    return { history, ...findStart(asked, history, slotLsn, joined) };
  } finally {
    connection.destroy();
  }
}

function findStart(
  asked: JoinStream,
  history: Buffer | undefined,
  slotLsn: Lsn,
  joined: Joined | undefined,
): Omit<JoinPoint, 'history'> {
  if (!joined || joined.lineage.systemId !== asked.systemId) return { fromLsn: segmentStart(slotLsn), gapFrom: undefined };
  if (asked.timeline === joined.tail.timeline) return findRestart(asked, slotLsn, joined);
  if (asked.timeline < joined.tail.timeline || lastSegment(asked.timeline, joined.lineage.entries)) {
    throw new EstateError(
      'receiver.wrong_cluster',
      `joining: the archive already has WAL of timeline ${asked.timeline}, or of a later one`,
    );
  }
  const branch = parseHistory(history?.toString('utf8') ?? '').at(-1);
  if (!branch) throw new EstateError('receiver.wrong_cluster', `joining: timeline ${asked.timeline} has no parent`);
  const heldLsn = endOf(joined, branch.timeline);
  const fromLsn = segmentStart(branch.endLsn);
  if (branch.endLsn <= heldLsn) return { fromLsn, gapFrom: undefined };
  if (asked.acceptGap) return { fromLsn, gapFrom: heldLsn };
  throw new EstateError(
    'archive.gap',
    `joining: timeline ${asked.timeline} begins at ${formatLsn(branch.endLsn)}, the archive of timeline ${branch.timeline} ends at ${formatLsn(heldLsn)}`,
  );
}

// The joined timeline again: only to leave lost WAL behind.
function findRestart(asked: JoinStream, slotLsn: Lsn, { tail }: Joined): Omit<JoinPoint, 'history'> {
  const fromLsn = segmentStart(slotLsn);
  if (asked.acceptGap && fromLsn > tail.durableLsn) return { fromLsn, gapFrom: tail.durableLsn };
  throw new EstateError(
    'compartment.wrong_state',
    `joining: timeline ${asked.timeline} is the joined one and nothing of it is lost; unseal it`,
  );
}

function endOf({ lineage, tail }: Joined, timeline: number): Lsn {
  if (timeline === tail.timeline) return tail.durableLsn;
  const last = lastSegment(timeline, lineage.entries);
  const start = last && parseSegmentName(last.name);
  return start && last ? start.startLsn + BigInt(last.bytes) : 0n;
}
