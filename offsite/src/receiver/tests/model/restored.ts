import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createLog } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import type { Leg } from '#archive/plan.rules.ts';
import { formatLsn, type Lsn, offsetInSegment, parseLsn, SEGMENT_BYTES, segmentName, segmentStart } from '#archive/wal.rules.ts';
import { ArchiveClient } from '#standby/archive-client.actions.ts';
import { buildDirectory } from '#standby/build.actions.ts';
import { stateAt } from './simulated-primary.ts';
import type { WrittenWal } from './written-wal.ts';

/** What must be in a restore of one timeline: its own WAL and that of those it grew out of, up to what was acknowledged. */
export type Owed = {
  readonly systemId: string;
  readonly timeline: number;
  /** Oldest first; the last one up to what was acknowledged. */
  readonly legs: readonly (Leg & { readonly wal: WrittenWal })[];
};

/** Builds a data directory as a quarantine does, compares every byte that PostgreSQL would replay with the model, and throws it away. */
export async function requireRestorable(
  reader: WirePeer,
  owed: Owed,
  directory: string,
): Promise<{ readonly base: string; readonly archiveLsn: Lsn }> {
  await mkdir(directory, { recursive: true });
  try {
    const { base, archiveLsn } = await buildDirectory({
      archive: new ArchiveClient(reader, 'site'),
      directory,
      mode: 'quarantine',
      followTimeline: owed.timeline,
      targetLsn: undefined,
      limitBytes: 1_000_000_000,
      log: createLog('restore', 'silent'),
    });
    const owedLsn = owed.legs.reduce((most, { endLsn }) => (endLsn > most ? endLsn : most), 0n);
    assert.ok(parseLsn(archiveLsn) >= owedLsn, `the archive ends at ${archiveLsn}, acknowledged is ${formatLsn(owedLsn)}`);
    const startLsn = BigInt(`0x${base.slice(-16)}`);
    assert.equal(await readFile(join(directory, 'pg/base/1/1259'), 'utf8'), stateAt(owed.systemId, startLsn));
    await compareReplayed(join(directory, 'pg/pg_wal'), owed.legs, startLsn);
    return { base, archiveLsn: parseLsn(archiveLsn) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Every byte owed must stand where replay looks for it, and none of a timeline beyond the place where it was left. */
async function compareReplayed(directory: string, legs: Owed['legs'], startLsn: Lsn): Promise<void> {
  let reachedLsn = startLsn;
  for (const [at, leg] of legs.entries()) {
    if (leg.endLsn <= reachedLsn) continue;
    for (let from = reachedLsn; from < leg.endLsn; from = segmentStart(from) + BigInt(SEGMENT_BYTES)) {
      const segmentEnd = segmentStart(from) + BigInt(SEGMENT_BYTES);
      const to = segmentEnd < leg.endLsn ? segmentEnd : leg.endLsn;
      await compare(join(directory, replayedName(directory, legs, from)), leg, from, to);
    }
    reachedLsn = leg.endLsn;
    const isLeft = at < legs.length - 1 && offsetInSegment(leg.endLsn) !== 0;
    const replayed = replayedName(directory, legs, leg.endLsn);
    assert.ok(
      !isLeft || replayed !== segmentName(leg.timeline, leg.endLsn),
      `${replayed} would be replayed beyond ${formatLsn(leg.endLsn)}, where its timeline was left`,
    );
  }
}

/** PostgreSQL replays the file of the newest timeline that had begun by that segment, however short it is. */
function replayedName(directory: string, legs: Owed['legs'], lsn: Lsn): string {
  const begun = legs.filter((_, at) => segmentStart(legs[at - 1]?.endLsn ?? 0n) <= lsn).toReversed();
  const names = begun.map(({ timeline }) => segmentName(timeline, lsn));
  return names.find((name) => existsSync(join(directory, name))) ?? names.at(-1) ?? '';
}

async function compare(path: string, { timeline, wal }: Owed['legs'][number], fromLsn: Lsn, toLsn: Lsn): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const length = Number(toLsn - fromLsn);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, offsetInSegment(fromLsn));
    assert.ok(
      buffer.equals(wal.read(fromLsn, toLsn)),
      `WAL of timeline ${timeline} from ${formatLsn(fromLsn)} is other than acknowledged in ${basename(path)}`,
    );
  } finally {
    await handle.close();
  }
}
