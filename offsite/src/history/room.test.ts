import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openIndex } from './index.store.ts';
import { isWithoutRoom, openIndexFile } from './index-schema.store.ts';
import { IndexWriter } from './index-writer.store.ts';
import { drawChange, makeRandom, writeTransaction } from './tests/texts.ts';
import { makeDirectory } from './tests/world.ts';

test('[H14] a batch without room is taken back whole, and goes on when there is room', () => {
  const path = join(makeDirectory(), 'index.sqlite');
  const db = openIndexFile(path, () => assert.fail('nothing is thrown away'));
  const writer = new IndexWriter(db);
  const random = makeRandom(3);
  const write = (from: number, count: number) =>
    writer.inBatch(() => {
      for (let lsn = from; lsn < from + count; lsn += 1) {
        writeTransaction(writer, [drawChange(random, lsn)], { lsn });
        writer.keepPosition({ systemId: '7', timeline: 1, lsn });
      }
    });
  write(1, 50);
  const { page_count: pages } = db.prepare('pragma page_count').get() as { page_count: number };
  db.exec(`pragma max_page_count = ${pages + 5}`);
  for (let round = 0; round < 3; round += 1) {
    assert.throws(() => write(51, 500), isWithoutRoom);
    assert.deepEqual([writer.position?.lsn, writer.lastSequence], [50, 50]);
  }
  db.exec('pragma max_page_count = 1000000');
  write(51, 500);
  assert.deepEqual([writer.position?.lsn, writer.lastSequence], [550, 550]);
  writer.close();
});

test('[H14] an index that cannot be opened just now is not thrown away; one that is damaged is', () => {
  const own = makeDirectory();
  openIndex(own, 'site').close();
  const path = join(own, 'index/site/index.sqlite');
  const holder = new DatabaseSync(path);
  holder.exec('pragma journal_mode = delete; begin exclusive');
  assert.throws(() => openIndex(own, 'site'), { code: 'history.unreadable' });
  assert.ok(existsSync(path));
  holder.exec('rollback; pragma user_version = 99');
  holder.close();
  openIndex(own, 'site').close();
  assert.ok(readdirSync(join(own, 'index/site')).includes('index.sqlite'));
});
