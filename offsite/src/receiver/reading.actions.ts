import type { Base, ListedBase, WalList } from '@bulkhead/contracts';
import { EstateError, hasCode, sha256Hex } from '@bulkhead/kernel';
import { listBases } from '#archive/base-shelf.actions.ts';
import { chooseBase, endOfRun, legsTo, listNeeded } from '#archive/plan.rules.ts';
import { formatLsn, type Lsn, parseLsn, segmentStart } from '#archive/wal.rules.ts';
import type { Joined } from './join.actions.ts';
import type { TailEnd } from './tail.actions.ts';
import { readNote } from './tail-note.actions.ts';

const ENDLESS: Lsn = 2n ** 64n - 1n;

/**
 * All files that a restore needs which starts at `from` and follows a timeline to its end.
 * @throws EstateError `archive.gap`, `archive.damaged`
 */
export async function listWal(
  { lineage, tail }: Joined,
  from: string,
  timeline: number,
): Promise<Omit<WalList, 'newestTimeline'>> {
  const ancestors = await lineage.ancestorsOf(timeline);
  const fromLsn = parseLsn(from);
  const endLsn =
    timeline === tail.timeline ? tail.durableLsn : endOfRun(timeline, ancestors.at(-1)?.endLsn ?? fromLsn, lineage.entries);
  if (fromLsn > endLsn) {
    throw new EstateError(
      'archive.gap',
      `listing WAL from ${from}: the archive of timeline ${timeline} ends at ${formatLsn(endLsn)}`,
    );
  }
  const files = listNeeded(legsTo(timeline, ancestors, endLsn), fromLsn, lineage.entries);
  return { systemId: lineage.systemId, timeline, endLsn: formatLsn(endLsn), files };
}

/** All bases, oldest first, and of each whether a restore can begin with it [A21]. */
export async function listKnownBases(joined: Joined): Promise<ListedBase[]> {
  return (await listBases(joined.lineage)).map((base) => ({ ...base, isReached: isReached(joined, base) }));
}

// A base may come sooner than the WAL that was written meanwhile; if headquarters is lost between, that never comes.
function isReached({ lineage, tail }: Joined, { timeline, startLsn, endLsn }: Base): boolean {
  // From the segment's start: a run of which nothing is held ends where it begins.
  const fromLsn = segmentStart(parseLsn(startLsn));
  const reachedLsn = timeline === tail.timeline ? tail.durableLsn : endOfRun(timeline, fromLsn, lineage.entries);
  return reachedLsn >= parseLsn(endLsn);
}

/**
 * The position from which on a restore can reach whatever is durable: the end of the base it would begin with, if the
 * WAL from there on is unbroken.
 */
export async function findRestorable(joined: Joined): Promise<Lsn | undefined> {
  const { lineage, tail } = joined;
  const legs = legsTo(tail.timeline, await lineage.ancestorsOf(tail.timeline), ENDLESS);
  const bases = await listKnownBases(joined);
  const usable = bases.filter((base) => base.isReached);
  const reached = chooseBase(usable, legs, ENDLESS);
  if (reached && (await isUnbroken(joined, reached))) return parseLsn(reached.endLsn);
  const newest = chooseBase(bases, legs, ENDLESS);
  if (!newest || newest.isReached) return undefined;
  // What has yet to come of the timeline that is being received follows without a gap.
  const isToCome = newest.timeline === tail.timeline && parseLsn(newest.startLsn) > tail.durableLsn;
  return isToCome || (await isUnbroken(joined, newest)) ? parseLsn(newest.endLsn) : undefined;
}

async function isUnbroken(joined: Joined, { startLsn }: Base): Promise<boolean> {
  try {
    await listWal(joined, startLsn, joined.tail.timeline);
    return true;
  } catch (error) {
    if (hasCode(error, 'archive.gap')) return false;
    throw error;
  }
}

/** A file of the archive, verified; or packed, and its reader unpacks it and compares it with the digest. */
export type WalBytes = {
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly isComplete: boolean;
  readonly isPacked?: boolean;
};

/**
 * The verified bytes of a segment or history. Of a partial segment, what is durable.
 * @param knownEnds what partial segments were when they stopped growing
 * @param takesPacked a complete segment is given as it is packed, where it is: the reader has more time than the receiver
 * @throws EstateError `request.not_found`, `archive.damaged`
 */
export async function readWalFile(
  { lineage, tail }: Joined,
  name: string,
  knownEnds: readonly TailEnd[],
  takesPacked = false,
): Promise<WalBytes> {
  const entry = lineage.entries.get(name);
  if (!entry) throw new EstateError('request.not_found', `reading ${name}: the archive does not hold it`);
  if (name.endsWith('.history')) {
    const bytes = (await lineage.readHistory(Number.parseInt(name, 16))) ?? Buffer.alloc(0);
    return { bytes, sha256: sha256Hex(bytes), isComplete: true };
  }
  const packed = entry.isComplete && takesPacked ? await lineage.openPacked(name) : undefined;
  if (packed) return { bytes: packed.packed, sha256: packed.sha256, isComplete: true, isPacked: true };
  if (entry.isComplete) {
    const bytes = await lineage.readSegment(name);
    // Compared with the index just now: hashing 16 MiB once more would tell the same.
    return { bytes, sha256: lineage.index.get(name) ?? sha256Hex(bytes), isComplete: true };
  }
  // Whoever reads beside the writer cannot know what the segment became meanwhile; what is durable stays as it is.
  const growing = lineage.isReadOnly ? undefined : tail.describeEnd();
  const end =
    knownEnds.find((one) => one.name === name && one.bytes >= entry.bytes) ?? (growing?.name === name ? growing : undefined);
  const noted = await readNote(lineage.walDirectory, name);
  // It grows on: what was noted meanwhile may be more than was durable at the first look [A22].
  const bytes = await lineage.readPartialSegment(name, Math.max(entry.bytes, end?.bytes ?? 0, noted?.bytes ?? 0));
  for (const known of [end, noted]) {
    if (known && sha256Hex(bytes.subarray(0, known.bytes)) !== known.sha256)
      throw new EstateError('archive.damaged', `reading partial segment ${name}: its bytes are not those received`);
  }
  const durable = bytes.subarray(0, entry.bytes);
  return { bytes: durable, sha256: sha256Hex(durable), isComplete: false };
}
