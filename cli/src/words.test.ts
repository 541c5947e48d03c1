import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf } from './command.ts';
import { isNear, parseWords } from './words.ts';

const COMMAND = {
  words: '<compartment>',
  count: [1, 1],
  options: {
    reason: { type: 'string', value: 'text', help: '' },
    limit: { type: 'string', value: 'number', help: '' },
    json: { type: 'boolean', help: '' },
  },
  details: '\nExample:\n  bulkhead seal website --reason "stolen sessions"   then look',
} as const;
const faultOf = (...words: readonly string[]): string => {
  try {
    parseWords('seal', COMMAND, words);
    return 'none';
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    assert.match(said, /^reading the words after "bulkhead seal": [^\n]+$/, 'on one line');
    assert.ok(
      said.endsWith('. For example: bulkhead seal website --reason "stolen sessions". "bulkhead seal --help" tells more.'),
    );
    return said.slice('reading the words after "bulkhead seal": '.length, said.indexOf('. For example'));
  }
};

test('what is typed wrong is told in words of ours, with what is wanted instead and an example', () => {
  assert.equal(
    faultOf('website', '--limit', '-1'),
    '--limit needs a value: --limit <number>, or --limit=<number> for one that begins with a dash',
  );
  assert.match(faultOf('website', '--reason'), /^--reason needs a value: --reason <text>/);
  assert.equal(faultOf('website', '--json=yes'), '--json takes no value');
  assert.equal(faultOf('website', '--raeson', 'x'), 'there is no option --raeson; --reason is probably meant');
  assert.equal(faultOf('website', '--nope'), 'there is no option --nope; there are --reason, --limit, --json');
  assert.equal(faultOf('website', '-x'), 'there is no option -x; there are --reason, --limit, --json');
  assert.equal(faultOf(), '<compartment> is missing');
  assert.match(faultOf('website', 'now'), /^"now" is one word too many: it takes <compartment>; put text/);
});

test('what is typed right is read as it stands', () => {
  const { words, options } = parseWords('seal', COMMAND, ['website', '--limit=-1', '--json']);
  assert.deepEqual([words, { ...options }], [['website'], { limit: '-1', json: true }]);
});

test('a slip in a word is recognised: a letter more, less, another, or two exchanged', () => {
  assert.deepEqual(
    ['seal', 'sael', 'sea', 'seals', 'sell', 'restore', 'st'].map((typed) => isNear('seal', typed)),
    [true, true, true, true, true, false, false],
  );
});

test('wrong words end with 2 and what is refused with 4, whichever process said so', () => {
  assert.deepEqual([exitCodeOf('input.invalid'), exitCodeOf('compartment.unknown'), exitCodeOf('incident.not_found')], [2, 4, 4]);
  assert.deepEqual([exitCodeOf('wire.refused', 'input.invalid'), exitCodeOf('wire.refused', 'request.not_found')], [2, 4]);
});
