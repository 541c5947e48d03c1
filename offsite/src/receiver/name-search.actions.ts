import { readdir } from 'node:fs/promises';
import type { ArchiveNames } from '@bulkhead/contracts';
import { openUnseen } from '#archive/base-reader.actions.ts';
import { listBases } from '#archive/base-shelf.actions.ts';
import { DigestSearch, eachPageBody } from '#archive/digest-search.rules.ts';
import type { Keyring } from '#archive/keyring.actions.ts';
import { Lineage } from '#archive/lineage.actions.ts';
import { formatLsn, parseSegmentName } from '#archive/wal.rules.ts';
import type { Joined } from './join.actions.ts';

/** How much is looked through in one go: what is acknowledged meanwhile waits so long. */
const PIECE_BYTES = 1_048_576;

type Searching = {
  readonly directory: string;
  readonly keys: Keyring;
  readonly ranMs: () => number;
  readonly joined: Joined;
};
type Count = { bases: number; segments: number; bytes: number };

/**
 * Which of these digests stand anywhere in what is kept of a compartment: in any base, any segment of any timeline, of any
 * cluster that was ever received. The bytes themselves are looked through; no server, and no code that came with the
 * database, is asked. One file that cannot be read whole ends it: then nothing is known to be named by nothing [V18].
 * @throws EstateError `archive.damaged`, `archive.gap`, `archive.key_missing`
 */
export async function searchArchive(searching: Searching, digests: readonly string[]): Promise<ArchiveNames> {
  const { directory, keys, ranMs, joined } = searching;
  // Up to here at least: what comes while it is being read may be looked through, too.
  const lsn = formatLsn(joined.tail.durableLsn);
  const search = new DigestSearch(digests);
  const count: Count = { bases: 0, segments: 0, bytes: 0 };
  await searchLineage(joined.lineage, search, count);
  for (const systemId of await readdir(directory)) {
    if (!/^\d+$/.test(systemId) || systemId === joined.lineage.systemId) continue;
    await searchLineage(await Lineage.open(directory, systemId, { keys, ranMs, isReadOnly: true }), search, count);
  }
  return { found: [...search.found].toSorted(), systemId: joined.lineage.systemId, lsn, ...count };
}

async function searchLineage(lineage: Lineage, search: DigestSearch, count: Count): Promise<void> {
  // WAL before bases: a segment that is pruned meanwhile fails the search, and a base is opened as a whole.
  await searchSegments(lineage, search, count);
  const seen = new Set<string>();
  for (const { id } of await listBases(lineage)) {
    count.bases += 1;
    search.cut();
    for await (const piece of await openUnseen(lineage.place, id, seen)) {
      if (piece) take(search, count, piece);
      else search.cut();
    }
  }
}

async function searchSegments(lineage: Lineage, search: DigestSearch, count: Count): Promise<void> {
  const entries = [...lineage.entries.values()].filter(({ name }) => parseSegmentName(name));
  // In order within each timeline, so that what goes on in the next segment follows.
  for (const { name, bytes, isComplete } of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const segment = isComplete ? await lineage.readSegment(name) : await lineage.readPartialSegment(name, bytes);
    count.segments += 1;
    for (let at = 0; at < segment.length; at += PIECE_BYTES) {
      for (const body of eachPageBody(segment.subarray(at, at + PIECE_BYTES), at === 0)) take(search, count, body);
      await new Promise(setImmediate);
    }
  }
}

function take(search: DigestSearch, count: Count, bytes: Buffer): void {
  search.take(bytes);
  count.bytes += bytes.length;
}
