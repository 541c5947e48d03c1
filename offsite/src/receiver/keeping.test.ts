import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { archiveReportSchema, baseSchema, basesSchema, inventorySchema } from '@bulkhead/contracts';
import { sha256Hex, sleepMs } from '@bulkhead/kernel';
import { connectionTo } from '@bulkhead/postgres';
import { callWire, openWire } from '@bulkhead/wire';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import pg from 'pg';
import { findBinaries, HEADQUARTERS_OWNER, Headquarters, makePlace, ReceiverProcess } from './tests/headquarters.ts';

const CLI = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
const run = promisify(execFile);
const place = await makePlace();
const headquarters = new Headquarters(place.root);
const receiver = new ReceiverProcess(place.root, headquarters.socketDirectory);
const escrow = await generateIdentity();
const copy = join(place.root, 'copy');
const acknowledged: number[] = [];
let restored: ChildProcess | undefined;

before(async () => {
  await headquarters.create();
  await receiver.start({ ARCHIVE_RECIPIENTS: JSON.stringify([await identityToRecipient(escrow)]) });
  await receiver.until((status) => status.state === 'streaming', 'it streams');
  await headquarters.protect();
});
after(async () => {
  restored?.kill('SIGKILL');
  await receiver.kill();
  await headquarters.stop();
  await place.remove();
});

const at = (path: string) => `/compartments/site${path}`;
const get = (path: string) => ({ method: 'GET', path: at(path) }) as const;
const post = (path: string) => ({ method: 'POST', path: at(path), body: {}, timeoutMs: 60_000 }) as const;

async function lineageDirectory(of = join(receiver.directory, 'site')): Promise<string> {
  const names = await readdir(of);
  return join(of, names.find((name) => /^\d+$/.test(name)) ?? '');
}

/** Writes some notes, and ends the segment they stand in. */
async function write(count: number): Promise<void> {
  const until = acknowledged.length + count;
  await headquarters.writeNotes(acknowledged, { from: acknowledged.length + 1, until: () => acknowledged.length >= until });
  await headquarters.run('site', ['select pg_switch_wal()']);
}

async function untilPacked(count: number): Promise<string[]> {
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 50) {
    const names = (await readdir(join(await lineageDirectory(), 'wal'))).filter((name) => name.endsWith('.zst.enc'));
    if (names.length >= count) return names;
    await sleepMs(50);
  }
  throw new Error(`fewer than ${count} segments were packed\n${receiver.output}`);
}

/** Runs the cli on a copy of the archive, with the escrow identity alone. */
async function archive(...words: string[]): Promise<{ code: number; output: string }> {
  const identity = join(place.root, 'escrow.txt');
  await writeFile(identity, `# of the escrow\n${escrow}\n`);
  const environment = { PATH: process.env['PATH'], BULKHEAD_DATA: join(place.root, 'no-estate'), BULKHEAD_CONFIG: '' };
  const given = ['archive', ...words, '--from', copy, '--identity', identity];
  return run(process.execPath, [CLI, ...given], { env: environment }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, output: error.stdout + error.stderr }),
  );
}

test('[A10] what is packed is encrypted: no note can be read in the files, and the receiver gives every byte back', async () => {
  await write(40);
  await write(40);
  const packed = await untilPacked(2);
  const { artefacts } = await callWire(receiver.peer, get('/inventory'), inventorySchema);
  assert.deepEqual([...new Set(artefacts.map(({ kind }) => kind))].toSorted(), ['base', 'chunk', 'index', 'key', 'segment']);
  const stored = artefacts.filter(({ path }) => !path.endsWith('.partial') && !/wal\/[0-9A-F]{24}$/.test(path));
  for (const { path } of stored)
    assert.equal((await readFile(join(receiver.directory, 'site', path))).includes('note 1'), false, path);
  const reply = await openWire(receiver.reader, get(`/wal/${packed[0]?.slice(0, 24)}`));
  const pieces: Buffer[] = [];
  for await (const piece of reply.body) pieces.push(Buffer.from(piece));
  assert.equal(sha256Hex(Buffer.concat(pieces)), reply.headers['x-sha256']);
});

test('[A11] the next base holds the changed chunks alone, and comes back whole', async () => {
  const second = await callWire(receiver.peer, post('/base'), baseSchema);
  const { bases } = await callWire(receiver.peer, get('/bases'), basesSchema);
  const packs = await Promise.all(
    bases.map(async ({ id }) => (await stat(join(await lineageDirectory(), 'pack', `${id}.pack`))).size),
  );
  assert.equal(bases.length, 2);
  assert.ok((packs[1] ?? 0) * 2 < (packs[0] ?? 0), `packs of ${packs.join(' and ')} bytes`);
  const reply = await openWire(receiver.reader, get(`/bases/${second.id}`));
  const pieces: Buffer[] = [];
  for await (const piece of reply.body) pieces.push(Buffer.from(piece));
  assert.equal(sha256Hex(Buffer.concat(pieces)), second.sha256);
  const report = await callWire(receiver.peer, post('/verify'), archiveReportSchema);
  assert.deepEqual([report.bases, report.faultCount, report.faults], [2, 0, []]);
});

