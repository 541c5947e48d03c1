/** A file of the ledger: lines of entries, beginning with the one whose number stands in its name. */
export type Segment = {
  readonly firstSequence: number;
  /** Where each line ends, its newline included. The last is how much of the file is acknowledged. */
  readonly ends: number[];
};

/** Entries stand in one segment until it has this many bytes. */
export const SEGMENT_BYTES = 16_777_216;

export function nameOfSegment(firstSequence: number): string {
  return `entries-${String(firstSequence).padStart(12, '0')}.jsonl`;
}

/** The number in a segment's name, or nothing if the file is no segment. */
export function firstSequenceIn(name: string): number | undefined {
  const digits = /^entries-(\d{12})\.jsonl$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function lengthOf(segment: Segment): number {
  return segment.ends.at(-1) ?? 0;
}

export type Span = { readonly segment: Segment; readonly from: number; readonly to: number; readonly lastSequence: number };

/**
 * Finds the bytes of the entries after a number: at most `limit` entries of one segment, and about `limitBytes`.
 * Nothing if there are none.
 */
export function findSpan(
  segments: readonly Segment[],
  after: number,
  limits: { readonly entries: number; readonly bytes: number },
): Span | undefined {
  const segment = segments.findLast((candidate) => candidate.firstSequence <= after + 1);
  if (!segment) return undefined;
  const begin = after + 1 - segment.firstSequence;
  const from = begin === 0 ? 0 : segment.ends[begin - 1];
  if (from === undefined || begin >= segment.ends.length) return undefined;
  let end = begin + 1;
  while (end < segment.ends.length && end - begin < limits.entries && (segment.ends[end] ?? 0) - from <= limits.bytes) end += 1;
  return { segment, from, to: segment.ends[end - 1] ?? from, lastSequence: segment.firstSequence + end - 1 };
}
