import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { jsonText, readConfig, wholeNumber } from './config.ts';

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
