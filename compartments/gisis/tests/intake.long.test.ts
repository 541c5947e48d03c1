import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { temporaryDirectory } from '@bulkhead/testkit';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { openRows, readTable } from '#intake/table.actions.ts';
import { bootRegistry, KENYA, NORWAY, SECRETARIAT, useRegistryCluster } from './booted-registry.ts';
import { type Look, SUPPLIER, senderOf } from './sending.ts';
import { startVault } from './vault.ts';

const [cluster, vault] = await Promise.all([useRegistryCluster(), startVault()]);
const registry = await bootRegistry(cluster, 'open', { vault });
const { ask, database } = registry;
const admin = await cluster.adminOf(database);
const { send, look, carry } = senderOf(registry);
const unpack = (module: string) => brotliDecompressSync(readFileSync(new URL(`../sample/${module}.csv.br`, import.meta.url)));
const secondsSince = (startedMs: number) => ((performance.now() - startedMs) / 1000).toFixed(1);

/** Of each sample file: rows that are filed, refused, asked back (docs/design/intake.md says why). */
const KNOWN = [
  ['ship', 21_920, 264, 0],
  ['port', 16_888, 7, 80],
  ['treaty', 15, 0, 0],
  ['treaty-action', 1847, 13, 0],
  ['piracy', 7258, 124, 129],
] as const;

async function lookAt(path: string): Promise<Look> {
  for (;;) {
    const told = await look(path, SECRETARIAT_AND_SUPPLIER);
    if (told.check === null || ['done', 'unreadable', 'failed'].includes(told.check.state)) return told;
  }
}
const SECRETARIAT_AND_SUPPLIER = { ...SECRETARIAT, roles: [...SECRETARIAT.roles, ...SUPPLIER.roles] };

/** Counts of a sample file: as it was looked at, and as it was carried out. */
async function importWhole(
  module: string,
  content: Uint8Array<ArrayBuffer>,
): Promise<{ readonly before: Look['counts'] | undefined; readonly after: Look['counts'] }> {
  let startedMs = performance.now();
  const { path, text } = await send(module, SECRETARIAT_AND_SUPPLIER, content, { source: 'Sample data' });
  assert.notEqual(path, '', text.slice(0, 2000));
  const before = (await lookAt(path)).check?.counts;
  const looked = secondsSince(startedMs);
  startedMs = performance.now();
  let told = await lookAt(path);
  for (; told.state !== 'done'; told = await lookAt(path)) assert.equal(await carry(module, path, SECRETARIAT_AND_SUPPLIER), 303);
  const faults = await ask({ path: `${path}/faults.csv`, as: SECRETARIAT_AND_SUPPLIER });
  const why = new Map<string, number>();
  for (const [, column = '', , wrong = ''] of parse(faults.text, { bom: true, from: 2 })) {
    const told = `${column}: ${wrong.replace(/lies \d+ km from [^.]*/, 'lies far from its country')}`;
    why.set(told, (why.get(told) ?? 0) + 1);
  }
  console.log(
    `${module}: looked at in ${looked} s, carried out in ${secondsSince(startedMs)} s`,
    told.counts,
    Object.fromEntries(why),
  );
  return { before, after: told.counts };
}

test('the sample files are imported whole, and every refusal is one that is known', async () => {
  for (const [module, added, refused, asked] of KNOWN) {
    const { before, after } = await importWhole(module, new Uint8Array(unpack(module)));
    assert.deepEqual(before, { added, changed: 0, same: 0, refused, asked }, module);
    assert.deepEqual(after, { added, changed: 0, same: 0, refused: refused + asked, asked: 0 }, module);
  }
  for (const { name, sql } of (await import('#compartment.ts')).manifest.checks)
    assert.deepEqual(await admin.query(sql), [], name);
});

