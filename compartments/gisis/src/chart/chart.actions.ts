import { sha256Hex } from '@bulkhead/kernel';
import type { Kysely } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import type { Counted, Kept } from '#kept/kept.rules.ts';
import { conditionFor } from '#list/list.actions.ts';
import type { Query } from '#list/query.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import type { Drawn, Tallied } from './chart.rules.ts';
import { countChart } from './chart.store.ts';

type Deps = { readonly db: Kysely<Schema>; readonly kept: Kept<readonly Tallied[]>; readonly now: Date };
export type AskedCharts = {
  readonly module: Module;
  readonly charts: readonly Drawn[];
  readonly query: Query;
  readonly viewer: Viewer;
};

/** Counts what a module's charts show, one after another; kept as long as nothing in the module changes. */
export function readCharts(
  { db, kept, now }: Deps,
  asked: AskedCharts,
  { address, version }: { readonly address: string; readonly version: string | null },
): Promise<Counted<readonly Tallied[]>> {
  const { module, viewer } = asked;
  const { delegation, isSecretariat, roles, partyTo = [] } = viewer;
  const key = sha256Hex(JSON.stringify([module.name, address, delegation, isSecretariat, roles, partyTo]));
  return kept.get(key, version, now, () => countCharts(db, asked));
}

async function countCharts(db: Kysely<Schema>, { module, charts, query, viewer }: AskedCharts): Promise<readonly Tallied[]> {
  const condition = await conditionFor({ db }, module, query, viewer);
  const counted: Tallied[] = [];
  for (const chart of charts)
    counted.push(condition === null ? { tallies: [], records: 0 } : await countChart(db, { module, chart, condition }));
  return counted;
}
