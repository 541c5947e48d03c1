import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type CompartmentManifest, generateSigningKey, parseManifest, type Trust } from '@bulkhead/contracts';
import { temporaryDirectory, useCluster, waitUntil } from '@bulkhead/testkit';
import { type Asker, createScratchGateway } from '@bulkhead/web';
import { checkName } from './new-compartment/name-check.ts';

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url));
const TEMPLATE = join(CHECKOUT, 'tools/new-compartment/template');
const SECRET = 'what processes of a test estate present to each other';
const NAME = 'reading-room';

// A checkout of its own in small: the new compartment finds its libraries, and nothing else finds the new compartment.
const root = await temporaryDirectory();
const compartments = join(root, 'compartments');
const directory = join(compartments, NAME);
await mkdir(compartments);
await symlink(join(CHECKOUT, 'node_modules'), join(root, 'node_modules'));
const made = await make(NAME, '--into', compartments);
assert.equal(made.code, 0, made.err);
const cluster = await useCluster({ name: 'reading_room', migrations: join(directory, 'migrations') });

type Ended = { readonly code: unknown; readonly out: string; readonly err: string };

/** Runs a program with this Node, as a person would: nothing of this test's own environment. */
async function runNode(...words: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, words, {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: root, TMPDIR: process.env['TMPDIR'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString('utf8')));
  const [code]: unknown[] = await once(child, 'close');
  return { ...text, code };
}

function make(...words: readonly string[]): Promise<Ended> {
  return runNode(join(CHECKOUT, 'tools/new-compartment.ts'), ...words);
}

function listFiles(from: string): string[] {
  const entries = readdirSync(from, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath, entry.name).slice(from.length + 1)).sort();
}

async function readManifest(): Promise<CompartmentManifest> {
  const module: { readonly manifest?: unknown } = await import(join(directory, 'src/compartment.ts'));
  return parseManifest(module.manifest);
}

test('a new compartment has every room, is called by its name alone, and says what comes next', async () => {
  assert.deepEqual(
    listFiles(directory),
    listFiles(TEMPLATE)
      .map((path) => path.replace('newcomer', NAME))
      .sort(),
  );
  for (const room of ['README.md', 'package.json', 'schema.sql', 'src/schema.ts', 'src/main.ts', 'tests/reading-room.test.ts'])
    assert.ok(existsSync(join(directory, room)), room);
  for (const path of listFiles(directory)) assert.doesNotMatch(readFileSync(join(directory, path), 'utf8'), /newcomer/i, path);
  assert.ok(readFileSync(join(directory, 'README.md'), 'utf8').split('\n').length <= 60);
  const { name, origins, needs, seal } = await readManifest();
  assert.deepEqual([name, origins.map(({ host }) => host), needs, seal.unreachable], [NAME, [NAME], ['identity'], 'stop']);
  for (const step of ['npm install', 'npm run check', 'npm start', 'http://reading-room.localhost:8400'])
    assert.ok(made.out.includes(step), step);
});

test('its schema files come from its migration, and those that stand in the template are up to date', () => {
  for (const path of ['schema.sql', 'src/schema.ts']) {
    const written = readFileSync(join(directory, path), 'utf8');
    assert.match(written, /Written by tools\/dump-schema\.ts/);
    assert.equal(readFileSync(join(TEMPLATE, path), 'utf8'), written, path);
  }
});

test('it asks for the versions that the other compartments ask for', () => {
  const identity = JSON.parse(readFileSync(join(CHECKOUT, 'compartments/identity/package.json'), 'utf8'));
  const own = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  assert.equal(own.name, '@bulkhead/reading-room');
  for (const library of ['kysely', 'zod']) assert.equal(own.dependencies[library], identity.dependencies[library], library);
});

