import { join } from 'node:path';
import { EMPTY_LEDGER, followLedger, type LedgerEntry, type LedgerHead, type VerifyingKey } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { nameOfSegment, type Segment } from './segment.rules.ts';
import { listSegments, readLines } from './segment-files.actions.ts';

export type Found = {
  readonly head: LedgerHead;
  readonly segments: Segment[];
  /** What follows the last whole line of the last segment: an entry that was never acknowledged. */
  readonly tornBytes: number;
  /** Why the chain does not hold after `head`; null if it does. */
  readonly fault: EstateError | null;
};

/**
 * Reads and verifies a ledger from its directory. A fault ends the reading; what came before it is told.
 * @param options.bytesOf how much of a segment to read, told its first number; all of it unless given
 */
export async function readLedger(
  directory: string,
  keys: readonly VerifyingKey[],
  options: {
    readonly onEntry?: (entry: LedgerEntry, head: LedgerHead) => void;
    readonly bytesOf?: (firstSequence: number) => number;
  } = {},
): Promise<Found> {
  const { bytesOf = () => Number.MAX_SAFE_INTEGER } = options;
  const segments: Segment[] = [];
  let head = EMPTY_LEDGER;
  let tornBytes = 0;
  try {
    for (const firstSequence of await listSegments(directory)) {
      if (bytesOf(firstSequence) === 0) continue;
      if (tornBytes > 0) throw broken(head, 'a line is torn, though a segment follows');
      if (firstSequence !== head.sequence + 1) throw broken(head, `the next segment is ${nameOfSegment(firstSequence)}`);
      const segment: Segment = { firstSequence, ends: [] };
      segments.push(segment);
      for await (const line of readLines(join(directory, nameOfSegment(firstSequence)), bytesOf(firstSequence))) {
        if (!line.isWhole) {
          tornBytes = line.end - (segment.ends.at(-1) ?? 0);
          continue;
        }
        const next = followLedger(head, line.text, keys);
        head = next.head;
        segment.ends.push(line.end);
        options.onEntry?.(next.entry, head);
      }
    }
    return { head, segments, tornBytes, fault: null };
  } catch (error) {
    if (error instanceof EstateError && error.code === 'ledger.broken_chain') return { head, segments, tornBytes, fault: error };
    throw error;
  }
}

function broken(head: LedgerHead, what: string): EstateError {
  return new EstateError('ledger.broken_chain', `reading the ledger after entry ${head.sequence}: ${what}`);
}
