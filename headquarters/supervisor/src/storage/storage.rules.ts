/** What stands of a compartment's data at one moment. */
export type StorageLook = {
  readonly pgInode: number | null;
  readonly hasVersion: boolean;
  readonly hasControl: boolean;
  readonly blobsInode: number | null;
  /** The names in the blob directory. Contents never change, so none of them ever goes. */
  readonly blobNames: readonly string[];
};

/** The blob directory's place for uploads under way, which comes and goes. */
const PASSING = 'incoming';

/**
 * Compares two looks at a compartment's storage.
 * @returns what is gone, for people; undefined if all stands
 */
export function findLoss(before: StorageLook | undefined, now: StorageLook): string | undefined {
  if (now.pgInode === null) return 'the data directory is gone';
  if (!now.hasVersion || !now.hasControl) return 'the data directory was emptied';
  if (now.blobsInode === null) return 'the blob directory is gone';
  if (before === undefined) return undefined;
  if (before.pgInode !== null && before.pgInode !== now.pgInode) return 'another data directory stands in its place';
  if (before.blobsInode !== null && before.blobsInode !== now.blobsInode) return 'another blob directory stands in its place';
  const standing = new Set(now.blobNames);
  const gone = before.blobNames.filter((name) => name !== PASSING && !standing.has(name));
  return gone.length === 0 ? undefined : `blobs were deleted: ${gone.length} of ${before.blobNames.length} directories are gone`;
}
