import type { Module } from '#declaration/module.rules.ts';
import { readBatch } from '#list/list.actions.ts';
import { readQuery } from '#list/query.rules.ts';
import type { Registered } from '#record/record.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import type { OverviewDeps } from './overview.rules.ts';

/** More records than any page is made of. */
const MOST_RECORDS = 100_000;

/** All records that a query finds and the viewer sees, in the order of filing. */
export async function readRecords(
  { db, now }: OverviewDeps,
  module: Module | undefined,
  filters: Readonly<Record<string, string>>,
  viewer: Viewer,
): Promise<readonly Registered[]> {
  if (!module) return [];
  const query = readQuery(module, new URLSearchParams(filters), viewer, { now: now() });
  const all: Registered[] = [];
  for await (const records of readBatch({ db }, module, query, viewer, null)) {
    all.push(...records);
    if (all.length >= MOST_RECORDS) break;
  }
  return all;
}
