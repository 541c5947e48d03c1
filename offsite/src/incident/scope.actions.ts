import { EMPTY_SCOPE, type Finding, type Incident, type Scope, type ScopeCount } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import type { HistoryPeer } from '#peer/history.actions.ts';
import type { IncidentStore } from './incident.store.ts';
import { listWindows, type Named, proposeScope, type Window } from './scope.rules.ts';

const FINDINGS_SHOWN = 1000;
const NAMED_READ = 50_000;
const INCIDENTS_SHOWN = 1000;

export type ScopeDeps = {
  readonly incidents: IncidentStore;
  readonly listFindings: (incident: number, limit: number) => Promise<readonly Finding[]>;
  readonly listNamed: (incident: number, limit: number) => Promise<readonly Named[]>;
  readonly history: Pick<HistoryPeer, 'countScope'>;
  readonly log: Log;
};

/** All incidents, newest first. */
export async function listIncidents({ incidents }: Pick<ScopeDeps, 'incidents'>) {
  return { incidents: await incidents.listIncidents(INCIDENTS_SHOWN) };
}

/**
 * An incident with what it proposes to take back, how much that covers, and the windows that a person must decide about.
 * Without history to ask, the counts are missing and the rest is told.
 * @throws EstateError `incident.not_found`
 */
export async function describeIncident(deps: ScopeDeps, id: number): Promise<Incident> {
  const incident = await deps.incidents.findIncident(id);
  if (!incident) throw new EstateError('incident.not_found', `reading incident ${id}: there is none of this number`);
  const findings = await deps.listFindings(id, FINDINGS_SHOWN);
  const proposed = proposeScope(await deps.listNamed(id, NAMED_READ));
  const windows = listWindows(findings, incident);
  const { compartment, openedAt, closedAt } = incident;
  const [count, ...sizes] = await Promise.all([
    countOf(deps, compartment, proposed),
    ...windows.map((window) => countWindow(deps, compartment, window)),
  ]);
  return {
    id,
    compartment,
    openedAt,
    closedAt,
    findings: [...findings],
    proposed,
    count: count ?? null,
    windows: windows.map((window, at) => ({ ...window, transactions: countAll(sizes[at]) })),
  };
}

function countWindow(deps: ScopeDeps, compartment: string, { fromAt, toAt }: Window): Promise<ScopeCount | null> {
  return countOf(deps, compartment, { ...EMPTY_SCOPE, everything: true, fromAt, toAt });
}

/** A person looks at what was committed in a window, also where a restore left it behind. */
function countAll(count: ScopeCount | null | undefined): number {
  return count ? count.transactions + count.leftBehind.transactions : 0;
}

async function countOf({ history, log }: ScopeDeps, compartment: string, scope: Scope): Promise<ScopeCount | null> {
  try {
    return await history.countScope(compartment, scope);
  } catch (err) {
    log.warn({ err, compartment }, 'counting a scope: history does not answer; the incident is shown without counts');
    return null;
  }
}
