import type { Incident, TransactionSummary } from '@bulkhead/contracts';
import { getIncident, listIncidents } from '#operator/desk.ts';
import { listTransactions } from './scenario/finding.ts';
import { type Attack, COMPARTMENT, type Stage } from './scenario/scenario.ts';

/** Stretches of time in which nothing tells whose writes are whose, as the incident lists them. */
export type Window = {
  /** Whether they hold every change of the attack. */
  readonly isListed: boolean;
  readonly windows: number;
  readonly transactions: number;
  readonly reasons: readonly string[];
};

/** The windows that the incident lists, and whether they hold every change of the attack. */
export async function readWindow(stage: Stage, attack: Attack, transactions: readonly TransactionSummary[]): Promise<Window> {
  const { running, compartment } = stage;
  const open = (await listIncidents(running.desk)).filter((incident) => incident.compartment === compartment);
  const newest = open.toSorted((one, other) => other.id - one.id)[0];
  const listed = newest ? (await getIncident(running.desk, newest.id)).windows : [];
  const windows = compartment === COMPARTMENT ? listed : [await tellWithoutProvenance(stage), ...listed];
  // Of what carries no provenance only the attacker knows when it was written.
  const written =
    compartment === COMPARTMENT ? transactions.map(({ committedAt }) => committedAt) : [attack.begunAt.toISOString()];
  const isListed = written.every((at) =>
    windows.some(
      ({ fromAt, toAt }) => Date.parse(fromAt) <= Date.parse(at) && (toAt === null || Date.parse(at) <= Date.parse(toAt)),
    ),
  );
  return {
    isListed: isListed && written.length > 0,
    windows: windows.length,
    transactions: Math.max(0, ...windows.map(({ transactions: count }) => count)),
    reasons: windows.map(({ reason }) => reason),
  };
}

/** Without provenance nothing tells who wrote what: the window is all the time that the compartment was open. */
async function tellWithoutProvenance(stage: Stage): Promise<Incident['windows'][number]> {
  const { compartments } = await stage.desk.state();
  const own = compartments.find(({ name }) => name === stage.compartment);
  const fromAt = own?.sinceAt ?? stage.now().toISOString();
  const since = await listTransactions(stage, { fromAt });
  const reason = `${stage.compartment} carries no provenance: whoever wrote since it was opened may have been anybody`;
  return { fromAt, toAt: own?.seal?.at ?? null, reason, transactions: since.length };
}
