/** `npm run bench -- --help` tells what there is to measure. */
import { availableParallelism, loadavg } from 'node:os';
import { measureCommits } from './commit.ts';
import { measureEditions } from './edition.ts';
import { measureIdentity } from './identity.ts';
import { measureLargeSite } from './large-site.ts';
import { measureOffsite, OFFSITE_PARTS } from './offsite/measure.ts';
import { type Asked, parseAsked, tellUsage } from './options.ts';
import { measureProvenance } from './provenance.ts';
import { measureRegistry } from './registry.ts';
import { measureRestore } from './restore.ts';
import type { Row } from './row.ts';
import { measureUndo } from './undo.ts';
import { measureVault } from './vault.ts';
import { measureWebsite } from './website.ts';

type Measure = { readonly what: string; readonly measure: (asked: Asked) => Promise<readonly Row[]> };
const MEASURES: Readonly<Record<string, Measure>> = {
  identity: { what: 'signing in, tokens and lists, beside argon2id alone', measure: measureIdentity },
  edition: { what: 'pages of an edition, beside nginx', measure: measureEditions },
  website: {
    what: 'the public website, beside nginx',
    measure: ({ pages }) => (pages === undefined ? measureWebsite() : measureLargeSite(pages)),
  },
  gisis: {
    what: 'the registry with a million ships: search, lists, export, beside SQL by hand and COPY',
    measure: measureRegistry,
  },
  commit: { what: "commit latency, beside PostgreSQL's own synchronous standby", measure: measureCommits },
  provenance: { what: 'writing with provenance and history, beside plain PostgreSQL', measure: measureProvenance },
  restore: { what: 'restore of some 400 MB, beside cp', measure: measureRestore },
  vault: { what: 'small blobs as files, beside packs', measure: ({ isLong }) => measureVault(isLong) },
  undo: {
    what: 'undoing an attack, beside restoring and pgMemento',
    measure: ({ isLong }) => measureUndo(isLong, process.env['PGMEMENTO_DIRECTORY'] || undefined),
  },
  offsite: { what: 'all parts of the site that survives, in hours', measure: (asked) => measureOffsite(undefined, asked) },
  ...Object.fromEntries(
    Object.entries(OFFSITE_PARTS).map(([part, what]) => [part, { what, measure: (given: Asked) => measureOffsite(part, given) }]),
  ),
};

const asked = readAsked();
const { names, wantsJson } = asked;
const rows: Row[] = [];
for (const [name, { measure }] of Object.entries(MEASURES)) {
  const isAsked = names.length > 0 ? names.includes(name) : !(name in OFFSITE_PARTS);
  if (!isAsked) continue;
  console.error(`measuring ${name} … (load average ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors)`);
  rows.push(...(await measure(asked)));
}
if (wantsJson) console.log(JSON.stringify(rows));
else printTable(rows);

function readAsked(): Asked {
  try {
    const read = parseAsked(process.argv.slice(2), Object.keys(MEASURES));
    if (!read.wantsHelp) return read;
    console.log(tellUsage(Object.entries(MEASURES).map(([name, { what }]) => [name, what] as const)));
    process.exit(0);
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
}

function printTable(table: readonly Row[]): void {
  const cells = table.map(({ work, unit, ours, beside, ratio, goal, met, ranges }) => [
    work,
    tell(ours, unit, ranges?.ours),
    beside ? `${beside.name} ${beside.version}: ${tell(beside.value, unit, ranges?.beside)}` : '',
    ratio === null ? '' : String(ratio),
    goal,
    met === null ? '' : met ? 'met' : 'NOT met',
  ]);
  const lines = [['work', 'ours', 'beside', 'ratio', 'goal', ''], ...cells];
  const widths = lines[0]?.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0))) ?? [];
  for (const line of lines)
    console.log(
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/** A figure, and between which others it is the median. */
function tell(figure: number, unit: string, range: readonly [number, number] | undefined): string {
  if (Number.isNaN(figure)) return '';
  const [least, most] = range?.map((one) => Number(one.toPrecision(4))) ?? [];
  return least === most ? `${figure} ${unit}` : `${figure} ${unit} (${least} to ${most})`;
}
