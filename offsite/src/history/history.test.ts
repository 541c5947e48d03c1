import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { scopeSchema } from '@bulkhead/contracts';
import { readRowLife, searchHistory } from './search.actions.ts';
import { commit, JOBS, makeDirectory, makeWorld, mint, until } from './tests/world.ts';

const world = await makeWorld();
const { headquarters, standby } = world;
const directory = makeDirectory();

before(() => world.start());
after(() => world.stop());

const monotonicMs = () => performance.now();

test('[H5] what is committed stands in the index with who did it, and the values before and after', async () => {
  const { chronicle, seen, reader, close } = world.openChronicle(directory);
  chronicle.start();
  const token = await mint({ requestId: 'request-0001', sessionId: 'session-a', accountId: 'editor' });
  await commit(
    headquarters,
    [token],
    ["insert into note (id, text) values (1, 'first')", "insert into note (id, text) values (2, 'second')"],
  );
  await commit(headquarters, [await mint({ sessionId: 'session-b' })], ["update note set text = 'changed' where id = 1"]);
  await commit(headquarters, [], ['update note set id = 10 where id = 1', 'delete from note where id = 2']);
  await until(() => seen.length >= 3, 'three transactions were seen');
  const [first, second, third] = seen;
  assert.deepEqual(first?.transaction.tokens[0]?.claims?.sessionId, 'session-a');
  assert.deepEqual(first?.transaction.tables, [{ table: 'public.note', inserts: 2, updates: 0, deletes: 0, truncates: 0 }]);
  assert.deepEqual(second?.changes[0], {
    kind: 'update',
    table: 'public.note',
    before: { id: '1', text: 'first', file: null },
    after: { id: '1', text: 'changed', file: null },
    unresolved: [],
  });
  assert.equal(third?.transaction.tokens.length, 0);
  assert.deepEqual(third?.changes[1]?.before, { id: '2', text: 'second', file: null });
  const life = readRowLife(reader, { table: 'public.note', key: '10', limit: 10 });
  assert.deepEqual(
    life.steps.map(({ change }) => [change.kind, change.after?.['id'], change.after?.['text']]),
    [
      ['insert', '1', 'first'],
      ['update', '1', 'changed'],
      ['update', '10', 'changed'],
    ],
  );
  const later = [...reader.listLaterChanges('public.note', '1', 1)];
  assert.deepEqual(
    later.map(({ change }) => change.after?.['id']),
    ['1', '10'],
  );
  await close();
});

test('[H4] a token is judged as of the commit: forged, expired, of another compartment, doubled', async () => {
  const { chronicle, seen, close } = world.openChronicle(directory);
  chronicle.start();
  const old = await mint({}, { at: new Date(Date.now() - 600_000) });
  const foreign = await mint({ compartment: 'other' });
  const jobPosing = await mint({}, { key: JOBS });
  const good = await mint();
  const forged = `${good.slice(0, -8)}AAAAAAAA`;
  for (const [id, token] of [old, foreign, jobPosing, forged, 'x'].entries()) {
    await commit(headquarters, [token], [`insert into note (id, text) values (${100 + id}, 'x')`]);
  }
  await commit(headquarters, [good, await mint()], ["insert into note (id, text) values (110, 'x')"]);
  await until(() => seen.some(({ transaction }) => transaction.tokens.length === 2), 'the doubled one was seen');
  const reasons = seen.slice(-6, -1).map(({ transaction }) => [transaction.tokens[0]?.verdict, transaction.tokens[0]?.reason]);
  assert.deepEqual(reasons, [
    ['refused', 'its time was over when the transaction was committed'],
    ['refused', 'it is for another compartment'],
    ['refused', 'the key job-1 does not sign requests'],
    ['refused', 'its form or signature is wrong'],
    ['refused', 'its form or signature is wrong'],
  ]);
  await close();
});

test('[H6] history is searched by who, where, when and what, and a scope is counted', async () => {
  const { chronicle, reader, close } = world.openChronicle(directory);
  chronicle.start();
  await commit(
    headquarters,
    [await mint({ sessionId: 'thief', accountId: 'editor', address: '198.51.100.1', route: 'note.take' })],
    [`insert into note (id, text) values (200, 'needle "in" 100%_ haystack')`, "insert into note (id, text) values (201, 'hay')"],
  );
  await until(
    async () => (await searchHistory(reader, { session: 'thief' }, monotonicMs)).transactions.length === 1,
    'it is found',
  );
  const find = async (asked: Parameters<typeof searchHistory>[1]) =>
    (await searchHistory(reader, asked, monotonicMs)).transactions.map(({ sequence }) => sequence);
  const [sequence] = await find({ session: 'thief' });
  assert.ok(sequence);
  for (const asked of [
    { text: 'NEEDLE "in" 100%_' },
    { address: '198.51.100.1', account: 'editor' },
    { route: 'note.take', table: 'public.note' },
    { table: 'public.note', key: '200' },
    { account: 'editor', text: 'haystack' },
  ]) {
    assert.deepEqual(await find(asked), [sequence], JSON.stringify(asked));
  }
  assert.deepEqual(await find({ text: '100_' }), []);
  assert.deepEqual(await find({ session: 'thief', before: sequence }), []);
  assert.equal((await find({ account: 'editor' })).length, 2);
  const whole = reader.findTransaction(sequence);
  assert.deepEqual(await find({ xid: whole?.xid ?? '' }), [sequence]);
  const scope = scopeSchema.parse({ sessions: ['thief'], accounts: ['editor'], untagged: true });
  const { countScope } = await import('./search.actions.ts');
  const count = await countScope(reader, scope);
  assert.deepEqual(
    count.shares.map(({ criterion, transactions }) => [criterion, transactions]),
    [
      ['session thief', 1],
      ['account editor', 1],
      ['untagged', 7],
    ],
  );
  assert.equal(count.transactions, 9);
  const forward = reader.listTransactions(scope, { order: 'oldest', beyond: null, limit: 100 }).map((one) => one.sequence);
  const backward = reader.listTransactions(scope, { order: 'newest', beyond: null, limit: 100 }).map((one) => one.sequence);
  assert.deepEqual(forward, backward.toReversed());
  assert.equal(forward.length, 9);
  const pages = [0, 4, 8].flatMap((at) =>
    reader.listTransactions(scope, { order: 'oldest', beyond: forward[at - 1] ?? null, limit: 4 }),
  );
  assert.deepEqual(
    pages.map((one) => one.sequence),
    forward,
  );
  await close();
});

