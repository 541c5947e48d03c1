import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { trustSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { type Examined, examineEdition, exportEdition, loadVerifyingKey } from '#edition/exported.ts';
import { filesOf } from '#estate/paths.ts';
import { getRunningEstate } from '#estate/run.ts';
import { listEditions, readEdition, readEditionFile } from '#operator/editions.ts';
import { orderAtDesk } from '#operator/request.ts';
import { type Act, runAct } from '../acts.ts';
import { AS_OPTION, type Command, EXIT, type Given, JSON_OPTION, type Surroundings, textOf } from '../command.ts';
import { alignColumns } from '../table.ts';

const ACTS: Readonly<Record<string, Act>> = {
  list: { words: [1, 1], usage: 'list <compartment>', run: list },
  export: { words: [2, 2], usage: 'export <compartment> <directory>', run: exportOne },
  verify: { words: [1, 1], usage: 'verify <directory>', run: verify },
  rollback: { words: [2, 2], usage: 'rollback <compartment> <number>', run: rollBack },
  publish: { words: [1, 1], usage: 'publish <compartment>', run: publish },
};

export const command: Command = {
  summary: 'List, export, verify and roll back what a compartment has published.',
  words: '<act> <…>',
  count: [2, 3],
  options: {
    as: AS_OPTION,
    at: { type: 'string', value: 'path', help: 'export, verify: where the directory will stand when it is served' },
    key: { type: 'string', value: 'file', help: 'verify: the public key that you trust; else the one inside' },
    number: { type: 'string', value: 'n', help: 'export: this edition, not the current one; verify: it must be this one' },
    reason: { type: 'string', value: 'text', help: 'rollback, publish: why; goes into the ledger' },
    json: JSON_OPTION,
  },
  details: `
Off-site keeps the last twenty editions, each signed.
  bulkhead edition list website                           number, time, files
  bulkhead edition export website /srv/www                files, manifest, public key and nginx.conf, into an empty directory
  bulkhead edition verify /srv/www --key public-key.json  signature, and every file; needs no estate; exit code 1 if one is wrong
  bulkhead edition rollback website 12 --reason "…"       shows edition 12 again, under a new number; nothing newer follows
  bulkhead edition publish website --reason "…"           goes on publishing after a rollback
An exported edition is served by nginx, or by anything that reads the manifest: "include /srv/www/nginx.conf;" in http.`,
  run: (given, around) => runAct('edition', ACTS, given, around),
};

async function list(given: Given, { paths, print }: Surroundings): Promise<number> {
  const { desk } = await getRunningEstate(paths);
  const kept = await listEditions(desk, given.words[0] ?? '');
  if (given.options['json']) print(JSON.stringify(kept));
  else {
    const rows = kept.editions.map(({ number, publishedAt, files }) => [
      String(number),
      publishedAt,
      `${files} files`,
      number === kept.latest ? 'shown' : '',
    ]);
    for (const line of alignColumns(rows)) print(line);
    if (kept.latest === null) print('Nothing was published yet.');
    if (kept.paused) print(`Publishing is paused; "bulkhead edition publish ${given.words[0]}" goes on after a rollback.`);
  }
  return EXIT.done;
}

async function exportOne(given: Given, { paths, print }: Surroundings): Promise<number> {
  const [compartment = '', directory = ''] = given.words;
  const wanted = numberOf(given);
  const { desk } = await getRunningEstate(paths);
  const number = wanted ?? (await listEditions(desk, compartment)).latest;
  if (number === null) throw new EstateError('request.not_found', `exporting ${compartment}: nothing was published yet`);
  const { editionKeys: keys } = trustSchema.parse(JSON.parse(await readFile(filesOf(paths).offsite.trust, 'utf8')));
  const signed = await readEdition(desk, compartment, number);
  const read = (sha256: string) => readEditionFile(desk, compartment, sha256);
  const manifest = await exportEdition({ signed, keys, read }, directory, placeOf(given, directory));
  if (given.options['json']) print(JSON.stringify({ number, files: manifest.files.length, directory: resolve(directory) }));
  else print(`Edition ${number} of ${compartment}, ${manifest.files.length} files, is in ${resolve(directory)}.`);
  return EXIT.done;
}

async function verify(given: Given, { print }: Surroundings): Promise<number> {
  const directory = resolve(given.words[0] ?? '');
  const file = textOf(given, 'key');
  const key = file === undefined ? undefined : await loadVerifyingKey(file);
  const examined = await examineEdition(directory, { key, number: numberOf(given), at: placeOf(given, directory) });
  for (const line of given.options['json'] ? [tellJson(examined)] : tellExamined(examined, key !== undefined)) print(line);
  return examined.faultCount === 0 ? EXIT.done : EXIT.failed;
}

function tellJson({ manifest, key, faults, faultCount }: Examined): string {
  const { compartment, number, publishedAt, files } = manifest;
  return JSON.stringify({ compartment, number, publishedAt, files: files.length, keyId: key.keyId, faultCount, faults });
}

function tellExamined({ manifest, key, faults, faultCount }: Examined, isKeyGiven: boolean): string[] {
  const what = `edition ${manifest.number} of ${manifest.compartment}, published ${manifest.publishedAt}`;
  if (faultCount > 0)
    return [
      `NOT whole: ${what}: ${faultCount} ${faultCount === 1 ? 'fault' : 'faults'}`,
      ...faults.map((fault) => `  ${fault}`),
      ...(faultCount > faults.length ? [`  and ${faultCount - faults.length} more`] : []),
    ];
  return [
    `Whole: ${what}: ${manifest.files.length} files, as ${key.keyId} signed them.`,
    ...(isKeyGiven
      ? []
      : [`The key was the one inside (${key.publicKey.slice(-43)}): compare it with the publisher's, or give --key.`]),
  ];
}

async function rollBack(given: Given, around: Surroundings): Promise<number> {
  const [compartment = '', text = ''] = given.words;
  const number = wholeNumber(text, 'the edition');
  const order = { kind: 'rollback' as const, compartment, number, reason: reasonOf(given) };
  const answer = await orderAtDesk(given, around, order, 'first-operator');
  if (given.options['json']) around.print(JSON.stringify(answer));
  else
    around.print(
      `${compartment} shows edition ${number} again, as edition ${answer.edition}. Nothing newer is published until "bulkhead edition publish ${compartment}".`,
    );
  return EXIT.done;
}

async function publish(given: Given, around: Surroundings): Promise<number> {
  const compartment = given.words[0] ?? '';
  const order = { kind: 'publish' as const, compartment, reason: reasonOf(given) };
  const answer = await orderAtDesk(given, around, order, 'first-operator');
  around.print(given.options['json'] ? JSON.stringify(answer) : `${compartment} publishes again what its rows say.`);
  return EXIT.done;
}

function reasonOf(given: Given): string {
  return textOf(given, 'reason') ?? 'ordered by an operator';
}

function placeOf(given: Given, directory: string): string {
  const place = textOf(given, 'at') ?? resolve(directory);
  if (/^\/[\w./ -]*$/.test(place)) return place.replace(/(?<=.)\/+$/, '');
  throw new EstateError('input.invalid', `reading where the edition will stand: "${place}" is no plain absolute path; give --at`);
}

function numberOf(given: Given): number | undefined {
  const text = textOf(given, 'number');
  return text === undefined ? undefined : wholeNumber(text, '--number');
}

function wholeNumber(text: string, what: string): number {
  if (/^[1-9]\d{0,11}$/.test(text)) return Number(text);
  throw new EstateError(
    'input.invalid',
    `reading ${what}: "${text}" is no number of an edition; "bulkhead edition list" shows them`,
  );
}