test('a base is taken again when the newest is a day old, by off-site’s own running time', async () => {
  await receiver.kill();
  await writeFile(join(receiver.directory, 'running.json'), JSON.stringify({ ranMs: 25 * 3_600_000 }));
  await receiver.start({ ARCHIVE_RECIPIENTS: JSON.stringify([await identityToRecipient(escrow)]) });
  for (let waitedMs = 0; ; waitedMs += 100) {
    const { bases } = await callWire(receiver.peer, get('/bases'), basesSchema);
    if (bases.length === 3) return;
    assert.ok(waitedMs < 180_000, `there are ${bases.length} bases\n${receiver.output}`);
    await sleepMs(100);
  }
});

test('[A18] stock PostgreSQL restores an export of a copied archive, made with an escrow identity alone', async () => {
  await write(20);
  await untilPacked(3);
  await headquarters.writeNotes(acknowledged, { from: acknowledged.length + 1, until: () => acknowledged.length >= 110 });
  await receiver.kill();
  await headquarters.stop();
  await cp(join(receiver.directory, 'site'), copy, { recursive: true });
  const out = join(place.root, 'out');
  const exported = await archive('export', 'site', '--to', out);
  assert.equal(exported.code, 0, exported.output);

  const data = join(place.root, 'restored');
  await run('sh', [join(out, 'restore.sh'), data]);
  if (HEADQUARTERS_OWNER)
    for (const path of [out, data]) await run('chown', ['-R', `${HEADQUARTERS_OWNER.uid}:${HEADQUARTERS_OWNER.gid}`, path]);
  const { postgres } = await findBinaries();
  restored = spawn(postgres, ['-D', data], { ...HEADQUARTERS_OWNER, cwd: '/', env: { LC_ALL: 'C' }, stdio: 'ignore' });
  assert.deepEqual(await readNotes(data), acknowledged);
});

async function readNotes(socketDirectory: string): Promise<number[]> {
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 100) {
    const client = new pg.Client(connectionTo(socketDirectory, { database: 'site', role: 'postgres', password: '' }));
    try {
      await client.connect();
      const { rows } = await client.query<{ id: string }>('select id from note where not pg_is_in_recovery() order by id');
      if (rows.length > 0) return rows.map(({ id }) => Number(id));
    } catch {
      await sleepMs(100);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  throw new Error('the restored server does not answer');
}

test('[A12] a flipped bit in each kind of file, and a cut index, is told by name; the whole archive is told to be whole', async () => {
  const whole = await archive('verify', 'site');
  assert.deepEqual([whole.code, whole.output.startsWith('Whole: site: ')], [0, true], whole.output);
  const lineage = await lineageDirectory(copy);
  const [pack = ''] = await readdir(join(lineage, 'pack'));
  const base = (await readdir(join(lineage, 'base'))).at(-1) ?? '';
  const segment = (await readdir(join(lineage, 'wal'))).find((name) => name.endsWith('.enc')) ?? '';
  const kinds = [join('wal', segment), join('pack', pack), join('base', base, 'map.zst.enc')];
  const kept = await Promise.all(kinds.map((path) => readFile(join(lineage, path))));
  for (const [at_, path] of kinds.entries()) {
    const flipped = Buffer.from(kept[at_] ?? '');
    flipped.writeUInt8(flipped.readUInt8(flipped.length >> 1) ^ 1, flipped.length >> 1);
    await writeFile(join(lineage, path), flipped);
  }
  const told = await archive('verify', 'site');
  assert.equal(told.code, 1, told.output);
  for (const name of [segment.slice(0, 24), pack.slice(0, -5), base])
    assert.ok(told.output.includes(name), `${name}: ${told.output}`);
  for (const [at_, path] of kinds.entries()) await writeFile(join(lineage, path), kept[at_] ?? '');
  const index = join(lineage, 'wal', 'index.ndjson');
  const lines = (await readFile(index, 'utf8')).split('\n');
  await writeFile(index, `${lines.slice(0, 2).join('\n')}\n`);
  const cut = await archive('verify', 'site');
  assert.deepEqual([cut.code, /archive\.damaged/.test(cut.output)], [1, true], cut.output);
});

test('[A16] without an identity that opens its keys an archive is told to need one, and is not taken for empty', async () => {
  await rm(join(receiver.directory, 'identity.txt'));
  await mkdir(join(place.root, 'again'));
  await receiver.start();
  const status = await receiver.until(({ state }) => state === 'broken', 'it asks for the identity');
  assert.equal(status.fault?.code, 'archive.key_missing');
  await receiver.kill();
  await writeFile(join(receiver.directory, 'identity.txt'), `${escrow}\n`);
  await receiver.start();
  assert.equal((await receiver.status()).fault?.code === 'archive.key_missing', false, 'an escrow identity opens it');
});
