import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Base, baseSchema, basesSchema, verificationSchema } from '@bulkhead/contracts';
import { sha256Hex, sleepMs } from '@bulkhead/kernel';
import { callWire, openWire } from '@bulkhead/wire';
import { generateIdentity } from 'age-encryption';
import { openBase } from '#archive/base-reader.actions.ts';
import { Keyring } from '#archive/keyring.actions.ts';
import { Lineage } from '#archive/lineage.actions.ts';
import { paddingOf, readTarHead, TAR_BLOCK } from '#archive/tar.rules.ts';
import { takeBase } from '#receiver/base.actions.ts';
import { ReplicationConnection } from '#receiver/replication.store.ts';
import { Headquarters, makePlace, OFFSITE_PASSWORD, ReceiverProcess } from '#receiver/tests/headquarters.ts';
import { JailProcess } from './tests/jail.ts';

const SETTINGS = { summarize_wal: 'on', autovacuum: 'off', log_checkpoints: 'off' };
const TABLES = ['kept', 'changed', 'cut', 'shrunk', 'grown', 'made', 'note'] as const;
const place = await makePlace();
const headquarters = new Headquarters(place.root);
const receiver = new ReceiverProcess(place.root, headquarters.socketDirectory);
const jail = new JailProcess(place.root, receiver, 'quarantine', 'q');

before(async () => {
  await headquarters.create();
  await headquarters.reconfigure(SETTINGS);
  const fill = (table: string, rows: number) => [
    `create table ${table} (id int primary key, body text not null)`,
    `insert into ${table} select n, repeat(md5(n::text), 30) from generate_series(1, ${rows}) n`,
  ];
  await headquarters.run('site', [
    ...['kept', 'changed'].flatMap((table) => fill(table, 3000)),
    ...['cut', 'shrunk', 'grown', 'gone'].flatMap((table) => fill(table, 900)),
  ]);
  await receiver.start();
  await receiver.until((status) => status.state === 'streaming', 'it streams');
  await headquarters.protect(SETTINGS);
});
after(async () => {
  await jail.kill();
  await receiver.kill();
  await headquarters.stop();
  await place.remove();
});

const at = (path: string) => `/compartments/site${path}`;
const orderBase = () => callWire(receiver.peer, { method: 'POST', path: at('/base'), timeoutMs: 60_000 }, baseSchema);
const listBases = async () => (await callWire(receiver.peer, { method: 'GET', path: at('/bases') }, basesSchema)).bases;

