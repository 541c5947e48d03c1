import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DecodingLine, decodingCatalogSchema, decodingHeadSchema } from '@bulkhead/contracts';
import { hasCode, sleepMs } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { Headquarters, makePlace, ReceiverProcess } from '#receiver/tests/headquarters.ts';
import { DecodingReader } from './tests/decoding-reader.ts';
import { JailProcess } from './tests/jail.ts';

const place = await makePlace();
const headquarters = new Headquarters(place.root);
const receiver = new ReceiverProcess(place.root, headquarters.socketDirectory);
const standby = new JailProcess(place.root, receiver, 'standby', 'standby');
const quarantine = new JailProcess(place.root, receiver, 'quarantine', 'quarantine', { NEW_TIMELINE: '2' });
const readers: DecodingReader[] = [];

before(async () => {
  await headquarters.create();
  await receiver.start();
  await receiver.until((status) => status.state === 'streaming', 'it streams');
  await headquarters.protect();
  await headquarters.run('postgres', ['select pg_log_standby_snapshot()']);
  await standby.start();
  await standby.until('ready');
});
after(async () => {
  for (const reader of readers) reader.close();
  await standby.kill();
  await quarantine.kill();
  await receiver.kill();
  await headquarters.kill();
  await place.remove();
});

async function open(jail: JailProcess, from: string): Promise<DecodingReader> {
  const reader = await DecodingReader.open(jail.peer, from);
  readers.push(reader);
  return reader;
}

async function insert(...ids: readonly number[]): Promise<void> {
  await headquarters.run(
    'site',
    ids.map((id) => `insert into note (id, text) values (${id}, 'note ${id}')`),
  );
}

test('[H3] a standby tells every commit, in order, as it is replayed', async () => {
  await insert(1, 2, 3);
  const reader = await open(standby, '0/0');
  const lines = await reader.untilCommits(3);
  assert.deepEqual(
    lines.filter(({ data }) => data?.startsWith('table')).map(({ data }) => data?.slice(0, 50)),
    [1, 2, 3].map((id) => `table public.note: INSERT: id[bigint]:${id} text[text]:'note ${id}' file[text]:null`.slice(0, 50)),
  );
  const startedMs = performance.now();
  await insert(4);
  await reader.untilCommits(4);
  assert.ok(performance.now() - startedMs < 20_000);
});

test('[H3] what was confirmed is not told again, what was not is, after the standby was killed', async () => {
  const first = await open(standby, '0/0').then((reader) => reader.untilCommits(2));
  const second = first.filter(({ data }) => data?.startsWith('COMMIT'))[1];
  assert.ok(second);
  await callWire(standby.peer, { method: 'POST', path: '/decoding/confirm', body: { lsn: second.lsn } }, z.unknown());
  await sleepMs(200);
  await standby.kill('SIGKILL');
  await insert(5);
  await standby.start();
  await standby.until('ready');
  const lines = await open(standby, second.lsn).then((reader) => reader.untilCommits(3));
  assert.deepEqual(ids(lines), ['3', '4', '5']);
});

test('[H3] asked for what was confirmed before, the standby is built again from a base that reaches back', async () => {
  await callWire(receiver.peer, { method: 'POST', path: '/compartments/site/base', timeoutMs: 60_000 }, z.unknown());
  await headquarters.run('postgres', ['select pg_log_standby_snapshot()']);
  await insert(6);
  const lines = await untilOpen(standby, '0/0').then((reader) => reader.untilCommits(6));
  assert.deepEqual(ids(lines), ['1', '2', '3', '4', '5', '6']);
  const head = readers.at(-1)?.head;
  assert.ok(head && decodingHeadSchema.parse(head));
});

