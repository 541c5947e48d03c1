import { type CompartmentManifest, FINDING_RULES, type FindingReport } from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import { type IncidentDeps, joinIncident } from '#incident/incident.actions.ts';
import { type SealDeps, sealCompartment } from '#order/seal/seal.actions.ts';
import type { Recorder } from '#record/record.actions.ts';
import { cutEvidence, GROUP_MS, isRunning, SAMPLES_LIMIT, sealsAtOnce } from './finding.rules.ts';
import type { FindingStore, NewFinding } from './finding.store.ts';

export type FindingDeps = IncidentDeps & {
  readonly findings: FindingStore;
  readonly recorder: Recorder;
  readonly manifests: ReadonlyMap<string, CompartmentManifest>;
  readonly seal: SealDeps;
  readonly queue: FindingQueue;
  readonly now: Now;
  readonly log: Log;
};

/** Reports on their way into the database. */
export type FindingQueue = { waiting: number; last: Promise<unknown> };

/** Reports that wait to be grouped; more are refused, the reporter tries again. */
const WAITING_LIMIT = 1000;

/**
 * Keeps a finding, or counts it in with its group, and seals at once where the manifest says so [C6].
 * @throws EstateError `compartment.unknown`
 */
export async function raiseFinding(
  deps: FindingDeps,
  given: FindingReport,
  reporter: string,
): Promise<{ readonly id: number; readonly incident: number | null; readonly sealedEpoch: number | null }> {
  const manifest = given.compartment === null ? undefined : deps.manifests.get(given.compartment);
  if (given.compartment !== null && !manifest) {
    throw new EstateError('compartment.unknown', `recording a finding: there is no compartment ${given.compartment}`);
  }
  const report = cutEvidence(given);
  const seals = sealsAtOnce(report, manifest) && isRunning(deps.seal.book.stateOf(report.compartment ?? ''));
  // Containing does not wait for the finding's row.
  const sealing = seals ? sealByRule(deps, report.rule, report.compartment ?? '') : Promise.resolve(null);
  const [{ id, incident }, epoch] = await Promise.all([keepInTurn(deps, report, reporter, seals), sealing]);
  if (epoch !== null) await deps.findings.markSealed(report.compartment ?? '', epoch);
  return { id, incident, sealedEpoch: epoch };
}

// One after the other: two reports of the same moment must meet in one row.
async function keepInTurn(deps: FindingDeps, report: FindingReport, reporter: string, seals: boolean) {
  const { queue } = deps;
  if (queue.waiting >= WAITING_LIMIT) throw new EstateError('request.too_many', 'recording a finding: too many wait already');
  queue.waiting += 1;
  const turn = queue.last
    .then(() => keepFinding(deps, report, reporter, seals))
    .finally(() => {
      queue.waiting -= 1;
    });
  queue.last = turn.catch(() => undefined);
  return turn;
}

async function keepFinding(deps: FindingDeps, report: FindingReport, reporter: string, seals: boolean) {
  const receivedAt = deps.now();
  const technique = FINDING_RULES[report.rule];
  const plain: NewFinding = { ...report, technique, reporter, receivedAt, incident: null, seals };
  const group = await deps.findings.countIn(plain, new Date(receivedAt.getTime() - GROUP_MS), SAMPLES_LIMIT);
  if (group) return group;
  const incident = await joinIncident(deps, report.compartment);
  const id = await deps.findings.addFinding({ ...plain, incident }, (number) => ({
    kind: 'finding.raised',
    idempotencyKey: `finding:${number}`,
    body: { id: number, ...report, technique, reporter, incident, receivedAt: receivedAt.toISOString() },
  }));
  deps.recorder.wake();
  deps.log.warn({ id, rule: report.rule, compartment: report.compartment, reporter }, 'a finding');
  return { id, incident };
}

async function sealByRule(deps: FindingDeps, rule: string, compartment: string): Promise<number> {
  const seal = await sealCompartment(deps.seal, {
    compartment,
    by: [`rule:${rule}`],
    reason: `the finding ${rule} seals at once`,
  });
  return seal.epoch;
}

/** Seals what a finding asked for and a crash left unsealed; does nothing otherwise. */
export async function sealForFindings(deps: FindingDeps): Promise<void> {
  for (const { rule, compartment } of await deps.findings.listToSeal()) {
    const state = deps.seal.book.stateOf(compartment);
    const epoch = isRunning(state) ? await sealByRule(deps, rule, compartment) : deps.seal.book.issued(compartment)?.epoch;
    if (epoch !== undefined) await deps.findings.markSealed(compartment, epoch);
  }
}
