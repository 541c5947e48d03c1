import {
  type Dependent,
  deskStateSchema,
  type Finding,
  findingSchema,
  type HistoryPage,
  type HistorySearch,
  hasProvenance,
  historyPageSchema,
  type Incident,
  incidentSchema,
  incidentsSchema,
  type RepairPlan,
  type RowLife,
  repairPlanSchema,
  rowLifeSchema,
  type Scope,
  type ScopeCount,
  scopeCountSchema,
  transactionSchema,
  type WholeTransaction,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

/** Planning reads all that a scope changed, and all that was changed after it. */
const PLAN_LIMIT_MS = 300_000;
const SEARCH_LIMIT_MS = 60_000;

const findingsSchema = z.object({ findings: z.array(findingSchema).max(1000) });
type Way = RepairPlan['way'];

/** Findings after a number, oldest first. */
export async function listFindings(desk: WirePeer, after: number, limit: number): Promise<Finding[]> {
  const path = `/findings?after=${after}&limit=${limit}`;
  return (await callWire(desk, { method: 'GET', path }, findingsSchema)).findings;
}

export async function listIncidents(desk: WirePeer): Promise<z.infer<typeof incidentsSchema>['incidents']> {
  return (await callWire(desk, { method: 'GET', path: '/incidents' }, incidentsSchema)).incidents;
}

export function getIncident(desk: WirePeer, id: number): Promise<Incident> {
  return callWire(desk, { method: 'GET', path: `/incidents/${id}`, timeoutMs: SEARCH_LIMIT_MS }, incidentSchema);
}

export function searchHistory(desk: WirePeer, compartment: string, search: HistorySearch): Promise<HistoryPage> {
  const path = `${pathOf(compartment)}/search`;
  return callWire(desk, { method: 'POST', path, body: search, timeoutMs: SEARCH_LIMIT_MS }, historyPageSchema);
}

export function getTransaction(desk: WirePeer, compartment: string, sequence: number): Promise<WholeTransaction> {
  return callWire(desk, { method: 'GET', path: `${pathOf(compartment)}/transactions/${sequence}` }, transactionSchema);
}

export function getRowLife(desk: WirePeer, compartment: string, table: string, key: string): Promise<RowLife> {
  const call = { method: 'POST', path: `${pathOf(compartment)}/row`, body: { table, key }, timeoutMs: SEARCH_LIMIT_MS } as const;
  return callWire(desk, call, rowLifeSchema);
}

export function countScope(desk: WirePeer, compartment: string, scope: Scope): Promise<ScopeCount> {
  const call = { method: 'POST', path: `${pathOf(compartment)}/scope`, body: scope, timeoutMs: SEARCH_LIMIT_MS } as const;
  return callWire(desk, call, scopeCountSchema);
}

/** @throws EstateError `compartment.wrong_state` where nothing tells the attacker's writes from others */
export async function requireUndo(desk: WirePeer, compartment: string): Promise<void> {
  const { compartments } = await callWire(desk, { method: 'GET', path: '/state' }, deskStateSchema);
  const level = compartments.find(({ name }) => name === compartment)?.level;
  if (level === undefined || hasProvenance({ level })) return;
  throw new EstateError(
    'compartment.wrong_state',
    `undoing in ${compartment}: at level ${level} nothing tells who wrote what; bring it back whole with "bulkhead restore ${compartment}"`,
  );
}

/** What a repair would do, before anything is done. */
export function planRepair(desk: WirePeer, compartment: string, asked: { way: Way; scope: Scope }): Promise<RepairPlan> {
  const call = { method: 'POST', path: `${pathOf(compartment)}/plans`, body: asked, timeoutMs: PLAN_LIMIT_MS } as const;
  return callWire(desk, call, repairPlanSchema);
}

function pathOf(compartment: string): string {
  return `/history/${encodeURIComponent(compartment)}`;
}

/** A dependent in a line, for a person. */
export function tellDependent({ reason, table, key, detail }: Dependent): string {
  return [reason, table === null ? '' : `${table}${key === null ? '' : ` ${key}`}`, detail].filter(Boolean).join(' · ');
}
