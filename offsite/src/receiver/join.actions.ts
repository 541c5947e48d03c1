import type { JoinStream } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Lineage } from '#archive/lineage.actions.ts';
import { lastSegment } from '#archive/plan.rules.ts';
import { type Ancestor, formatLsn, type Lsn, parseHistory, parseSegmentName, segmentStart } from '#archive/wal.rules.ts';
import { isReceived, NOTHING, readBeginning } from './branch.actions.ts';
import { ReplicationConnection, type ReplicationPeer, type ServerIdentity } from './replication.store.ts';
import type { TailEnd, WalTail } from './tail.actions.ts';

/** An archive that is being written. */
export type Joined = { readonly lineage: Lineage; readonly tail: WalTail };

/** Where a cluster's WAL is to begin in the archive, what of it is held by then, and from where on it is lost, if it is. */
export type JoinPoint = {
  readonly fromLsn: Lsn;
  readonly beginning: Buffer;
  readonly gapFrom: Lsn | undefined;
  readonly history: Buffer | undefined;
};
/** What is held before a cluster is joined. `ends`: what partial segments were when they stopped growing. */
export type Held = { readonly joined: Joined | undefined; readonly ends: readonly TailEnd[] };

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
 * @throws EstateError `receiver.wrong_cluster`, `archive.gap`, `archive.damaged`, `compartment.wrong_state`, `receiver.stream_broken`
 */
export async function inspectCluster(peer: ReplicationPeer, slot: string, asked: JoinStream, held: Held): Promise<JoinPoint> {
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
    return { history, ...(await findStart(asked, history, slotLsn, held)) };
  } finally {
    connection.destroy();
  }
}

async function findStart(
  asked: JoinStream,
  history: Buffer | undefined,
  slotLsn: Lsn,
  { joined, ends }: Held,
): Promise<Omit<JoinPoint, 'history'>> {
  if (!joined || joined.lineage.systemId !== asked.systemId)
    return { fromLsn: segmentStart(slotLsn), beginning: NOTHING, gapFrom: undefined };
  if (asked.timeline === joined.tail.timeline) return findRestart(asked, slotLsn, joined);
  if (asked.timeline < joined.tail.timeline) throw alreadyHeld(asked);
  const branch = parseHistory(history?.toString('utf8') ?? '').at(-1);
  if (!branch) throw new EstateError('receiver.wrong_cluster', `joining: timeline ${asked.timeline} has no parent`);
  const start = await findBranch(asked, branch, joined, ends);
  if (await isReceived(joined.lineage, asked.timeline, start.fromLsn, start.beginning)) throw alreadyHeld(asked);
  return start;
}

async function findBranch(
  asked: JoinStream,
  branch: Ancestor,
  joined: Joined,
  ends: readonly TailEnd[],
): Promise<Omit<JoinPoint, 'history'>> {
  const fromLsn = segmentStart(branch.endLsn);
  const heldLsn = endOf(joined, branch.timeline);
  try {
    if (branch.endLsn > heldLsn) {
      throw new EstateError(
        'archive.gap',
        `joining: timeline ${asked.timeline} begins at ${formatLsn(branch.endLsn)}, the archive of timeline ${branch.timeline} ends at ${formatLsn(heldLsn)}`,
      );
    }
    return { fromLsn, beginning: await readBeginning(joined, branch, ends), gapFrom: undefined };
  } catch (error) {
    if (asked.acceptGap && error instanceof EstateError)
      return { fromLsn, beginning: NOTHING, gapFrom: heldLsn < fromLsn ? heldLsn : fromLsn };
    throw error;
  }
}

function alreadyHeld({ timeline }: JoinStream): EstateError {
  return new EstateError(
    'receiver.wrong_cluster',
    `joining: the archive already has WAL of timeline ${timeline}, or of a later one`,
  );
}

// The joined timeline again: only to leave lost WAL behind.
function findRestart(asked: JoinStream, slotLsn: Lsn, { tail }: Joined): Omit<JoinPoint, 'history'> {
  const fromLsn = segmentStart(slotLsn);
  if (asked.acceptGap && fromLsn > tail.durableLsn) return { fromLsn, beginning: NOTHING, gapFrom: tail.durableLsn };
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
