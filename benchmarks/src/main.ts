/**
 * `npm run bench [-- --json] [-- --long] [-- NAME]`: measures our work beside a peer's in one run, and prints a table.
 * `--long` adds the longest histories. `PGMEMENTO_DIRECTORY=a checkout of pgMemento` measures the undo beside it, too.
 */
import { measureCommits } from './commit.ts';
import { measureEditions } from './edition.ts';
import { measureIdentity } from './identity.ts';
import { measureProvenance } from './provenance.ts';
import { measureRestore } from './restore.ts';
import type { Row } from './row.ts';
import { measureUndo } from './undo.ts';
import { measureWebsite } from './website.ts';

const words = process.argv.slice(2);
const isLong = words.includes('--long');
const MEASURES: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  identity: measureIdentity,
  edition: measureEditions,
  website: measureWebsite,
  commit: measureCommits,
  provenance: measureProvenance,
  restore: measureRestore,
  undo: () => measureUndo(isLong, process.env['PGMEMENTO_DIRECTORY']),
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
  if (names.length > 0 && !names.includes(name)) continue;
  console.error(`measuring ${name} …`);
  rows.push(...(await measure()));
}
if (wantsJson) console.log(JSON.stringify(rows));
else printTable(rows);

function printTable(table: readonly Row[]): void {
  const cells = table.map(({ work, unit, ours, beside, ratio, goal, met }) => [
    work,
    `${ours} ${unit}`,
    beside ? `${beside.name} ${beside.version}: ${beside.value} ${unit}` : '',
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