test('[GI25] the sample files again: each row that was filed is there, unchanged, and nothing is written', async () => {
  for (const [module, added, refused, asked] of KNOWN) {
    const { path } = await send(module, SECRETARIAT_AND_SUPPLIER, new Uint8Array(unpack(module)), { source: 'Sample data' });
    const { counts } = (await lookAt(path)).check ?? {};
    assert.ok(counts, module);
    const { same, asked: askedAgain, ...others } = counts;
    assert.deepEqual(others, { added: 0, changed: 0, refused }, module);
    // What stands twice in the file was asked back the first time, and is there by now.
    assert.ok(same >= added && same + askedAgain === added + asked, JSON.stringify(counts));
    await ask({ path: `${path}/drop`, as: SECRETARIAT_AND_SUPPLIER, form: {} });
  }
});

test('[GI21] a file of a program with more rows than one request carries out is gone on with at its address', async () => {
  const reportSchema = z.object({
    id: z.string(),
    state: z.string(),
    doneRows: z.number(),
    counts: z.object({ added: z.number() }),
  });
  const rows = Array.from(
    { length: 5200 },
    (_, at) => `2024-01-01 00:${String(at % 60).padStart(2, '0')} UTC,boarded,Numbered ${at},KEN`,
  );
  const body = Buffer.from(`happened_at,act,ship_name,reporting_state\n${rows.join('\n')}\n`);
  const sent = await ask({ method: 'POST', path: '/api/piracy/import?source=A+test', as: KENYA, body });
  assert.equal(sent.status, 202, sent.text.slice(0, 500));
  let report = reportSchema.parse(JSON.parse(sent.text));
  const path = `/api/piracy/imports/${report.id}`;
  const first = report.doneRows;
  assert.ok(report.state === 'carrying' && first > 0 && first < 5200, JSON.stringify(report));
  assert.equal((await ask({ path, as: NORWAY })).status, 404);
  for (let left = 50; left > 0 && report.state === 'carrying'; left -= 1)
    report = reportSchema.parse(JSON.parse((await ask({ method: 'POST', path, as: KENYA })).text));
  assert.deepEqual([report.state, report.doneRows, report.counts.added], ['done', 5200, 5200]);
  const [row] = await admin.query<{ n: number }>(
    `select count(*)::int as n from piracy_incident where ship_name like 'Numbered %'`,
  );
  assert.equal(row?.n, 5200);
});

test('[GI20] 200 MiB of CSV are read and looked at in constant memory', async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, 'large.csv');
  const file = createWriteStream(path);
  file.write('company_number,name,country,address\n');
  const place = 'a street of the town '.repeat(10);
  let rows = 0;
  for (
    let piece = '';
    file.bytesWritten + file.writableLength + piece.length < 200 * 1_048_576 - 400_000 && rows < 900_000;
    piece = ''
  ) {
    for (let at = 0; at < 1000; at += 1, rows += 1) piece += `${companyNumber(rows)},"Company ${rows}, quoted",KEN,${place}\n`;
    if (!file.write(piece)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
  const before = process.memoryUsage().rss;
  let most = before;
  const watching = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 100);
  const startedMs = performance.now();
  const table = await readTable(path, join(directory, 'rows'), () => false);
  let seen = 0;
  for await (const batch of openRows(table, { after: 0, size: 200 })) seen += batch.length;
  clearInterval(watching);
  console.log(`${rows} rows read in ${secondsSince(startedMs)} s, ${Math.round((most - before) / 1_048_576)} MiB more memory`);
  assert.deepEqual([table.rows, seen], [rows, rows]);
  assert.ok(most - before < 200 * 1_048_576, `it took ${most - before} bytes`);
});

/** Numbers whose check digit fits (resolution MSC.160(78)). */
function companyNumber(at: number): string {
  const digits = String(at).padStart(6, '0');
  const sum = [8, 6, 4, 2, 9, 7].reduce((total, weight, place) => total + weight * Number(digits[place]), 0);
  return `${digits}${(11 - (sum % 11)) % 10}`;
}
