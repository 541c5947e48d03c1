import { join } from 'node:path';
import { EstateError, isDiskFull, sha256Hex } from '@bulkhead/kernel';
import { writeDurably } from '#archive/files.actions.ts';
import type { Lineage } from '#archive/lineage.actions.ts';
import { lastSegment } from '#archive/plan.rules.ts';
import { type Ancestor, formatLsn, type Lsn, offsetInSegment, segmentName } from '#archive/wal.rules.ts';
import type { Joined } from './join.actions.ts';
import { readWalFile } from './reading.actions.ts';
import type { TailEnd } from './tail.actions.ts';
import { writeNote } from './tail-note.actions.ts';

/** Of a timeline that begins at the start of a segment, or out of nothing that is held. */
export const NOTHING: Buffer = Buffer.alloc(0);

/**
 * What a timeline begins with: its parent's bytes from the start of the branch's segment up to the branch.
 * @param ends what partial segments were when they stopped growing
 * @throws EstateError `archive.gap`, `archive.damaged`
 */
export async function readBeginning(joined: Joined, { timeline, endLsn }: Ancestor, ends: readonly TailEnd[]): Promise<Buffer> {
  const length = offsetInSegment(endLsn);
  if (length === 0) return NOTHING;
  const name = segmentName(timeline, endLsn);
  const isHeld = (joined.lineage.entries.get(name)?.bytes ?? 0) >= length;
  if (isHeld) return (await readWalFile(joined, name, ends)).bytes.subarray(0, length);
  throw new EstateError('archive.gap', `joining: the archive does not hold ${name} up to the branch at ${formatLsn(endLsn)}`);
}

/**
 * Lays down what a timeline begins with, all of it or nothing, before the record names the timeline: from then on its archive
 * never ends before its branch [A23]. Headquarters sends it again, and it is compared as all that is held [R3].
 * @throws EstateError `disk.full`
 */
export async function layBeginning(lineage: Lineage, timeline: number, fromLsn: Lsn, bytes: Buffer): Promise<void> {
  if (bytes.length === 0) return;
  const name = segmentName(timeline, fromLsn);
  try {
    await writeDurably(join(lineage.walDirectory, `${name}.partial`), bytes);
    await writeNote(lineage.walDirectory, { name, bytes: bytes.length, sha256: sha256Hex(bytes) });
  } catch (cause) {
    if (isDiskFull(cause)) throw new EstateError('disk.full', `laying down what timeline ${timeline} begins with`, { cause });
    throw cause;
  }
  lineage.noteTail(name, bytes.length);
}

/** Whether WAL of a timeline was received. What a join laid down that broke off before the record was its parent's. */
export async function isReceived(lineage: Lineage, timeline: number, fromLsn: Lsn, beginning: Buffer): Promise<boolean> {
  const last = lastSegment(timeline, lineage.entries);
  if (!last) return false;
  if (last.isComplete || last.name !== segmentName(timeline, fromLsn) || last.bytes !== beginning.length) return true;
  return !(await lineage.readPartialSegment(last.name, last.bytes)).equals(beginning);
}