test('[H3] a catalog that was cleaned up since does not hinder decoding from an older base', async () => {
  const reader = await untilOpen(standby, '0/0');
  for (let round = 0; round < 12; round += 1) {
    await headquarters.run('site', [
      `create table passing_${round} (id int primary key, t text)`,
      `insert into passing_${round} values (${round}, 'passing')`,
      `alter table passing_${round} add more text default 'more'`,
      `insert into note (id, text) values (${1000 + round}, 'between')`,
    ]);
    if (round % 2 === 0) await headquarters.run('site', [`drop table passing_${round}`]);
    await headquarters.run('site', ['select pg_log_standby_snapshot()']);
    const { lsn } = (await reader.untilCommits(6 + (round + 1) * 3)).at(-1) ?? { lsn: '0/0' };
    await callWire(standby.peer, { method: 'POST', path: '/decoding/confirm', body: { lsn } }, z.unknown());
    await sleepMs(300);
    if (round % 4 === 3)
      await headquarters.run('site', ['vacuum pg_class', 'vacuum pg_attribute', 'vacuum pg_type', 'vacuum pg_depend']);
  }
  await insert(2000);
  reader.close();
  const again = await readConfirming('0/0', 2000);
  assert.deepEqual(ids(again), [
    '1',
    '2',
    '3',
    '4',
    '5',
    '6',
    ...Array.from({ length: 12 }, (_, round) => String(1000 + round)),
    '2000',
  ]);
  assert.equal(again.filter(({ data }) => /passing_\d+: INSERT/.test(data ?? '')).length, 12);
});

test('the catalog tells keys and replica identities', async () => {
  await standby.until('ready');
  const { tables, database } = await callWire(standby.peer, { method: 'GET', path: '/decoding/catalog' }, decodingCatalogSchema);
  assert.ok(database >= 16_384);
  assert.deepEqual(
    tables.filter(({ table }) => table === 'public.note'),
    [{ table: 'public.note', key: ['id'], keepsWholeRows: false, references: [] }],
  );
});

test('[H3] a slot that a restart has to begin further on is given up for the base that reaches back', async () => {
  for (const reader of readers) reader.close();
  await sleepMs(500);
  await standby.query("select pg_drop_replication_slot('history')");
  await standby.kill('SIGKILL');
  await insert(3000);
  await standby.start();
  await standby.until('ready');
  await headquarters.run('postgres', ['select pg_log_standby_snapshot()']);
  const told = ids(await readConfirming('0/0', 3000));
  assert.deepEqual([told[0], told.at(-1), told.length], ['1', '3000', 20], told.join(' '));
});

test('[H3] a quarantine tells what is written in it, and leaves no slot in its image', async () => {
  await quarantine.start();
  await quarantine.until('ready');
  await callWire(quarantine.peer, { method: 'POST', path: '/decoding/start', timeoutMs: 60_000 }, z.unknown());
  const reader = await open(quarantine, '0/0');
  await quarantine.query("insert into note (id, text) values (100, 'repaired')");
  assert.deepEqual(ids(await reader.untilCommits(1)), ['100']);
  await callWire(quarantine.peer, { method: 'POST', path: '/image', timeoutMs: 60_000 }, z.unknown());
  await assert.rejects(callWire(quarantine.peer, { method: 'POST', path: '/decoding/start' }, z.unknown()), (error) =>
    hasCode(error, 'compartment.wrong_state'),
  );
});

function ids(lines: readonly { readonly data?: string | undefined }[]): string[] {
  return lines.flatMap(({ data }) => /INSERT: id\[bigint\]:(\d+)/.exec(data ?? '')?.[1] ?? []);
}

/** Asks again while the standby is being built. */
async function untilOpen(jail: JailProcess, from: string): Promise<DecodingReader> {
  for (let left = 300; ; left -= 1) {
    try {
      return await open(jail, from);
    } catch (error) {
      if (left === 0) throw new Error(jail.output, { cause: error });
      await sleepMs(100);
    }
  }
}

/** Reads as history does: goes on where it was when the jail sends it away, and confirms what it has. */
async function readConfirming(from: string, lastId: number): Promise<DecodingLine[]> {
  const lines: DecodingLine[] = [];
  let at = from;
  for (let left = 600; left > 0; left -= 1) {
    const reader = await untilOpen(standby, at);
    let taken = 0;
    while (reader.isOpen) {
      await sleepMs(50);
      const told = reader.lines.slice(
        0,
        1 + reader.lines.findLastIndex(({ data }) => data === undefined || data.startsWith('COMMIT')),
      );
      lines.push(...told.slice(taken));
      taken = told.length;
      at = told.findLast(({ lsn }) => lsn !== '0/0')?.lsn ?? at;
      await callWire(standby.peer, { method: 'POST', path: '/decoding/confirm', body: { lsn: at } }, z.unknown()).catch(
        () => undefined,
      );
      if (ids(lines).includes(String(lastId))) return lines;
    }
  }
  throw new Error(standby.output);
}