test('its types hold and its form is the house style', async () => {
  const tsconfig = {
    extends: join(CHECKOUT, 'tsconfig.json'),
    include: ['compartments', join(CHECKOUT, 'packages/*/src/**/*.d.ts')],
  };
  await writeFile(join(root, 'tsconfig.json'), JSON.stringify(tsconfig));
  const types = await runNode(join(CHECKOUT, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', root);
  assert.deepEqual([types.code, types.out], [0, '']);
  await writeFile(
    join(root, 'biome.json'),
    readFileSync(join(CHECKOUT, 'biome.json'), 'utf8').replace('"useIgnoreFile": true', '"useIgnoreFile": false'),
  );
  const biome = join(CHECKOUT, 'node_modules/@biomejs/biome/bin/biome');
  const format = await runNode(biome, 'check', '--error-on-warnings', compartments);
  assert.equal(format.code, 0, `${format.out}${format.err}`);
});

test('its own tests pass', async () => {
  const tests = await runNode('--test', `${directory}/**/*.test.ts`);
  assert.equal(tests.code, 0, tests.out);
  assert.match(tests.out, /pass 1\d\n/);
});

test('its process starts on a real cluster with the least it needs, shows its page, takes a write, and stops when asked', async () => {
  const manifest = await readManifest();
  const socket = join(root, 'app.sock');
  const gateway = createScratchGateway({ manifest, socket: () => socket, now: () => new Date() });
  const other = (name: string) => generateSigningKey(name).verifying;
  const trust: Trust = {
    ...gateway.trust,
    orderKeys: [other('order-1')],
    editionKeys: [other('edition-1')],
    ledgerKeys: [other('ledger-1')],
    operatorKeys: [other('operator:one'), other('operator:two')],
  };
  const estate = {
    organisation: 'Sample Maritime Organization',
    isSample: true,
    domain: 'localhost',
    port: 8400,
    statusPort: 8401,
    listenAddress: '127.0.0.1',
    tls: null,
    leaseMs: 10_000,
    compartments: [{ directory, manifest }],
  };
  await writeFile(join(root, 'estate.json'), JSON.stringify(estate));
  await writeFile(join(root, 'trust.json'), JSON.stringify(trust));
  const granted = [`--allow-fs-read=${CHECKOUT}`, `--allow-fs-read=${root}`, `--allow-fs-write=${root}`];
  const child = spawn(process.execPath, ['--permission', ...granted, join(directory, 'src/main.ts')], {
    env: {
      SOCKET: socket,
      MODE: 'open',
      ESTATE_FILE: join(root, 'estate.json'),
      TRUST_FILE: join(root, 'trust.json'),
      INTERNAL_SECRET: SECRET,
      DATABASE_SOCKET_DIRECTORY: cluster.socketDirectory,
      DATABASE_NAME: cluster.name,
      DATABASE_ROLE: `${cluster.name}_app`,
      DATABASE_PASSWORD: cluster.passwords.app,
      BULKHEAD_SUPERVISED: '1',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  after(() => child.kill('SIGKILL'));
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')));
  const ended = once(child, 'exit');
  const health = { path: '/.bulkhead/health', token: null, headers: { authorization: `Bearer ${SECRET}` } };
  await waitUntil(async () => child.exitCode !== null || (await gateway.ask(health)).status === 200, { what: 'it is healthy' });
  assert.equal(child.exitCode, null, log);

  const asker: Asker = { accountId: 'account-amina', sessionId: 'session-1', displayName: 'Amina', roles: ['member'] };
  const empty = await gateway.ask({ path: '/', asker });
  assert.equal(empty.status, 200);
  assert.ok(empty.text.includes('Reading room') && empty.text.includes('There is no entry yet.'));
  const added = await gateway.ask({ path: '/entries', asker, form: { title: 'The first entry', body: 'It stands.' } });
  assert.equal(added.status, 303);
  assert.match(String(added.headers['bulkhead-commits']), /^\d+$/);
  assert.ok((await gateway.ask({ path: '/', asker })).text.includes('The first entry'));
  const admin = await cluster.adminOf(cluster.name);
  assert.deepEqual(await admin.query('select title, added_by from entry'), [
    { title: 'The first entry', added_by: 'account-amina' },
  ]);

  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null], log);
  assert.ok(!log.includes(SECRET) && !log.includes(cluster.passwords.app));
});

test('a name that cannot be is refused, and the reason is told', async () => {
  const refusals: readonly (readonly [string, RegExp])[] = [
    ['Atlantis', /lower-case letters and digits/],
    ['../escape', /lower-case letters and digits/],
    ['', /lower-case letters and digits/],
    ['status', /the status page has this host name/],
    ['template1', /PostgreSQL has a database of this name/],
    ['identity', /the workspace compartments\/identity has this name/],
    ['kernel', /the workspace packages\/kernel has this name/],
    ['www', /the compartment website has this host name/],
    ['website-pg', /sockets of a database/],
    ['abcdefghijklmnopqrst-abcdefghij-a', /longer than 31 characters/],
  ];
  for (const [name, message] of refusals)
    await assert.rejects(checkName(name, CHECKOUT), { code: 'input.invalid', message }, name);
  for (const name of ['library', 'reading-room', 'room2', 'abcdefghijklmnopqrst-abcdefghij']) await checkName(name, CHECKOUT);
});

test('the names that headquarters keeps for itself are refused, all of them', async () => {
  const layout = readFileSync(join(CHECKOUT, 'headquarters/supervisor/src/layout/layout.rules.ts'), 'utf8');
  const [, list = ''] = /const TAKEN = new Set\(\[(.*?)\]\)/s.exec(layout) ?? [];
  const names = [...list.matchAll(/'([a-z-]+)'/g)].map(([, name = '']) => name);
  assert.ok(names.length > 0);
  for (const name of names) await assert.rejects(checkName(name, CHECKOUT), /of this name for itself|has this name/, name);
});

test('wrong words end with code 2 and the reason, a directory that exists is left as it was, and nothing is made', async () => {
  const before = readFileSync(join(directory, 'src/compartment.ts'), 'utf8');
  const refusals: readonly (readonly [readonly string[], RegExp])[] = [
    [['Atlantis'], /lower-case letters and digits/],
    [[NAME], /it exists already/],
    [['library', '--into', join(root, 'nowhere')], /is no directory; make it first/],
    [['library', '--into', join(root, 'estate.json')], /is no directory; make it first/],
    [[], /one name is asked for, 0 were given/],
    [['library', 'archive'], /one name is asked for, 2 were given/],
    [['library', '--onto', root], /Unknown option '--onto'/],
  ];
  const ended = await Promise.all(refusals.map(([words]) => make('--into', compartments, ...words)));
  for (const [index, [words, reason]] of refusals.entries()) {
    assert.deepEqual([ended[index]?.code, ended[index]?.out], [2, ''], words.join(' '));
    assert.match(ended[index]?.err ?? '', reason);
    assert.match(ended[index]?.err ?? '', /--help/);
  }
  assert.deepEqual(readdirSync(compartments), [NAME]);
  assert.equal(readFileSync(join(directory, 'src/compartment.ts'), 'utf8'), before);
});

test('help is told on request, with code 0', async () => {
  const { code, out } = await make('--help');
  assert.equal(code, 0);
  assert.match(out, /tools\/new-compartment\.ts <name> \[--into DIR\]/);
});
