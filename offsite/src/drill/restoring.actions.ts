import type { CompartmentManifest, Drill, DrillOutcome, JailHealth } from '@bulkhead/contracts';
import { EstateError, hasCode, type Log } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { parseLsn } from '#archive/wal.rules.ts';
import type { HistoryPeer } from '#peer/history.actions.ts';
import type { JailPeer } from '#peer/jail.actions.ts';
import type { ReceiverPeer } from '#peer/receiver.actions.ts';
import type { SupervisorPeer } from '#peer/supervisor.actions.ts';
import type { VaultPeer } from '#peer/vault.actions.ts';
import { type CopyCheckDeps, verifyJail } from '#recovery/copy-check.actions.ts';
import { type Gate, judgeCopy } from '#recovery/recovery.rules.ts';
import { type Patience, retrying, untilSo } from '#recovery/recovery-step.actions.ts';
import { type ControlDeps, runControls } from './control.actions.ts';
import { drawBlobs, drawTarget, judgeReach, type KnownCommit, measureLoss } from './drill.rules.ts';
import { readBlob } from './reading.actions.ts';

export type DrillWorkDeps = ControlDeps &
  CopyCheckDeps & {
    readonly receiver: ReceiverPeer;
    readonly supervisor: SupervisorPeer;
    readonly vault: VaultPeer;
    readonly history: HistoryPeer;
    readonly reachJail: (peer: WirePeer) => JailPeer;
    readonly patience: Patience;
    readonly log: Log;
    /** Throws while something takes precedence: a recovery. */
    readonly requireTurn: () => Promise<void>;
  };

const BLOBS_AT_ONCE = 2;
/** What the vault refuses with for contents that were destroyed on purpose. */
const ERASED = 'blob.erased';
const MIGRATIONS = 'public.bulkhead_migration';

/**
 * Restores a compartment from off-site alone, looks whether it is sound, measures, and plants damage in copies.
 * @throws EstateError `restore.failed`, `archive.damaged`, `wire.unreachable`
 */
export async function carryOutDrill(deps: DrillWorkDeps, manifest: CompartmentManifest, drill: Drill): Promise<DrillOutcome> {
  const startedMs = deps.now().getTime();
  const sinceStart = () => deps.now().getTime() - startedMs;
  const { compartment, mode, seed } = drill;
  const { timeline, flushedLsn: acknowledgedLsn } = await deps.receiver.readStream(compartment);
  const targetLsn = mode === 'random' ? await chooseTarget(deps, drill, acknowledgedLsn) : null;
  const { jail, health } = await restoreApart(deps, drill, targetLsn);
  const restoreMs = sinceStart();
  const found = await verifyJail(deps, manifest, jail);
  const missing = found.blobs.length === 0 ? [] : await deps.vault.listMissing(compartment, found.blobs);
  const reach = judgeReach(health.replayLsn, targetLsn, health.archiveLsn, acknowledgedLsn);
  const gates = judgeCopy(manifest, found, missing, health, { lsn: null }).slice(1);
  const blobs = drawBlobs(
    mode,
    seed,
    found.blobs.filter((digest) => !missing.includes(digest)),
  );
  const read = await readBlobs(deps, compartment, blobs);
  const verifiedMs = sinceStart();
  const loss = targetLsn === null ? await measure(deps, compartment, acknowledgedLsn, health) : { bytes: null, seconds: null };
  await deps.supervisor.deleteQuarantine(drill.id);
  await deps.requireTurn();
  const checks: Gate[] = [reach, ...gates, read.gate];
  // What is not well itself is no measure for damage.
  const controls = checks.some(({ ok }) => !ok) ? [] : await runControls(deps, drill, read.sound);
  return {
    base: health.base,
    timeline,
    targetLsn,
    acknowledgedLsn,
    reachedLsn: health.replayLsn,
    restoreMs,
    verifiedMs,
    rpoBytes: loss.bytes,
    rpoSeconds: loss.seconds,
    checks,
    blobs: { named: found.blobs.length, read: read.read, bytes: read.bytes },
    controls,
  };
}

