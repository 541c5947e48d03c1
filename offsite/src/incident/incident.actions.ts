import { EstateError, type Now } from '@bulkhead/kernel';
import type { IncidentStore } from './incident.store.ts';

export type IncidentDeps = { readonly incidents: IncidentStore; readonly now: Now };

/** The incident that a compartment's findings belong to while it is open. Findings of no compartment belong to none. */
export async function joinIncident({ incidents, now }: IncidentDeps, compartment: string | null): Promise<number | null> {
  if (compartment === null) return null;
  const incident = await incidents.openIncident(compartment, now());
  if (incident > 0) return incident;
  throw new EstateError('incident.not_found', `joining the incident of ${compartment}: it was closed in the same moment`);
}

/** Called when the compartment stands open again. */
export function closeIncident({ incidents, now }: IncidentDeps, compartment: string): Promise<void> {
  return incidents.closeIncident(compartment, now());
}
