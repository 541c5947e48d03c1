import {
  type CompartmentManifest,
  type Drill,
  type DrillMode,
  type DrillOutcome,
  type FindingReport,
  hasCluster,
  type LedgerRequest,
  PURPOSES,
  type Signed,
  type SigningKey,
  signMessage,
} from '@bulkhead/contracts';
import { EstateError, hasCode, sha256Hex, sleepMs } from '@bulkhead/kernel';
import type { Recorder } from '#record/record.actions.ts';
import { describeFailure } from '#recovery/recovery.rules.ts';
import { isOverdue, judgeDrill, nextDrillAt, nextMode, tellDrill } from './drill.rules.ts';
import type { DrillStore } from './drill.store.ts';
import { composeReceipt } from './receipt.rules.ts';
import { carryOutDrill, type DrillWorkDeps } from './restoring.actions.ts';

export type DrillDeps = Omit<DrillWorkDeps, 'requireTurn'> & {
  readonly drills: DrillStore;
  /** Whether a recovery runs: it takes precedence. */
  readonly isRecovering: () => Promise<boolean>;
  readonly manifests: ReadonlyMap<string, CompartmentManifest>;
  readonly organisation: string;
  readonly everyMs: number;
  readonly key: SigningKey;
  readonly recorder: Recorder;
  readonly raise: (report: FindingReport) => Promise<void>;
  /** Compartments whose lateness was told, and when. */
  readonly toldLate: Map<string, number>;
  readonly newId: () => string;
  readonly newSeed: () => number;
};

const ATTEMPTS = 5;
const AWAY_MS = 10_000;
/** How long a look for recoveries counts. */
const LOOK_MS = 1000;
const SCHEDULE = 'schedule';

/** Asks for the drills that are due, and carries out the one that is next [DR1]. It takes no input and may be killed anywhere. */
export async function drillRound(deps: DrillDeps): Promise<void> {
  await askForDue(deps);
  const [next] = await deps.drills.listOwed();
  if (!next || (await deps.isRecovering())) return;
  await runDrill(deps, next);
}

/** An operator wants to see it now. @throws EstateError `compartment.unknown`, `compartment.wrong_state` */
export async function requestDrill(
  deps: DrillDeps,
  asked: { readonly compartment: string; readonly operator: string; readonly mode: DrillMode; readonly reason: string },
): Promise<string> {
  const { compartment, operator, mode, reason } = asked;
  const manifest = deps.manifests.get(compartment);
  if (!manifest) throw new EstateError('compartment.unknown', `drilling ${compartment}: there is no such compartment`);
  if (!hasCluster(manifest))
    throw new EstateError('compartment.wrong_state', `drilling ${compartment}: at level L0 off-site keeps no copy of it`);
  const id = deps.newId();
  await deps.drills.addDrill({
    id,
    compartment,
    mode,
    seed: deps.newSeed(),
    requestedBy: operator,
    reason,
    requestedAt: deps.now(),
  });
  return id;
}

/** The compartments of which there is anything to restore, in their order, with how they stand. */
export async function listSchedule(deps: DrillDeps) {
  const names = [...deps.manifests.values()].filter(hasCluster).map(({ name }) => name);
  const standings = await deps.drills.listStandings(names, deps.now());
  return standings.map((standing, place) => ({
    standing,
    nextAt: nextDrillAt(standing, place, standings.length, deps.everyMs),
    isOverdue: isOverdue(standing, deps.everyMs, deps.now()),
  }));
}

async function askForDue(deps: DrillDeps): Promise<void> {
  const now = deps.now();
  for (const { standing, nextAt, isOverdue: isLate } of await listSchedule(deps)) {
    const { compartment, lastScheduledMode } = standing;
    if (isLate) await tellLate(deps, compartment, standing.lastPassedAt);
    if (nextAt > now) continue;
    const mode = nextMode(lastScheduledMode);
    const drill = { id: deps.newId(), compartment, mode, seed: deps.newSeed(), requestedBy: SCHEDULE };
    await deps.drills.addDrill({ ...drill, reason: 'it is due', requestedAt: now });
  }
}

async function tellLate(deps: DrillDeps, compartment: string, lastPassedAt: Date | null): Promise<void> {
  const nowMs = deps.now().getTime();
  const toldAt = deps.toldLate.get(compartment);
  if (toldAt !== undefined && nowMs - toldAt < deps.everyMs) return;
  deps.toldLate.set(compartment, nowMs);
  const since = lastPassedAt?.toISOString() ?? 'never';
  await deps.raise({
    rule: 'drill.overdue',
    compartment,
    summary: `That ${compartment} can be restored was not proved for too long (last: ${since})`,
    evidence: { lastPassedAt: since },
    seenAt: deps.now().toISOString(),
  });
}

