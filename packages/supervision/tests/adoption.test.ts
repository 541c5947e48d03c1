import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { readAdoption } from '#adoption/read-adoption.ts';
import { askHealth } from '#process/health.ts';
import { temporaryDirectory } from './estate-of-examples.ts';

const GOOD = {
  name: 'board',
  title: { en: 'Notice board' },
  level: 'L1',
  origins: [{ host: 'board', kind: 'public', title: { en: 'Notice board' } }],
  adopted: {
    command: ['{node}', '{application}/server.js'],
    environment: { SOCKET: '{socket}', DATABASE_URL: '{database-url}' },
    listens: 'socket',
    health: '/health',
    database: {},
  },
};

async function lay(t: Parameters<typeof temporaryDirectory>[0], manifest: unknown): Promise<string> {
  const directory = await temporaryDirectory(t);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'server.js'), '');
  await writeFile(join(directory, 'bulkhead.json'), typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
  return join(directory, 'bulkhead.json');
}

test('[AD12] a manifest tells its level and what cannot be promised', async (t) => {
  const file = await lay(t, GOOD);
  const { directory, manifest, level, notPromised } = await readAdoption(file);
  assert.equal(join(directory, 'bulkhead.json'), file);
  assert.equal(level, 'L1');
  assert.equal(manifest.adopted?.runsReadOnly, false);
  for (const told of [/no undo/, /not kept off-site/, /nothing of it can be read/, /cannot run read-only/])
    assert.ok(
      notPromised.some((sentence) => told.test(sentence)),
      String(told),
    );
  assert.equal(
    notPromised.some((sentence) => /port/.test(sentence)),
    false,
  );
});

test('[AD12] every fault of a manifest is told at once, with what to do', async (t) => {
  const faulty = {
    ...GOOD,
    level: 'L0',
    edition: { origin: 'board', tables: ['a'], approvals: { publish: ['a.b', 'c.d'], withdraw: ['e.f'] } },
    checks: [{ name: 'a check', sql: 'select 1 where false' }],
    adopted: {
      ...GOOD.adopted,
      command: ['{node}', '--password={database-password}'],
      environment: { PORT: '{port}', WHAT: '{whatever}' },
      frozen: { origin: 'elsewhere', paths: ['/secret/one'], never: ['/secret/'] },
      runsReadOnly: true,
    },
  };
  await assert.rejects(readAdoption(await lay(t, faulty)), (error) => {
    assert.ok(error instanceof EstateError && error.code === 'manifest.invalid');
    for (const told of [
      /edition: an adopted application has none/,
      /checks: at level L0/,
      /database-password\} would be seen/,
      /\{whatever\} is unknown/,
      /nothing gives it \{socket\}/,
      /has no \{port\}/,
      /choose L1/,
      /origin "elsewhere" is not among board/,
      /\/secret\/one stands in paths and is excluded/,
      /runsReadOnly: without a database/,
    ])
      assert.match(error.message, told);
    return true;
  });
  for (const [given, told] of [
    ['{', /not JSON/],
    ['[]', /expected object/i],
    [{ ...GOOD, adopted: undefined }, /section "adopted"/],
    [{ ...GOOD, level: 'L2' }, /has level L0 or L1/],
    [{ ...GOOD, adopted: { ...GOOD.adopted, command: ['{node}', '{application}/other.js'] } }, /other\.js does not exist/],
    [{ ...GOOD, adopted: { ...GOOD.adopted, colour: 'blue' } }, /colour/],
  ] as const)
    await assert.rejects(
      readAdoption(await lay(t, given)),
      (error) => error instanceof Error && told.test(error.message),
      String(told),
    );
  await assert.rejects(readAdoption('/nowhere/bulkhead.json'), (error) => hasCode(error, 'config.invalid'));
});

test('[AD12] the example of an adopted application has a manifest without fault', async () => {
  const file = new URL('../../../examples/lending-library/bulkhead.json', import.meta.url).pathname;
  const { level, manifest } = await readAdoption(file);
  assert.equal(level, 'L1');
  assert.equal(manifest.adopted?.frozen?.origin, 'library');
  const source = await readFile(new URL('../../../examples/lending-library/package.json', import.meta.url), 'utf8');
  assert.doesNotMatch(source, /bulkhead/);
});

test('[AD2] a program that is not ours is well when its address answers below 400', async (t) => {
  const directory = await temporaryDirectory(t);
  let status = 200;
  const server = createServer((_request, response) => void response.writeHead(status).end('x'.repeat(1_000_000)));
  const socket = join(directory, 's.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.after(() => void server.close());
  const ask = () => askHealth({ plain: { socket }, path: '/health', host: 'board.localhost' }, new AbortController().signal);
  assert.equal((await ask()).kind, 'well');
  status = 302;
  assert.equal((await ask()).kind, 'well');
  status = 503;
  assert.deepEqual(await ask(), { kind: 'unwell', detail: '/health answers 503' });
  await new Promise((resolve) => server.close(resolve));
  assert.equal((await ask()).kind, 'silent');
});