test('[H5] a transaction larger than a batch is kept whole, with its place told at the end', async () => {
  const { chronicle, seen, reader, close } = world.openChronicle(directory);
  chronicle.start();
  await commit(
    headquarters,
    [await mint()],
    ["insert into note (id, text) select n, 'row ' || n from generate_series(1001, 22000) n"],
  );
  await until(() => seen.some(({ transaction }) => transaction.changes === 21_000), 'it was seen whole');
  const sequence = seen.at(-1)?.transaction.sequence ?? 0;
  assert.equal([...reader.streamChanges(sequence)].length, 21_000);
  assert.equal(seen.at(-1)?.changes.length, 21_000);
  await close();
});

test('[H7] an index made again from base and WAL alone is the same, row by row', async () => {
  const live = world.openChronicle(directory);
  live.chronicle.start();
  // What the jail was told to forget it can tell only from its base.
  const isForgotten = async () => {
    const lsn = live.chronicle.status().indexedLsn ?? '0/0';
    const asked = standby.query<{ is_past: boolean }>(
      `select confirmed_flush_lsn >= '${lsn}'::pg_lsn and '${lsn}' <> '0/0' as is_past from pg_replication_slots`,
    );
    // Its server may be starting.
    const [slot] = await asked.catch(() => []);
    return live.chronicle.status().fault === null && slot?.is_past === true;
  };
  await until(isForgotten, 'the jail may forget what was told');
  const { transactions } = live.reader.count();
  await live.close();
  const again = world.openChronicle(makeDirectory());
  again.chronicle.start();
  await until(() => again.reader.count().transactions >= transactions, 'it is made again');
  await again.close();
  // The server's own work may have committed something since: it has no changes.
  const isOfBoth = (row: unknown) => !hasSequence(row) || row.sequence <= transactions;
  for (const table of ['tx', 'mark', 'change', 'relation', 'holding']) {
    assert.deepEqual(again.rows(table).filter(isOfBoth), live.rows(table).filter(isOfBoth), table);
  }
  assert.ok(standby.output.includes('the slot cannot tell what history asks for'));
});

// A disk of its own, which only root may make.
const disk = makeDirectory();
const resize = (how: readonly string[]) => spawnSync('mount', [...how, disk]).status === 0;
const hasDisk = resize(['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs']);
after(() => (hasDisk ? spawnSync('umount', [disk]) : undefined));

test('[H14] a full disk is told of, loses nothing, and history goes on by itself when there is room', {
  skip: !hasDisk && 'only root can make a small disk',
}, async () => {
  const live = world.openChronicle(directory);
  const { transactions, changes } = live.reader.count();
  const { chronicle, findings, seen, reader, close, rows } = world.openChronicle(disk);
  chronicle.start();
  const isTold = () => findings.some(({ rule, summary }) => rule === 'history.lost' && /no room/.test(summary));
  await until(isTold, 'it is told of');
  assert.match(chronicle.status().fault ?? '', /full|room/);
  assert.ok(reader.count().changes < changes);
  assert.ok(resize(['-o', 'remount,size=500m']));
  await until(() => reader.count().transactions >= transactions, 'it goes on', 120_000);
  await until(() => seen.length >= transactions && chronicle.status().fault === null, 'all is well');
  const sequences = seen.map(({ transaction }) => transaction.sequence);
  assert.deepEqual(
    sequences,
    [...sequences.keys()].map((at) => at + 1),
    'each was shown once',
  );
  assert.deepEqual(chronicle.status().gaps, []);
  assert.equal(findings.filter(({ rule }) => rule === 'history.lost').length, 1, 'it was told once');
  await close();
  assert.deepEqual(rows('change').slice(0, changes), live.rows('change'));
  await live.close();
});

function hasSequence(row: unknown): row is { readonly sequence: number } {
  return typeof row === 'object' && row !== null && 'sequence' in row && typeof row.sequence === 'number';
}