async function readTar(base: Base): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const reply = await openWire(receiver.peer, { method: 'GET', path: at(`/bases/${base.id}`) });
  for await (const chunk of reply.body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What headquarters gives when it is asked for a whole base now, past the receiver. */
async function readWhole(): Promise<Buffer> {
  const directory = join(place.root, `beside-${Math.random()}`);
  const identity = await generateIdentity();
  const now = () => new Date();
  const keys = await Keyring.open({ compartment: 'site', directory, identity, recipients: [], now });
  const { socketDirectory } = headquarters;
  const peer = { socketDirectory, user: 'offsite', password: OFFSITE_PASSWORD, applicationName: 'beside' };
  const connection = await ReplicationConnection.open(peer);
  const lineage = await Lineage.open(directory, (await connection.identify()).systemId, { keys });
  const base = await takeBase({ connection, lineage, origin: { because: 'no-base-before' }, now });
  connection.destroy();
  const chunks: Buffer[] = [];
  for await (const bytes of await openBase(lineage.place, base.id)) chunks.push(bytes);
  return Buffer.concat(chunks);
}

/** The digests of all files of relations in a tar. */
function relationsIn(tar: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  for (let offset = 0; offset < tar.length; ) {
    const head = readTarHead(tar.subarray(offset, offset + TAR_BLOCK));
    offset += TAR_BLOCK;
    if (!head) continue;
    if (/^(base\/\d+|global)\/\d/.test(head.name)) files.set(head.name, sha256Hex(tar.subarray(offset, offset + head.bytes)));
    offset += head.bytes + paddingOf(head.bytes);
  }
  return files;
}

const digestOf = (table: string) =>
  `select '${table}' as name, count(*)::int as rows, sum(hashtextextended(t::text, 0))::text as sum from ${table} t`;
const DIGESTS = TABLES.map(digestOf).join(' union all ');

const CHANGES: readonly (readonly string[])[] = [
  [
    "update changed set body = body || 'x' where id % 100 = 0",
    'truncate cut',
    'delete from shrunk where id > 400',
    'vacuum (truncate) shrunk',
    'insert into grown select n, repeat(md5(n::text), 30) from generate_series(2000, 3500) n',
    'drop table gone',
    'create table made as select * from kept where id < 400',
    'create index on kept (body)',
    'create index on changed using hash (body)',
  ],
  [
    "insert into cut select n, 'again ' || n from generate_series(1, 300) n",
    'vacuum full shrunk',
    'delete from grown where id > 600',
    'vacuum (truncate) grown',
    "insert into grown select n, repeat('later', 60) from generate_series(5000, 5200) n",
    'alter table made add primary key (id)',
    'cluster made using made_pkey',
    'reindex table kept',
  ],
];

test('[A19] what headquarters changed is all that it sends, and the base is the one that a whole one would be', async () => {
  let last: Base | undefined = (await listBases())[0];
  assert.equal(last?.origin?.because, 'no-base-before');
  const whole = last.origin.sentBytes;
  for (const changes of CHANGES) {
    await headquarters.run('site', changes);
    const base: Base = await orderBase();
    assert.deepEqual([base.origin?.before, base.origin?.because], [last?.id, null], receiver.output);
    assert.ok((base.origin?.sentBytes ?? 0) < whole * 0.75, `${base.origin?.sentBytes} of ${whole}`);
    last = base;
  }
  const [ours, theirs] = [relationsIn(await readTar(last)), relationsIn(await readWhole())];
  assert.deepEqual([...ours.keys()].toSorted(), [...theirs.keys()].toSorted());
  assert.deepEqual(
    [...ours].filter(([name, digest]) => theirs.get(name) !== digest),
    [],
  );
});

test('[A19] a cluster restored from a base that was put together holds what headquarters holds, page by page and index by index', async () => {
  await headquarters.run('site', ['set synchronous_commit = on', "insert into note values (1, 'behind the base', null)"]);
  await jail.start();
  const health = await jail.until('ready', 'failed');
  assert.equal(health.state, 'ready', `${health.message}\n${jail.output}`);
  const used = (await listBases()).find(({ id }) => id === health.base);
  assert.ok(used?.origin?.before, 'it was restored from one that was put together');
  const client = await headquarters.connect();
  const { rows } = await client.query(DIGESTS);
  await client.end();
  assert.deepEqual(await jail.query(DIGESTS), rows);
  const body = { checks: [], expectedMigrations: [], blobColumns: [] };
  const call = { method: 'POST', path: '/verify', body, timeoutMs: 120_000 } as const;
  const { checksums, amcheck } = await callWire(jail.peer, call, verificationSchema);
  assert.deepEqual([checksums, amcheck.failures], [{ isOk: true, failures: [] }, []]);
  await jail.kill();
});

test('[A20] a base comes whole, and says why, where headquarters cannot tell what changed or the one before is damaged', async () => {
  await headquarters.protect({ ...SETTINGS, summarize_wal: 'off' });
  const refused = await orderBase();
  assert.deepEqual([refused.origin?.before, refused.origin?.because], [null, 'refused']);
  await headquarters.protect(SETTINGS);
  const quiet = await orderBase();
  assert.deepEqual([quiet.origin?.before, quiet.origin?.because], [refused.id, null], receiver.output);
  assert.ok(
    (quiet.origin?.sentBytes ?? 0) < (refused.origin?.sentBytes ?? 0) * 0.3,
    `${quiet.origin?.sentBytes} though nothing changed`,
  );
  await headquarters.run('site', ["update changed set body = body || 'z'"]);
  const { systemId, id } = await orderBase();
  const pack = join(receiver.directory, 'site', systemId, 'pack', `${id}.pack`);
  assert.ok((await readdir(join(receiver.directory, 'site', systemId, 'pack'))).includes(`${id}.pack`));
  const bytes = await readFile(pack);
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  await writeFile(pack, bytes);
  const base = await orderBase();
  assert.deepEqual([base.origin?.before, base.origin?.because], [null, 'base-before-unusable']);
  assert.equal(sha256Hex(await readTar(base)), base.sha256, 'it does not lean on what is damaged');
});

test('[A17] [A19] the receiver killed with -9 while a base is put together: what stands is whole, and the next one is put together', async () => {
  await headquarters.run('site', ["update changed set body = body || 'y' where id % 50 = 0"]);
  const last = (await listBases()).at(-1);
  const ordered = orderBase().catch(() => undefined);
  while (
    !(await readdir(join(receiver.directory, 'site', last?.systemId ?? '', 'base'))).some((name) => name.endsWith('.building'))
  )
    await sleepMs(5);
  await receiver.kill();
  await ordered;
  await receiver.start();
  await receiver.until((status) => status.state === 'streaming', 'it streams again');
  const bases = await listBases();
  assert.equal(bases.at(-1)?.id, last?.id, 'what was not whole is gone');
  assert.equal(sha256Hex(await readTar(bases.at(-1) ?? assert.fail())), last?.sha256);
  assert.equal((await orderBase()).origin?.before, last?.id, receiver.output);
});
