/**
 * `sh tools/node offsite/src/history/tests/measure-texts.ts [CHANGES]`: what the index of texts costs, and what it saves.
 * Two changes a transaction; a row has an id, a time, and some 300 characters of text; half are updates of the text.
 */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Change } from '@bulkhead/contracts';
import { createLog } from '@bulkhead/kernel';
import { openIndex } from '../index.store.ts';
import { searchHistory } from '../search.actions.ts';
import { TextKeeper } from '../text-index.actions.ts';
import { drawText, makeRandom, writeTransaction } from './texts.ts';
import { makeDirectory } from './world.ts';

const BATCH = 2_000;
const changes = Number(process.argv[2] ?? 1_000_000);
const directory = makeDirectory();
const random = makeRandom(1);
const monotonicMs = () => performance.now();
const index = openIndex(directory, 'site');
const { writer, reader, texts } = index;
const keeper = new TextKeeper({
  texts,
  reader,
  compartment: 'site',
  mustRest: () => false,
  monotonicMs,
  log: createLog('measure', 'silent'),
});
const sizeOf = (name: string) => statSync(join(directory, 'index/site', name)).size;

const hexOf = () =>
  Array.from({ length: 4 }, () =>
    random(2 ** 31)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
let needle = '';

function draw(at: number): Change {
  const row = () => ({ id: hexOf(), at: new Date(Date.UTC(2026, 0, 1) + at * 977).toISOString(), text: drawText(random, 40) });
  const after = row();
  if (at === changes >>> 1) needle = after.id;
  if (at % 2 === 0) return { kind: 'insert', table: 'public.note', before: null, after, unresolved: [] };
  return { kind: 'update', table: 'public.note', before: { ...after, text: drawText(random, 40) }, after, unresolved: [] };
}

async function time<Result>(work: () => Result | Promise<Result>): Promise<readonly [number, number, Result]> {
  const [startedMs, before] = [monotonicMs(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [monotonicMs() - startedMs, (user + system) / 1000, result];
}

const drawn: Change[] = [];
let writtenMs = 0;
for (let lsn = 1; lsn <= changes / 2; lsn += BATCH / 2) {
  drawn.length = 0;
  for (let at = 0; at < BATCH; at += 1) drawn.push(draw(lsn * 2 + at));
  const [, cpuMs] = await time(() =>
    writer.inBatch(() => {
      for (let at = 0; at < BATCH / 2; at += 1)
        writeTransaction(writer, drawn.slice(at * 2, at * 2 + 2), { lsn: lsn + at, account: `account-${random(100)}` });
    }),
  );
  writtenMs += cpuMs;
}
const [, textMs] = await time(() => {
  while (texts.advance());
});
const rate = (ms: number) => `${Math.round(changes / (ms / 1000)).toLocaleString('en')} changes/s of CPU`;
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
console.log(`${changes.toLocaleString('en')} changes`);
console.log(`index: ${rate(writtenMs)}, ${megabytes(sizeOf('index.sqlite'))}`);
console.log(`texts: ${rate(textMs)}, ${megabytes(sizeOf('text.sqlite'))}`);
for (const text of [needle, 'pilot ladder', 'МОРЕ порт', '委员会', '海事', 'nowhere to be found', 'ö', 'lighthouse']) {
  for (const [how, given] of [
    ['index', keeper],
    ['gone through', undefined],
  ] as const) {
    const [ms, , page] = await time(() => searchHistory(reader, { text, limit: 50 }, monotonicMs, given));
    const more = page.next === null ? '' : ', more';
    console.log(`${text} (${how}): ${page.transactions.length} found in ${Math.round(ms)} ms${more}`);
  }
}
index.close();
rmSync(directory, { recursive: true, force: true });
