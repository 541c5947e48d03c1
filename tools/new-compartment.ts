/** Makes a compartment that starts: all its rooms, one capability with two pages and one action, and their tests. */
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { makeCompartment } from './new-compartment/from-template.ts';
import { checkName } from './new-compartment/name-check.ts';

const HELP = `sh tools/node tools/new-compartment.ts <name> [--into DIR]

Makes the compartment <name>: a process with a database, a host name and a role of its own, whose members read entries and add to them.
It starts as it is, and its tests pass. What it is for is then written in the place of the entries.

  <name>         lower-case letters and digits, words joined by a hyphen, such as "library" or "reading-room"
  --into DIR     where its directory is made; compartments/ of this checkout unless told
  --help, -h     this text

Exit codes: 0 made, 1 failed, 2 wrong words.`;

const EXIT = { made: 0, failed: 1, wrongWords: 2 } as const;
const checkout = fileURLToPath(new URL('..', import.meta.url));

function readWords(words: readonly string[]): { readonly name: string; readonly into: string } | 'help' {
  const { values, positionals } = parseWords(words);
  if (values.help) return 'help';
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new EstateError('input.invalid', `reading the words: one name is asked for, ${positionals.length} were given`);
  return { name, into: values.into === undefined ? join(checkout, 'compartments') : resolve(values.into) };
}

function parseWords(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: { into: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
      allowPositionals: true,
    });
  } catch (cause) {
    throw new EstateError('input.invalid', `reading the words: ${cause instanceof Error ? cause.message : 'not understood'}`);
  }
}

function tellNext(name: string, directory: string): string {
  const isAtHome = directory === join(checkout, 'compartments', name);
  const shown = isAtHome ? relative(checkout, directory) : directory;
  return `
Next:
  npm install         makes it a workspace of this checkout
  npm run check       format, lint, types, layers, schema
  sh tools/node --test "${shown}/**/*.test.ts"
  npm start           it answers at http://${name}.localhost:8400
${isAtHome ? '' : `An estate runs what stands in compartments/: move ${shown} there first.\n`}
Then:
  src/compartment.ts  gives its title in English only: add the other five languages
  identity            gives nobody its role yet: an administrator does, at http://id.localhost:8400/accounts
  README.md           says what it is for`;
}

function tellError(error: unknown): number {
  const isRefused = hasCode(error, 'input.invalid');
  if (!(error instanceof EstateError)) console.error(error);
  else
    console.error(
      `new-compartment: ${error.message}${error.cause instanceof Error ? `\n  because: ${error.cause.message}` : ''}`,
    );
  if (isRefused) console.error('Try: sh tools/node tools/new-compartment.ts --help');
  return isRefused ? EXIT.wrongWords : EXIT.failed;
}

async function run(words: readonly string[]): Promise<number> {
  try {
    const asked = readWords(words);
    if (asked === 'help') {
      console.log(HELP);
      return EXIT.made;
    }
    await checkName(asked.name, checkout);
    const directory = join(asked.into, asked.name);
    const files = await makeCompartment(directory, checkout);
    console.log(`made ${directory}\n${files.map((file) => `  ${file}`).join('\n')}\n${tellNext(asked.name, directory)}`);
    return EXIT.made;
  } catch (error) {
    return tellError(error);
  }
}

process.exitCode = await run(process.argv.slice(2));
