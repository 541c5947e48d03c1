/**
 * Makes the sample data that is shipped (`sample/*.csv.br`) from openly licensed sources:
 * `sh tools/node compartments/gisis/tools/convert-sources.ts <directory of sources>`. The directory holds
 * `ships/ships_open_mrv.csv`, `ports/world_port_index_pub150_subset.csv`, `locode-countries/unlocode_2024.csv`,
 * `piracy/pirate_attacks.csv` and `treaties/imo_treaty_status_by_state.csv`. Whose they are stands in NOTICE.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { convertIncidents } from './sources/incidents.ts';
import { convertPorts } from './sources/ports.ts';
import { convertShips } from './sources/ships.ts';
import { convertTreaties } from './sources/treaties.ts';

const directory = process.argv[2];
if (directory === undefined) throw new Error('say which directory holds the sources');
const into = join(fileURLToPath(new URL('..', import.meta.url)), 'sample');

/** The rows of a source by their headings. */
function read(path: string): Record<string, string>[] {
  const text = readFileSync(join(directory ?? '', path), 'utf8');
  return parse<Record<string, string>>(text, { columns: true, bom: true, relax_quotes: true, skip_empty_lines: true });
}

function write(module: string, rows: readonly Readonly<Record<string, string>>[]): void {
  const columns = Object.keys(rows[0] ?? {});
  const text = stringify([columns, ...rows.map((row) => columns.map((name) => row[name] ?? ''))]);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  const packed = brotliCompressSync(Buffer.from(text), { params });
  writeFileSync(join(into, `${module}.csv.br`), packed);
  console.log(`${module}: ${rows.length} rows, ${text.length} characters, ${packed.length} bytes packed`);
}

write('ship', convertShips(read('ships/ships_open_mrv.csv')));
write('port', convertPorts(read('locode-countries/unlocode_2024.csv'), read('ports/world_port_index_pub150_subset.csv')));
write('piracy', convertIncidents(read('piracy/pirate_attacks.csv')));
const { instruments, acts } = convertTreaties(read('treaties/imo_treaty_status_by_state.csv'));
write('treaty', instruments);
write('treaty-action', acts);
