import assert from 'node:assert/strict';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Builds a data directory as a quarantine does, compares every byte of it with the model, and throws it away. */
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
    const lastLsn = owed.legs.at(-1)?.endLsn ?? 0n;
    assert.ok(parseLsn(archiveLsn) >= lastLsn, `the archive ends at ${archiveLsn}, acknowledged is ${formatLsn(lastLsn)}`);
    const startLsn = BigInt(`0x${base.slice(-16)}`);
    assert.equal(await readFile(join(directory, 'pg/base/1/1259'), 'utf8'), stateAt(owed.systemId, startLsn));
    let reachedLsn = startLsn;
    for (const leg of owed.legs) {
      if (leg.endLsn > reachedLsn) await compare(join(directory, 'pg/pg_wal'), leg, reachedLsn);
      if (leg.endLsn > reachedLsn) reachedLsn = leg.endLsn;
    }
    return { base, archiveLsn: parseLsn(archiveLsn) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function compare(directory: string, { timeline, wal, endLsn }: Owed['legs'][number], fromLsn: Lsn): Promise<void> {
  for (let at = segmentStart(fromLsn); at < endLsn; at += BigInt(SEGMENT_BYTES)) {
    const begin = at < wal.startLsn ? wal.startLsn : at;
    const end = at + BigInt(SEGMENT_BYTES) < endLsn ? at + BigInt(SEGMENT_BYTES) : endLsn;
    const handle = await open(join(directory, segmentName(timeline, at)), 'r');
    try {
      const length = Number(end - begin);
      const { buffer } = await handle.read(Buffer.alloc(length), 0, length, offsetInSegment(begin));
      assert.ok(
        buffer.equals(wal.read(begin, end)),
        `WAL of timeline ${timeline} from ${formatLsn(begin)} is other than acknowledged`,
      );
    } finally {
      await handle.close();
    }
  }
}
