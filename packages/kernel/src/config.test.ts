import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { jsonText, readConfig, readJsonFile, wholeNumber } from './config.ts';
import { hasCode } from './error.ts';

const schema = z.object({
  PORT: wholeNumber(1, 65_535).meta({ example: '8400' }),
  JAILS_JSON: jsonText(z.record(z.string(), z.object({ secret: z.string().min(16, 'must have at least 16 characters') }))).meta({
    example: '{"website":{"secret":"…"}}',
  }),
});
const told = (environment: Record<string, string>) => {
  try {
    readConfig(schema, environment);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
};

test('every wrong setting is told at once, with its name, what is wrong within it, and an example', () => {
  const both = told({ PORT: '0', JAILS_JSON: '{"website":{"secret":"sh0rt"}}' });
  assert.match(both, /PORT: must be a whole number from 1 to 65535, for example PORT=8400/);
  assert.match(both, /JAILS_JSON, website\.secret: must have at least 16 characters, for example JAILS_JSON=/);
  assert.doesNotMatch(both, /sh0rt/, 'what was given may be a secret');
  assert.match(told({ PORT: '1', JAILS_JSON: '{' }), /JAILS_JSON: must be JSON/);
});

test('a right configuration is typed and frozen', () => {
  const config = readConfig(schema, { PORT: '8400', JAILS_JSON: '{"website":{"secret":"sixteen characters"}}' });
  assert.deepEqual(config, { PORT: 8400, JAILS_JSON: { website: { secret: 'sixteen characters' } } });
  assert.ok(Object.isFrozen(config));
});

test('a file that a setting names is read in its form, or told by its path', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'config-'));
  try {
    const path = join(directory, 'estate.json');
    const form = z.object({ name: z.string() });
    await writeFile(path, '{"name":"sample"}');
    assert.deepEqual(await readJsonFile(path, form), { name: 'sample' });
    for (const wrong of ['{"name":1}', '{']) {
      await writeFile(path, wrong);
      await assert.rejects(
        readJsonFile(path, form),
        (error: Error) => hasCode(error, 'config.invalid') && error.message.includes(path),
      );
    }
    await assert.rejects(readJsonFile(join(directory, 'none.json'), form), (error) => hasCode(error, 'config.invalid'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
