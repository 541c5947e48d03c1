/**
 * `npm run bench [-- --json] [-- --long] [-- --pages N] [-- NAME]`: measures our work beside a peer's in one run, and prints a
 * table. `--pages 50000` measures a website with so many pages, in the place of the sample's.
 * `offsite` measures archive, vault and commits beside pgbackrest, restic, borg and PostgreSQL 15 where they are installed,
 * in hours; `--quick` in minutes, `--trials N` kills headquarters so often; `offsite-files` and the like measure one part.
 * `--long` adds the longest histories. `PGMEMENTO_DIRECTORY=a checkout of pgMemento` measures the undo beside it, too.
 */
import { availableParallelism, loadavg } from 'node:os';
import { measureCommits } from './commit.ts';
import { measureEditions } from './edition.ts';
import { measureIdentity } from './identity.ts';
import { measureLargeSite } from './large-site.ts';
import { measureOffsite, OFFSITE_PARTS } from './offsite/measure.ts';
import { measureProvenance } from './provenance.ts';
import { measureRestore } from './restore.ts';
import type { Row } from './row.ts';
import { measureUndo } from './undo.ts';
import { measureVault } from './vault.ts';
import { measureWebsite } from './website.ts';

const words = process.argv.slice(2);
const isLong = words.includes('--long');
const pages = takeNumber('--pages', 10);
const offsite = { isQuick: words.includes('--quick'), trials: takeNumber('--trials', 1) };
const MEASURES: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  identity: measureIdentity,
  edition: measureEditions,
  website: () => (pages === undefined ? measureWebsite() : measureLargeSite(pages)),
  commit: measureCommits,
  provenance: measureProvenance,
  restore: measureRestore,
  vault: () => measureVault(isLong),
  undo: () => measureUndo(isLong, process.env['PGMEMENTO_DIRECTORY']),
  offsite: () => measureOffsite(undefined, offsite),
  ...Object.fromEntries(OFFSITE_PARTS.map((part) => [part, () => measureOffsite(part, offsite)])),
};

const wantsJson = words.includes('--json');
const names = words.filter((word) => !word.startsWith('--'));
const unknown = names.filter((name) => !(name in MEASURES));
if (unknown.length > 0) {
  console.error(`bench: no measurement "${unknown.join(', ')}"; there are ${Object.keys(MEASURES).join(', ')}`);
  process.exit(2);
}

const rows: Row[] = [];
for (const [name, measure] of Object.entries(MEASURES)) {
  const isAsked = names.length > 0 ? names.includes(name) : !OFFSITE_PARTS.includes(name);
  if (!isAsked) continue;
  console.error(`measuring ${name} … (load average ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors)`);
  rows.push(...(await measure()));
}
if (wantsJson) console.log(JSON.stringify(rows));
else printTable(rows);

/** Takes `<option> N` out of the words. */
function takeNumber(option: string, least: number): number | undefined {
  const at = words.indexOf(option);
  if (at < 0) return undefined;
  const [, given = ''] = words.splice(at, 2);
  if (/^[1-9]\d{0,5}$/.test(given) && Number(given) >= least) return Number(given);
  console.error(`bench: ${option} must be a whole number from ${least} to 999999, and is "${given}"`);
  process.exit(2);
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
