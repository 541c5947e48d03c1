import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { originUrl } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { signIn, Visitor } from '@bulkhead/visitor';
import { getRunningEstate } from '#estate/run.ts';
import { listSampleAccounts, type SampleAccount } from '#sample/accounts.ts';
import { type Imported, importFile, readShipped, type SentFile } from '#sample/intake.ts';
import { EXIT, type Given, type Surroundings, textOf } from '../command.ts';
import { readAccountFile } from './entering.ts';

const NAME = 'gisis';
const ALL_SHIPPED = 'sample';
const FILE_BYTES = 209_715_200;

/** `bulkhead import gisis <file>`: records from a file into one module; `sample` for all that is shipped. */
export async function importRecords(given: Given, surroundings: Surroundings): Promise<number> {
  const { paths, print } = surroundings;
  const running = await getRunningEstate(paths);
  const origin = originUrl(running.estate, NAME);
  const { configuration, now } = surroundings;
  const certificates = configuration.tlsCertificate ? await readFile(configuration.tlsCertificate, 'utf8') : undefined;
  const visitors = new Map<string, Visitor>();
  const enter = async (account: SampleAccount | Awaited<ReturnType<typeof readAccountFile>>): Promise<Visitor> => {
    const known = visitors.get(account.email);
    if (known) return known;
    const visitor = new Visitor({ address: running.estate.listenAddress, ...(certificates ? { certificates } : {}) });
    visitors.set(account.email, visitor);
    await signIn(visitor, `${origin}/for-you`, account, now);
    return visitor;
  };
  const accounts = running.estate.isSample ? await listSampleAccounts(running.headquarters) : [];
  const accountFile = textOf(given, 'account');
  const chosen = accountFile === undefined ? null : await readAccountFile(accountFile);
  try {
    for await (const { by, file } of readWanted(given, paths.checkout)) {
      const account = chosen ?? accounts.find(({ email }) => email === `${by}@sample.invalid`);
      if (!account) throw new EstateError('input.invalid', 'importing records: say with --account as whom');
      tell(given, print, file, await importFile(await enter(account), origin, file));
    }
    return EXIT.done;
  } finally {
    for (const visitor of visitors.values()) visitor.leave();
  }
}

async function* readWanted(given: Given, checkout: string): AsyncGenerator<{ readonly by: string; readonly file: SentFile }> {
  const [, path = ''] = given.words;
  const isDry = given.options['dry-run'] === true;
  if (path === ALL_SHIPPED) {
    for await (const { by, file } of readShipped(checkout, 'all')) yield { by, file: { ...file, isDry } };
    return;
  }
  const [module, source, since] = [textOf(given, 'module'), textOf(given, 'source'), textOf(given, 'since')];
  if (module === undefined || source === undefined)
    throw new EstateError(
      'input.invalid',
      `importing ${path}: say with --module into which, and with --source where it comes from`,
    );
  const entry = await stat(path).catch(() => undefined);
  if (!entry?.isFile() || entry.size > FILE_BYTES)
    throw new EstateError('input.invalid', `reading ${path}: there is no such file, or it is longer than ${FILE_BYTES} bytes`);
  const content = new Uint8Array(await readFile(path));
  const isSure = given.options['sure'] === true;
  yield { by: 'supplier', file: { module, name: basename(path), content, source, isDry, isSure, ...(since ? { since } : {}) } };
}

function tell(
  given: Given,
  print: (line: string) => void,
  { module, name, isDry }: SentFile,
  { counts, faultsFile }: Imported,
): void {
  if (given.options['json']) return print(JSON.stringify({ module, name, isDry, ...counts, faultsFile }));
  const { added, changed, same, refused, asked } = counts;
  const askedBack = asked > 0 ? `, asked back ${asked}` : '';
  print(
    `${module}: ${isDry ? 'would be ' : ''}new ${added}, changed ${changed}, the same ${same}, refused ${refused}${askedBack}`,
  );
  if (refused + asked > 0 && !isDry) print(`  by row and column: ${faultsFile}`);
}
