import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { Change, HistorySearch } from '@bulkhead/contracts';
import { createLog } from '@bulkhead/kernel';
import { openIndex } from './index.store.ts';
import { searchHistory } from './search.actions.ts';
import { drawChange, drawText, makeRandom, writeTransaction } from './tests/texts.ts';
import { makeDirectory } from './tests/world.ts';
import { foldText } from './text.rules.ts';
import { TextKeeper } from './text-index.actions.ts';

const monotonicMs = () => performance.now();
const log = createLog('history', 'silent');

function open(directory: string) {
  const index = openIndex(directory, 'site');
  const keeper = new TextKeeper({
    texts: index.texts,
    reader: index.reader,
    compartment: 'site',
    mustRest: () => false,
    monotonicMs,
    log,
  });
  return { ...index, keeper };
}

/** Every page of a search, put together. */
async function findAll(index: ReturnType<typeof open>, asked: HistorySearch, keeper?: TextKeeper): Promise<number[]> {
  const found: number[] = [];
  for (let before: number | undefined; ; ) {
    const page = await searchHistory(index.reader, { ...asked, ...(before && { before }) }, monotonicMs, keeper);
    found.push(...page.transactions.map(({ sequence }) => sequence));
    if (page.next === null) return found;
    before = page.next;
  }
}

test('[H11] the index of texts finds what going through all changes finds, in six scripts, for terms of any length, page by page', async () => {
  const random = makeRandom(20_261_122);
  const index = open(makeDirectory());
  const model: { sequence: number; account: string; values: string[] }[] = [];
  const unknown: { sequence: number; lsn: number }[] = [];
  for (let lsn = 1; lsn <= 400; lsn += 1) {
    index.writer.inBatch(() => {
      const account = `account-${random(40)}`;
      if (random(30) === 0) {
        unknown.push({ lsn, sequence: writeTransaction(index.writer, [], { lsn, isUnknown: true }) });
        return;
      }
      // What was unknown is told when much that came later stands in the index.
      const late = random(20) === 0 ? unknown.shift() : undefined;
      const changes = Array.from({ length: lsn % 150 === 0 ? 450 : 1 + random(3) }, () => drawChange(random, lsn));
      const sequence = writeTransaction(index.writer, changes, {
        lsn: late?.lsn ?? lsn,
        account,
        ...(late && { unknown: late.sequence }),
      });
      model.push({ sequence, account, values: changes.flatMap(valuesOf) });
    });
    if (random(50) === 0) index.texts.advance();
  }
  model.sort((left, right) => right.sequence - left.sequence);
  const expect = (text: string, account?: string) =>
    model
      .filter((one) => account === undefined || one.account === account)
      .filter(({ values }) => values.some((value) => value.includes(foldText(text))))
      .map(({ sequence }) => sequence);
  let hits = 0;
  for (let round = 0; round < 90; round += 1) {
    const source = Array.from(drawText(random, 4));
    const from = random(source.length);
    const cut = source.slice(from, from + 1 + random(round % 3 === 0 ? 3 : 16)).join('');
    const text = random(2) === 0 ? cut.toUpperCase() : cut;
    const asked = { text: text.slice(0, 200), limit: 20 + random(400) };
    const expected = expect(asked.text);
    hits += expected.length;
    assert.deepEqual(await findAll(index, asked, index.keeper), expected, JSON.stringify(asked));
    if (round % 10 !== 0) continue;
    assert.deepEqual(await findAll(index, asked), expected, `gone through: ${JSON.stringify(asked)}`);
    const account = `account-${random(40)}`;
    assert.deepEqual(await findAll(index, { ...asked, account }, index.keeper), expect(asked.text, account));
  }
  assert.ok(hits > 500);
  while (index.texts.advance());
  assert.deepEqual([index.texts.upTo, index.keeper.fault], [index.reader.lastChange(), undefined]);
  index.close();
});

test('[H11] names of columns are not taken for values, and half a character is refused', async () => {
  const index = open(makeDirectory());
  const change: Change = { kind: 'insert', table: 'public.note', before: null, after: { title: 'x' }, unresolved: [] };
  index.writer.inBatch(() => writeTransaction(index.writer, [change], { lsn: 1 }));
  for (const keeper of [index.keeper, undefined]) {
    assert.deepEqual(await findAll(index, { text: 'title' }, keeper), []);
    assert.deepEqual(await findAll(index, { text: 'x' }, keeper), [1]);
    await assert.rejects(findAll(index, { text: `\ud83d` }, keeper), { code: 'input.invalid' });
  }
  index.close();
});

test('[H11] an index of texts that lags, is lost, damaged or ahead of its index answers no question wrongly', async () => {
  const directory = makeDirectory();
  const random = makeRandom(7);
  let index = open(directory);
  const write = (from: number, count: number) =>
    index.writer.inBatch(() => {
      for (let lsn = from; lsn < from + count; lsn += 1) {
        const after = { id: String(lsn), text: `needle ${lsn} ${drawText(random)}` };
        writeTransaction(index.writer, [{ kind: 'insert', table: 'public.note', before: null, after, unresolved: [] }], { lsn });
      }
    });
  const path = join(directory, 'index/site/text.sqlite');
  const reopen = (damage?: () => void) => {
    index.close();
    damage?.();
    index = open(directory);
  };
  write(1, 300);
  while (index.texts.advance());
  write(301, 100);
  assert.equal(index.texts.upTo, 300);
  assert.equal((await findAll(index, { text: 'NEEDLE', limit: 1000 }, index.keeper)).length, 400);
  reopen();
  assert.equal(index.texts.upTo, 400);
  reopen(() => alter(path, "update meta set value = 100000 where name = 'change'"));
  assert.equal(index.texts.upTo, 0, 'it knew of changes that its index does not have');
  assert.equal((await findAll(index, { text: 'needle 399' }, index.keeper)).length, 1);
  while (index.texts.advance());
  alter(path, 'drop table text_data');
  assert.equal((await findAll(index, { text: 'needle 399' }, index.keeper)).length, 1);
  for (const damage of [() => alter(path, 'pragma user_version = 99'), () => writeFileSync(path, 'no database at all')]) {
    reopen(damage);
    assert.equal(index.texts.upTo, 0);
    assert.equal((await findAll(index, { text: 'needle 399' }, index.keeper)).length, 1);
  }
  index.close();
});

function alter(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.enableDefensive(false);
  db.exec(sql);
  db.close();
}

function valuesOf({ before, after }: Change): string[] {
  return [before, after].flatMap((row) => Object.values(row ?? {}).flatMap((value) => (value === null ? [] : [foldText(value)])));
}