async function runDrill(deps: DrillDeps, drill: Drill & { readonly attempts: number }): Promise<void> {
  const manifest = deps.manifests.get(drill.compartment);
  const startedAt = deps.now();
  try {
    // What an earlier attempt left.
    await deps.supervisor.deleteQuarantine(drill.id);
    await deps.drills.beginDrill(drill.id, startedAt);
    if (!manifest) throw new EstateError('compartment.unknown', `drilling ${drill.compartment}: it is gone`);
    const outcome = await carryOutDrill({ ...deps, requireTurn: turnOf(deps) }, manifest, drill);
    await endDrill(deps, drill, startedAt, outcome);
  } catch (error) {
    if (deps.stopping.aborted) throw error;
    await giveWayOrFail(deps, drill, startedAt, error);
  } finally {
    if (!deps.stopping.aborted) await deps.supervisor.deleteQuarantine(drill.id);
  }
}

async function giveWayOrFail(
  deps: DrillDeps,
  drill: Drill & { readonly attempts: number },
  startedAt: Date,
  error: unknown,
): Promise<void> {
  if (hasCode(error, 'drill.gives_way')) return deps.drills.putOff(drill.id, false);
  deps.log.warn({ err: error, drill: drill.id, compartment: drill.compartment }, 'a drill broke off');
  // Somebody being away shows nothing about the archive; but it must not go on for ever either.
  if (hasCode(error, 'wire.unreachable') && drill.attempts + 1 < ATTEMPTS) {
    await deps.drills.putOff(drill.id, true);
    return sleepMs(AWAY_MS, deps.stopping);
  }
  const check = { name: 'the restore', ok: false, detail: describeFailure(error).slice(0, 500) };
  await endDrill(deps, drill, startedAt, nothingShown(deps.now().getTime() - startedAt.getTime(), check));
}

async function endDrill(deps: DrillDeps, drill: Drill, startedAt: Date, outcome: DrillOutcome): Promise<void> {
  const endedAt = deps.now();
  const result = judgeDrill(outcome);
  const sentence = tellDrill(drill, result, outcome);
  const told = { ...drill, startedAt, endedAt, result, sentence, outcome, organisation: deps.organisation };
  const receipt = signMessage(deps.key, PURPOSES.drill, composeReceipt(told));
  await deps.drills.endDrill(drill.id, { result, sentence, outcome, receipt, endedAt }, entryOf(told, receipt));
  deps.recorder.wake();
  deps.log.info({ drill: drill.id, compartment: drill.compartment, result }, 'a drill ended');
  if (result === 'passed') return tellProven(deps, drill, outcome, endedAt);
  await deps.raise({
    rule: 'drill.failed',
    compartment: drill.compartment,
    summary: sentence.slice(0, 500),
    evidence: { drill: drill.id, mode: drill.mode, seed: String(drill.seed), result },
    seenAt: endedAt.toISOString(),
  });
}

/** The receiver prunes nothing past what a drill proved. If it does not hear of this one, it hears of the next. */
async function tellProven(deps: DrillDeps, drill: Drill, outcome: DrillOutcome, endedAt: Date): Promise<void> {
  const { reachedLsn: lsn, timeline } = outcome;
  if (lsn === null || timeline === null) return;
  const proof = { lsn, timeline, drill: drill.id, at: endedAt.toISOString() };
  await deps.receiver.markProven(drill.compartment, proof).catch((error: unknown) => {
    deps.log.warn({ err: error, drill: drill.id }, 'telling the receiver what was proved');
  });
}

function entryOf(
  drill: Pick<Drill, 'id' | 'compartment' | 'mode' | 'seed' | 'result' | 'sentence' | 'outcome'>,
  receipt: Signed,
): LedgerRequest {
  const { id, compartment, mode, seed, result, sentence, outcome } = drill;
  const { restoreMs, verifiedMs, reachedLsn, rpoBytes, rpoSeconds, controls } = outcome ?? {};
  return {
    kind: 'drill.receipt',
    idempotencyKey: `drill:${id}`,
    body: {
      drill: id,
      compartment,
      mode,
      seed,
      result,
      sentence,
      reachedLsn,
      restoreMs,
      verifiedMs,
      rpoBytes,
      rpoSeconds,
      controls,
      receipt: { keyId: receipt.keyId, sha256: sha256Hex(receipt.message), signature: receipt.signature },
    },
  };
}

function nothingShown(tookMs: number, check: DrillOutcome['checks'][number]): DrillOutcome {
  return {
    base: null,
    timeline: null,
    targetLsn: null,
    acknowledgedLsn: null,
    reachedLsn: null,
    restoreMs: tookMs,
    verifiedMs: tookMs,
    rpoBytes: null,
    rpoSeconds: null,
    checks: [check],
    blobs: { named: 0, read: 0, bytes: 0 },
    controls: [],
  };
}

/** A drill never holds up a recovery: it gives way as soon as one runs [DR2]. */
function turnOf(deps: DrillDeps): () => Promise<void> {
  let lookedMs = 0;
  return async () => {
    const nowMs = deps.now().getTime();
    if (nowMs - lookedMs < LOOK_MS) return;
    lookedMs = nowMs;
    if (await deps.isRecovering()) throw new EstateError('drill.gives_way', 'drilling: a recovery runs');
  };
}
