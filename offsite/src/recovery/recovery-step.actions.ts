import type { CompartmentManifest, LedgerRequest, RecoveryStep, RestoreProgress, SigningKey } from '@bulkhead/contracts';
import { hasCode, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import type { AcknowledgementDeps } from '#acknowledgement/acknowledgement.actions.ts';
import type { IncidentDeps } from '#incident/incident.actions.ts';
import type { ReopeningDeps } from '#incident/reopening.actions.ts';
import type { SealDeps } from '#order/seal/seal.actions.ts';
import type { HistoryPeer } from '#peer/history.actions.ts';
import type { JailPeer } from '#peer/jail.actions.ts';
import type { PublisherPeer } from '#peer/publisher.actions.ts';
import type { ReceiverPeer } from '#peer/receiver.actions.ts';
import type { SupervisorPeer } from '#peer/supervisor.actions.ts';
import type { VaultPeer } from '#peer/vault.actions.ts';
import type { Recorder } from '#record/record.actions.ts';
import type { GatewayKeys } from './gateway-key.actions.ts';
import { describeFailure } from './recovery.rules.ts';
import type { RecoveryRecord, RecoveryStore } from './recovery.store.ts';
import type { ReplayDesk } from './replay-desk.actions.ts';
import type { Turns } from './turns.actions.ts';

/** How long the steps wait for others, in milliseconds. */
export type Patience = {
  readonly restoreMs: number;
  readonly swapMs: number;
  readonly streamMs: number;
  readonly standbyMs: number;
  readonly appliedMs: number;
  /** For a part of headquarters that says again and again that it failed. */
  readonly failingMs: number;
  /** For history to have indexed all that stands before the seal. */
  readonly historyMs: number;
  /** For the gateway to hold a recorded attack against its door. */
  readonly replayMs: number;
  readonly probeMs: number;
  readonly needsMs: number;
  /** For a peer that does not answer, before the step fails. */
  readonly retryMs: number;
};

export type RecoveryDeps = {
  readonly recoveries: RecoveryStore;
  readonly seal: SealDeps;
  readonly incident: IncidentDeps;
  readonly reopening: ReopeningDeps;
  readonly recorder: Recorder;
  readonly receiver: ReceiverPeer;
  readonly supervisor: SupervisorPeer;
  readonly vault: VaultPeer;
  readonly history: HistoryPeer;
  readonly acknowledgement: AcknowledgementDeps;
  readonly replays: ReplayDesk;
  /** Signs the token of a repair's own transaction. */
  readonly key: SigningKey;
  readonly gatewayKeys: GatewayKeys;
  /** Keys of headquarters' supervisor, which no recovery replaces. */
  readonly jobKeyIds: readonly string[];
  readonly newSecret: () => string;
  /** Where the database of whoever is in charge has its socket; undefined where it can only be headquarters'. */
  readonly socketsOf?: (compartment: string) => string | undefined;
  readonly publisher: PublisherPeer;
  readonly reachJail: (peer: WirePeer) => JailPeer;
  readonly standbys: ReadonlyMap<string, JailPeer>;
  readonly manifests: ReadonlyMap<string, CompartmentManifest>;
  readonly listMigrations: (compartment: string) => Promise<readonly { readonly name: string; readonly sha256: string }[]>;
  /** Looks at the compartment from outside; says what it saw, or throws. */
  readonly probe: (manifest: CompartmentManifest) => Promise<string>;
  readonly patience: Patience;
  readonly turns: Turns;
  /** How far copies have come that are being restored, by recovery. */
  readonly progress: Map<string, RestoreProgress | null>;
  readonly now: Now;
  readonly log: Log;
  /** Aborts when the process is asked to stop. */
  readonly stopping: AbortSignal;
};

const TRANSIENT = ['wire.unreachable', 'receiver.stream_broken', 'postgres.query_failed', 'postgres.unreachable'] as const;
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5000;

/**
 * Runs the work of one step. It may run again after a kill at any point, so it must be idempotent [C10]; what is out of reach is
 * tried again. Its beginning and its end are entered in the ledger.
 */
export async function runRecoveryStep(
  deps: RecoveryDeps,
  id: string,
  step: RecoveryStep,
  work: (recovery: RecoveryRecord) => Promise<string>,
): Promise<void> {
  const { recoveries, recorder, now } = deps;
  const { compartment } = await recoveries.getRecovery(id);
  await recoveries.beginStep(id, step, now(), stepEntry(id, compartment, step, 'begun', ''));
  recorder.wake();
  try {
    const detail = await retrying(deps, async () => work(await recoveries.getRecovery(id)));
    await recoveries.endStep(id, step, { isOk: true, detail, now: now() }, stepEntry(id, compartment, step, 'done', detail));
  } catch (error) {
    if (deps.stopping.aborted) throw error;
    const detail = describeFailure(error);
    deps.log.error({ err: error, recovery: id, step }, 'a step of a recovery failed');
    await recoveries.endStep(id, step, { isOk: false, detail, now: now() }, stepEntry(id, compartment, step, 'failed', detail));
    throw error;
  } finally {
    recorder.wake();
  }
}

export function stepEntry(
  recovery: string,
  compartment: string,
  step: string,
  outcome: 'begun' | 'done' | 'failed' | 'refused',
  detail: string,
): LedgerRequest {
  return {
    kind: 'recovery.step',
    idempotencyKey: `recovery:${recovery}:${step}:${outcome}`,
    body: { recovery, compartment, step, outcome, detail },
  };
}

/** Tries again what is out of reach, until that has lasted too long or the process stops. */
export async function retrying<T>(deps: Pick<RecoveryDeps, 'patience' | 'stopping' | 'now'>, work: () => Promise<T>): Promise<T> {
  let givesUpAt = Number.POSITIVE_INFINITY;
  for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
    try {
      return await work();
    } catch (error) {
      const nowMs = deps.now().getTime();
      if (givesUpAt === Number.POSITIVE_INFINITY) givesUpAt = nowMs + deps.patience.retryMs;
      const isTransient = TRANSIENT.some((code) => hasCode(error, code));
      if (!isTransient || nowMs + waitMs > givesUpAt) throw error;
      await sleepMs(waitMs, deps.stopping);
    }
  }
}

/** Looks again and again until something is so; undefined if the time ran out first. */
export async function untilSo<T>(
  deps: Pick<RecoveryDeps, 'now' | 'stopping'>,
  withinMs: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const endsAt = deps.now().getTime() + withinMs;
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 1000)) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (deps.now().getTime() + waitMs > endsAt) return undefined;
    await sleepMs(waitMs, deps.stopping);
  }
}
