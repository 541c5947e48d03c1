import type { Recovery, RecoveryStep } from '@bulkhead/contracts';
import type { Log } from '@bulkhead/kernel';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { closeHole, replayAttack } from './closing.actions.ts';
import { awaitDecision, containAgain, failRecovery, finishRecovery, readDecision } from './deciding.actions.ts';
import { describeFailure } from './recovery.rules.ts';
import type { RecoveryRecord } from './recovery.store.ts';
import { type RecoveryDeps, runRecoveryStep } from './recovery-step.actions.ts';
import { letRead, openAgain, probeFromOutside, protectAgain, swapIn } from './reopening.actions.ts';
import { repairCopy } from './repairing.actions.ts';
import { composeDifference, restoreCopy, sealFirst, verifyCopy } from './restoring.actions.ts';

/** A change of the graph below asks for a new version: recoveries under way resume only under the one they began with. */
const VERSION = 'recovery-2';
const TOPIC = 'decision';
const GOES_ON: ReadonlySet<string> = new Set(['PENDING', 'ENQUEUED']);
const LONGEST_WAIT_SECONDS = 14 * 86_400;

type Kind = Recovery['kind'];
/** What the workflow engine lends: durable steps and messages. */
export type RecoveryEngine = {
  /** Starts a recovery, or finds it running; the record must stand first. */
  readonly start: (id: string, kind: Kind) => Promise<void>;
  /** Wakes a recovery that waits for a person. */
  readonly tellDecided: (id: string) => Promise<void>;
  readonly stop: () => Promise<void>;
};

/**
 * Launches the engine: what a kill interrupted goes on from the step it had reached, which runs again [C10].
 * @param pool sessions of off-site's database, a `Pool` of the driver
 */
export async function launchRecoveryEngine(
  deps: RecoveryDeps,
  pool: NonNullable<Parameters<typeof DBOS.setConfig>[0]['systemDatabasePool']>,
): Promise<RecoveryEngine> {
  const workflow = DBOS.registerWorkflow((id: string, kind: Kind) => recover(deps, id, kind), {
    name: 'recover',
    maxRecoveryAttempts: 1000,
  });
  DBOS.setConfig({
    name: 'bulkhead-recovery',
    systemDatabasePool: pool,
    applicationVersion: VERSION,
    executorID: 'recovery',
    logger: toEngineLog(deps.log),
  });
  await DBOS.launch();
  const start = async (id: string, kind: Kind) => {
    await DBOS.startWorkflow(workflow, { workflowID: id })(id, kind);
  };
  const tellDecided = (id: string) => DBOS.send(id, true, TOPIC, `decision:${id}`);
  await resumeAll(deps, start, tellDecided);
  return { start, tellDecided, stop: () => DBOS.shutdown() };
}

/** What a crash cut off between our record and the engine's. */
async function resumeAll(
  deps: RecoveryDeps,
  start: RecoveryEngine['start'],
  tellDecided: RecoveryEngine['tellDecided'],
): Promise<void> {
  for (const { id, kind } of await deps.recoveries.listRunning()) {
    const known = await DBOS.getWorkflowStatus(id);
    if (known === null) await start(id, kind);
    else if (!GOES_ON.has(known.status) || known.applicationVersion !== VERSION) {
      const reason = `its workflow, begun by version ${known.applicationVersion ?? 'unknown'}, cannot go on (${known.status})`;
      await containAgain(deps, id, reason);
      await failRecovery(deps, id, reason);
      continue;
    }
    if (await deps.recoveries.findDecision(id)) await tellDecided(id);
  }
}

/** The graph. Each step is recorded when it ends; a replay passes over those that did. */
async function recover(deps: RecoveryDeps, id: string, kind: Kind): Promise<string> {
  const durably = (name: string, work: () => Promise<void>) => DBOS.runStep(() => unlessStopping(deps, work), { name });
  const step = (name: RecoveryStep, work: (deps: RecoveryDeps, recovery: RecoveryRecord) => Promise<string>) =>
    durably(name, () => runRecoveryStep(deps, id, name, (recovery) => work(deps, recovery)));
  try {
    const isRestored = kind !== 'reopen';
    await step('seal', sealFirst);
    if (isRestored) {
      await step('restore', restoreCopy);
      if (kind !== 'restore') await step('repair', repairCopy);
      await step('verify', verifyCopy);
      await step('close', closeHole);
    }
    await step('diff', composeDifference);
    await durably('ask', () => awaitDecision(deps, id));
    await DBOS.recv(TOPIC, { timeoutSeconds: LONGEST_WAIT_SECONDS });
    await step('approve', readDecision);
    if (isRestored) await step('swap', swapIn);
    await step('protect', protectAgain);
    await step('read-only', letRead);
    if (isRestored) await step('replay', replayAttack);
    await step('probe', probeFromOutside);
    await step('open', openAgain);
    await durably('done', () => finishRecovery(deps, id));
    return 'done';
  } catch (error) {
    const reason = describeFailure(error);
    await durably('contain', () => containAgain(deps, id, reason));
    await durably('end', () => failRecovery(deps, id, reason));
    return 'failed';
  }
}

/** Others stop at the same time as this process: what fails then is no verdict, and must not be recorded as one. */
async function unlessStopping(deps: RecoveryDeps, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (deps.stopping.aborted) return new Promise(() => undefined);
    throw error;
  }
}

function toEngineLog(log: Log): NonNullable<Parameters<typeof DBOS.setConfig>[0]['logger']> {
  const say = (entry: unknown) => String(entry).slice(0, 2000);
  return {
    info: (entry) => log.debug({ engine: say(entry) }, 'workflow engine'),
    debug: (entry) => log.debug({ engine: say(entry) }, 'workflow engine'),
    warn: (entry) => log.warn({ engine: say(entry) }, 'workflow engine'),
    error: (entry, metadata) => log.error({ engine: say(entry), err: metadata?.error }, 'workflow engine'),
  };
}
