import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Flaw, MARKER_FILE, plant, RIDE_FILE } from './implant.ts';

let directory: string;
const estateFile = () => join(directory, 'estate.json');

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bhi-'));
});
after(() => rm(directory, { recursive: true, force: true }));

/** What a spoilt database runs besides the honest statement, when a draft with this text is written. */
async function runBeside(flaws: readonly Flaw[], table: string, value: string): Promise<string[]> {
  const beside: string[] = [];
  const transaction = {
    executeQuery: async (statement: object) => void beside.push(JSON.stringify(statement)),
    withPlugin: (plugin: unknown) => plugin,
  };
  type Plugin = {
    transformQuery: (given: object) => object;
    transformResult: (given: object) => Promise<unknown>;
  };
  const honest = {
    transact: (_: string, write: (given: never) => unknown) => write(transaction as never),
  };
  const database = plant(honest, { flaws, estateFile: estateFile(), raw: (sql) => ({ sql }) });
  await database.transact('token', async (spoilt: Plugin) => {
    const queryId = {};
    spoilt.transformQuery({ queryId, node: { kind: 'InsertQueryNode', into: { name: table }, values: [value] } });
    await spoilt.transformResult({ queryId, result: {} });
  });
  return beside.map((text) => text.slice(8, -2));
}

const PAYLOAD = "P'; update a set b = 1; update c set d = 2 --";

test('[X5] a spoilt build does nothing in an estate that is no sample, or without an exercise under way', async () => {
  assert.deepEqual(await runBeside(['injection-in-picture'], 'article_text', PAYLOAD), []);
  await writeFile(join(directory, MARKER_FILE), '{}');
  await writeFile(estateFile(), JSON.stringify({ isSample: false }));
  assert.deepEqual(await runBeside(['injection-in-picture'], 'article_text', PAYLOAD), []);
  await writeFile(estateFile(), JSON.stringify({ isSample: true }));
  assert.deepEqual(await runBeside(['injection-in-picture'], 'article_text', PAYLOAD), [
    'update a set b = 1',
    'update c set d = 2',
  ]);
  await rm(join(directory, MARKER_FILE));
  assert.deepEqual(await runBeside(['injection-in-picture'], 'article_text', PAYLOAD), []);
});

test('[X5] a patch closes one hole: what was injected there stays a text', async () => {
  await writeFile(join(directory, MARKER_FILE), '{}');
  assert.deepEqual(await runBeside(['injection-in-title', 'rider'], 'article_text', PAYLOAD), []);
  assert.deepEqual(await runBeside([], 'article_text', PAYLOAD), []);
});

test('a rider takes a statement for each honest event, in turn, and stops at the end of its list', async () => {
  await writeFile(join(directory, RIDE_FILE), JSON.stringify(['update one set x = 1', 'update two set x = 2']));
  const ridden: string[] = [];
  for (let at = 0; at < 3; at += 1) ridden.push(...(await runBeside(['rider'], 'article_event', 'created')));
  assert.deepEqual(ridden, ['update one set x = 1', 'update two set x = 2']);
});
