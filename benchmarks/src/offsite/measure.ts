import type { Row } from '../row.ts';
import { measureBase } from './base.ts';
import { measureCommitLatency } from './commit-latency.ts';
import { measureFailover } from './failover.ts';
import { measureFiles } from './files.ts';
import { measureKilled } from './killed.ts';
import { measureDatabaseRestore } from './restore-database.ts';
import { chooseSize, type Size } from './size.ts';

type Part = { readonly what: string; readonly measure: (size: Size) => Promise<Row[]> };
const PARTS: Readonly<Record<string, Part>> = {
  'offsite-database': {
    what: 'restore of a database and its WAL to a point, beside cp and pgbackrest',
    measure: measureDatabaseRestore,
  },
  'offsite-base': {
    what: 'what headquarters sends for a base of which only what changed comes, beside a whole one',
    measure: measureBase,
  },
  'offsite-files': {
    what: 'ingest, restore and verifying of 20,000 files and one of 5 GB, beside restic, borg and cp',
    measure: measureFiles,
  },
  'offsite-commit': {
    what: "commit latency over a link, beside PostgreSQL's own synchronous standby and pg_receivewal",
    measure: measureCommitLatency,
  },
  'offsite-killed': {
    what: "headquarters killed and wiped under load, beside pgbackrest's asynchronous archive",
    measure: measureKilled,
  },
  'offsite-failover': {
    what: 'from the order of a failover to the first right answer of every compartment, at the client',
    measure: measureFailover,
  },
};
/** The parts by name, and what each measures. */
export const OFFSITE_PARTS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(PARTS).map(([name, { what }]) => [name, what]),
);

/** The site that survives, beside its peers: one part by its name, or all, and what is not measured by name. */
export async function measureOffsite(part: string | undefined, options: Parameters<typeof chooseSize>[0]): Promise<Row[]> {
  const size = chooseSize(options);
  const rows: Row[] = [];
  for (const [name, { measure }] of Object.entries(PARTS))
    if (part === undefined || part === name) rows.push(...(await measure(size)));
  return rows;
}
