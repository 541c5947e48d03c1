import type { Row } from '../row.ts';
import { measureCommitLatency } from './commit-latency.ts';
import { measureFailover } from './failover.ts';
import { measureFiles } from './files.ts';
import { measureKilled } from './killed.ts';
import { measureDatabaseRestore } from './restore-database.ts';
import { chooseSize, type Size } from './size.ts';

const PARTS: Readonly<Record<string, (size: Size) => Promise<Row[]>>> = {
  'offsite-database': measureDatabaseRestore,
  'offsite-files': measureFiles,
  'offsite-commit': measureCommitLatency,
  'offsite-killed': measureKilled,
  'offsite-failover': measureFailover,
};
export const OFFSITE_PARTS: readonly string[] = Object.keys(PARTS);

/** The site that survives, beside its peers: one part by its name, or all, and what is not measured by name. */
export async function measureOffsite(
  part: string | undefined,
  options: { readonly isQuick: boolean; readonly trials: number | undefined },
): Promise<Row[]> {
  const size = chooseSize(options);
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(PARTS))
    if (part === undefined || part === name) rows.push(...(await measure(size)));
  return rows;
}
