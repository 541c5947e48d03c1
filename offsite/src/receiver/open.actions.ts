import { existsSync } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { VerifyingKey } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import { mendBases } from '#archive/base-shelf.actions.ts';
import { Keyring } from '#archive/keyring.actions.ts';
import { Lineage } from '#archive/lineage.actions.ts';
import { endOfRun, lastSegment } from '#archive/plan.rules.ts';
import { type Lsn, parseLsn, parseSegmentName } from '#archive/wal.rules.ts';
import { RetentionKeeper } from './retention.actions.ts';
import { readRecord, type StreamRecord } from './state.actions.ts';

/** Where a compartment's cluster answers, as the configuration says. */
export type CompartmentSource = {
  readonly name: string;
  readonly socketDirectory: string;
  readonly user: string;
  readonly password: string | undefined;
};

/** What stands of a compartment on disk. */
export type Stored = {
  readonly record: StreamRecord;
  /** Undefined of an archive that cannot be opened. */
  readonly held: { readonly keys: Keyring; readonly retention: RetentionKeeper } | undefined;
  readonly joined: { readonly lineage: Lineage; readonly timeline: number; readonly endLsn: Lsn } | undefined;
};

/** What an archive is opened with. */
export type ArchiveSource = {
  readonly name: string;
  readonly directory: string;
  /** age identities, one a line; the first is the site's own. */
  readonly identity: string;
  /** Those who can restore without the site. */
  readonly recipients: readonly string[];
  readonly operatorKeys: readonly VerifyingKey[];
  readonly ranMs: () => number;
  readonly now: Now;
  /** Somebody else writes it, or nobody: a copy, or an archive that is exported. */
  readonly isReadOnly: boolean;
};

/**
 * Opens a compartment's directory after a start, finishing what a crash interrupted.
 * @throws EstateError `archive.damaged`, `archive.key_missing`
 */
export async function openStored(source: ArchiveSource): Promise<Stored> {
  const { directory, now, isReadOnly, ranMs } = source;
  if (!isReadOnly) await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'state.json');
  if (!existsSync(path) && (await holdsFiles(directory))) {
    throw new EstateError('archive.damaged', `opening ${directory}: it holds WAL, but its state.json is gone`);
  }
  const record = await readRecord(path);
  const keys = await Keyring.open({ ...source, compartment: source.name });
  const held = { keys, retention: await RetentionKeeper.open({ ...source, compartment: source.name }) };
  const { systemId, timeline, joins } = record;
  const join_ = joins.at(-1);
  if (systemId === null || timeline === null || !join_) return { record, held, joined: undefined };
  const lineage = await Lineage.open(directory, systemId, { keys, ranMs, isReadOnly });
  const endLsn = endOfRun(timeline, parseLsn(join_.fromLsn), lineage.entries);
  if (isReadOnly) return { record, held, joined: { lineage, timeline, endLsn } };
  await mendBases(lineage);
  await setAsideTorn(lineage, timeline, endLsn, now);
  return { record, held, joined: { lineage, timeline, endLsn } };
}

// A kill in the midst of the first joining leaves a lineage's directories, still empty: nothing was received by then.
async function holdsFiles(directory: string): Promise<boolean> {
  for (const name of await readdir(directory)) {
    if (!/^\d+$/.test(name)) continue;
    const entries = await readdir(join(directory, name), { recursive: true, withFileTypes: true });
    if (entries.some((entry) => !entry.isDirectory())) return true;
  }
  return false;
}

// After a power failure a segment may be shorter than it was while its successor exists: nothing in the successor was
// ever acknowledged, because the shorter one was not yet durable [R1].
async function setAsideTorn(lineage: Lineage, timeline: number, endLsn: Lsn, now: Now): Promise<void> {
  for (;;) {
    const last = lastSegment(timeline, lineage.entries);
    const start = last && parseSegmentName(last.name);
    if (!last || !start || start.startLsn <= endLsn) return;
    if (last.isComplete) throw new EstateError('archive.damaged', `opening the archive: ${last.name} stands behind a hole`);
    const path = join(lineage.walDirectory, last.name);
    await rename(`${path}.partial`, `${path}.torn-${now().getTime()}`);
    lineage.forget(last.name);
  }
}
