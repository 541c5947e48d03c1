import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAsked, tellUsage } from './options.ts';

const KNOWN = ['vault', 'offsite', 'offsite-files'];

test('a measurement is asked for by name, with its options in any place', () => {
  const asked = parseAsked(['--rounds', '2', 'offsite-files', '--json', '--trials', '7'], KNOWN);
  assert.deepEqual(asked.names, ['offsite-files']);
  assert.deepEqual([asked.rounds, asked.trials, asked.pages], [2, 7, undefined]);
  assert.deepEqual([asked.wantsJson, asked.wantsHelp, asked.isQuick, asked.isLong], [true, false, false, false]);
});

test('help is asked for, and nothing is measured; each measurement stands in it', () => {
  assert.equal(parseAsked(['--help'], KNOWN).wantsHelp, true);
  const told = tellUsage([
    ['vault', 'small blobs'],
    ['offsite-files', 'many files'],
  ]);
  assert.match(told, /^ {2}vault {10}small blobs$/m);
  assert.match(told, /^ {2}offsite-files {2}many files$/m);
});

test('what nobody knows is refused by name: an option, a measurement, a number that is none', () => {
  assert.throws(() => parseAsked(['--hlep'], KNOWN), /no option "--hlep"; there are --help, --json/);
  assert.throws(() => parseAsked(['-h'], KNOWN), /no option "-h"/);
  assert.throws(() => parseAsked(['voult'], KNOWN), /no measurement "voult"; there are vault, offsite, offsite-files/);
  assert.throws(() => parseAsked(['vault', '--pages', '5'], KNOWN), /--pages must be a whole number from 10/);
  assert.throws(() => parseAsked(['--trials'], KNOWN), /--trials must be a whole number from 1 .* is ""/);
});
