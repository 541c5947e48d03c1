import {
  type HistoryPage,
  type HistorySearch,
  type HistoryStatus,
  historyPageSchema,
  historyStatusSchema,
  namedFoundSchema,
  type PlanRequest,
  type RepairPlan,
  type RowLife,
  repairPlanSchema,
  rowLifeRequestSchema,
  rowLifeSchema,
  type Scope,
  type ScopeCount,
  scopeCountSchema,
  transactionSchema,
  type WholeTransaction,
} from '@bulkhead/contracts';
import { callWire, openWire, type WirePeer, type WireReply } from '@bulkhead/wire';
import type { z } from 'zod';

export type RowLifeRequest = z.input<typeof rowLifeRequestSchema>;

/** History, as recovery uses it. */
export type HistoryPeer = {
  readonly readStatus: (compartment: string) => Promise<HistoryStatus>;
  readonly search: (compartment: string, asked: HistorySearch) => Promise<HistoryPage>;
  readonly readTransaction: (compartment: string, sequence: number) => Promise<WholeTransaction>;
  readonly readRow: (compartment: string, asked: RowLifeRequest) => Promise<RowLife>;
  readonly countScope: (compartment: string, scope: Scope) => Promise<ScopeCount>;
  /** Which of these digests stand in any change that is kept. */
  readonly findNamed: (compartment: string, digests: readonly string[]) => Promise<readonly string[]>;
  /** Makes a plan and keeps it under its id; nothing is done yet. */
  readonly plan: (compartment: string, asked: PlanRequest) => Promise<RepairPlan>;
  /** The steps of a plan, a step a line. */
  readonly openSteps: (compartment: string, plan: string) => Promise<WireReply>;
};

const QUERY_MS = 60_000;
const PLAN_MS = 1_800_000;

export function reachHistory(peer: WirePeer): HistoryPeer {
  const at = (compartment: string, rest = '') => `/compartments/${encodeURIComponent(compartment)}${rest}`;
  return {
    readStatus: (compartment) => callWire(peer, { method: 'GET', path: at(compartment) }, historyStatusSchema),
    search: (compartment, body) =>
      callWire(peer, { method: 'POST', path: at(compartment, '/search'), body, timeoutMs: QUERY_MS }, historyPageSchema),
    readTransaction: (compartment, sequence) =>
      callWire(
        peer,
        { method: 'GET', path: at(compartment, `/transactions/${sequence}`), timeoutMs: QUERY_MS },
        transactionSchema,
      ),
    readRow: (compartment, body) =>
      callWire(peer, { method: 'POST', path: at(compartment, '/row'), body, timeoutMs: QUERY_MS }, rowLifeSchema),
    countScope: (compartment, body) =>
      callWire(peer, { method: 'POST', path: at(compartment, '/scope'), body, timeoutMs: QUERY_MS }, scopeCountSchema),
    findNamed: async (compartment, digests) => {
      const call = { method: 'POST', path: at(compartment, '/named'), body: { digests }, timeoutMs: PLAN_MS } as const;
      return (await callWire(peer, call, namedFoundSchema)).found;
    },
    plan: (compartment, body) =>
      callWire(peer, { method: 'POST', path: at(compartment, '/plans'), body, timeoutMs: PLAN_MS }, repairPlanSchema),
    openSteps: (compartment, plan) =>
      openWire(peer, {
        method: 'GET',
        path: at(compartment, `/plans/${encodeURIComponent(plan)}/steps`),
        timeoutMs: PLAN_MS,
      }),
  };
}