async function restoreApart(
  deps: DrillWorkDeps,
  { id, compartment }: Drill,
  targetLsn: string | null,
): Promise<{ readonly jail: JailPeer; readonly health: JailHealth }> {
  // Without a number of its own: a drill's copy never goes live, and numbers are for those that may.
  const target = targetLsn === null ? {} : { targetLsn };
  const peer = await deps.supervisor.startQuarantine({ compartment, id, ...target });
  const jail = deps.reachJail(peer);
  const health = await untilSo(deps, deps.patience.restoreMs, async () => {
    await deps.requireTurn();
    const seen = await jail.readHealth().catch((error: unknown) => {
      if (hasCode(error, 'wire.unreachable') || hasCode(error, 'wire.refused')) return undefined;
      throw error;
    });
    if (seen?.state === 'failed')
      throw new EstateError('restore.failed', `restoring ${compartment}: ${seen.code ?? 'no code'}, ${seen.message}`);
    return seen?.state === 'ready' ? seen : undefined;
  });
  if (health) return { jail, health };
  throw new EstateError('restore.failed', `restoring ${compartment}: not ready within ${deps.patience.restoreMs} ms`);
}

/**
 * A position drawn between the oldest that can be reached and the newest. Not before the last migration: an older copy does not
 * have the tables that the checks ask about.
 */
async function chooseTarget(deps: DrillWorkDeps, { compartment, seed }: Drill, newest: string | null): Promise<string | null> {
  if (newest === null) return null;
  const { systemId, timeline } = await deps.receiver.readStream(compartment);
  const bases = await deps.receiver.listBases(compartment);
  const first = bases.find((base) => base.systemId === systemId && base.timeline === timeline);
  if (!first) return null;
  const migrated = await deps.history
    .search(compartment, { table: MIGRATIONS, limit: 1 })
    .then(({ transactions }) => transactions[0])
    .catch((error: unknown) => {
      deps.log.info({ err: error, compartment }, 'history does not tell of migrations: the drill goes to the newest position');
      return null;
    });
  if (migrated === null) return null;
  const since = migrated?.timeline === timeline ? parseLsn(migrated.commitLsn) : 0n;
  const from = parseLsn(first.endLsn) > since ? parseLsn(first.endLsn) : since;
  return drawTarget(seed, from, parseLsn(newest));
}

async function measure(deps: DrillWorkDeps, compartment: string, acknowledgedLsn: string | null, health: JailHealth) {
  const commits = await deps.history
    .search(compartment, { limit: 1000 })
    .then(({ transactions }) => transactions)
    .catch(() => []);
  const newestUpTo = (lsn: string | null): KnownCommit | undefined =>
    lsn === null ? undefined : commits.find(({ commitLsn }) => parseLsn(commitLsn) <= parseLsn(lsn));
  return measureLoss({
    acknowledgedLsn,
    archiveLsn: health.archiveLsn,
    reachedLsn: health.replayLsn,
    newest: newestUpTo(acknowledgedLsn),
    present: newestUpTo(health.replayLsn),
  });
}

/** Reads blobs whole, a few at a time. A fault of one is told and ends nothing. */
async function readBlobs(deps: DrillWorkDeps, compartment: string, blobs: readonly string[]) {
  const waiting = [...blobs];
  const faults: string[] = [];
  const sound: string[] = [];
  let [erased, bytes] = [0, 0];
  const readNext = async () => {
    for (let digest = waiting.shift(); digest !== undefined; digest = waiting.shift()) {
      await deps.requireTurn();
      const named = digest;
      try {
        bytes += await retrying(deps, async () => readBlob(await deps.vault.openBlob(compartment, named), named));
        sound.push(named);
      } catch (error) {
        if (hasCode(error, 'wire.unreachable')) throw error;
        // Two operators wanted it to be gone.
        if (codesOf(error).includes(ERASED)) erased += 1;
        else faults.push(`${named.slice(0, 12)}…: ${codesOf(error).join(', ')}`);
      }
    }
  };
  await Promise.all(Array.from({ length: BLOBS_AT_ONCE }, readNext));
  const told = `${sound.length} read, ${bytes} bytes${erased > 0 ? `; ${erased} erased by two operators` : ''}`;
  const detail = faults.length === 0 ? told : faults.slice(0, 5).join('; ');
  const gate: Gate = { name: 'every file that was read has the bytes of its name', ok: faults.length === 0, detail };
  return { gate, read: sound.length, sound, bytes };
}

/** The codes of an error and of what caused it: what a peer refused with stands inside. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let at = error; at instanceof Error && codes.length < 5; at = at.cause) if (at instanceof EstateError) codes.push(at.code);
  return codes;
}
