import { parseArgs } from 'node:util';
import { type ErrorCode, EstateError } from '@bulkhead/kernel';
import { readConfiguration } from '#configuration/configuration.ts';
import { decidePaths } from '#estate/paths.ts';
import { type Command, EXIT, exitCodeOf, type Given } from './command.ts';
import { withoutControls } from './table.ts';

/** Commands by name; each is loaded only when it is called. */
const COMMANDS: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  start: () => import('./commands/start.ts'),
  stop: () => import('./commands/stop.ts'),
  status: () => import('./commands/status.ts'),
  seal: () => import('./commands/seal.ts'),
  restore: () => import('./commands/restore.ts'),
  drills: () => import('./commands/drills.ts'),
  open: () => import('./commands/open.ts'),
  failover: () => import('./commands/failover.ts'),
  failback: () => import('./commands/failback.ts'),
  approve: () => import('./commands/approve.ts'),
  acknowledged: () => import('./commands/acknowledged.ts'),
  history: () => import('./commands/history.ts'),
  findings: () => import('./commands/findings.ts'),
  incident: () => import('./commands/incident.ts'),
  undo: () => import('./commands/undo.ts'),
  waive: () => import('./commands/waive.ts'),
  erase: () => import('./commands/erase.ts'),
  edition: () => import('./commands/edition.ts'),
  archive: () => import('./commands/archive.ts'),
  keys: () => import('./commands/keys.ts'),
  adopt: () => import('./commands/adopt.ts'),
  import: () => import('./commands/import.ts'),
  export: () => import('./commands/export.ts'),
  exercise: () => import('./commands/exercise.ts'),
  doctor: () => import('./commands/doctor.ts'),
  site: () => import('./commands/site.ts'),
  'invite-administrator': () => import('./commands/invite-administrator.ts'),
};

/** Where a person finds the name or number that they meant. */
const LOOK_AT: Partial<Record<ErrorCode, string>> = {
  'compartment.unknown': '"bulkhead status" lists the compartments',
  'incident.not_found': '"bulkhead incident" lists the incidents',
  'operator.unknown': '--as takes the name of a key in the operators directory, or the path of one',
};

const checkout = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');
process.exitCode = await runCommand(process.argv.slice(2));

async function runCommand([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h')
    return printCommands(name === undefined ? EXIT.usage : EXIT.done);
  const load = COMMANDS[name];
  if (!load) {
    const near = Object.keys(COMMANDS).find((known) => isNear(known, name));
    const hint = near ? `Did you mean "${near}"?` : `Commands: ${Object.keys(COMMANDS).join(', ')}.`;
    console.error(`bulkhead: there is no command "${name}". ${hint} Try "bulkhead help".`);
    return EXIT.usage;
  }
  const { command } = await load();
  const wantsJson = rest.includes('--json');
  try {
    if (rest.includes('--help') || rest.includes('-h')) return printHelp(name, command);
    const given = parseWords(name, command, rest);
    const configuration = readConfiguration(process.env, checkout);
    return await command.run(given, {
      configuration,
      paths: decidePaths(configuration, checkout, process.getuid?.() ?? -1),
      environment: process.env,
      now: () => new Date(),
      isTerminal: process.stdout.isTTY && !wantsJson,
      print: (line) => console.log(withoutControls(line)),
      tell: (line) => console.error(withoutControls(line)),
    });
  } catch (error) {
    return tellError(error, wantsJson);
  }
}

function parseWords(name: string, command: Command, words: readonly string[]): Given {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([option, { type, short }]) => [option, short ? { type, short } : { type }]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
    const [least, most] = command.count;
    if (positionals.length < least) throw new Error(`${command.words} is missing`);
    if (positionals.length > most) throw new Error(`"${positionals[most]}" is one word too many${tellTaken(command)}`);
    return { words: positionals, options: values };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/\.$/, '') : 'not understood';
    const example = tellExample(command);
    throw new EstateError(
      'input.invalid',
      `reading the words after "bulkhead ${name}": ${why}.${example ? ` For example: ${example}.` : ''} "bulkhead ${name} --help" tells more.`,
    );
  }
}

function tellTaken({ words }: Command): string {
  return words === '' ? ': it takes options only' : `: it takes ${words}; put text with spaces between quotes`;
}

/** The first of its examples, as a person would type it. */
function tellExample({ details }: Command): string | undefined {
  return /^ {2}(bulkhead .+?)(?: {3}.*)?$/m.exec(details)?.[1];
}

/** Whether a word is a known one with a slip in it: a letter more, less, another, or two exchanged. */
function isNear(known: string, typed: string): boolean {
  if (Math.abs(known.length - typed.length) > 1) return false;
  const at = known.split('').findIndex((letter, index) => letter !== typed[index]);
  if (at < 0) return true;
  const [one, other] = [known.slice(at), typed.slice(at)];
  const isExchanged = one[0] === other[1] && one[1] === other[0] && one.slice(2) === other.slice(2);
  return isExchanged || one.slice(1) === other.slice(1) || one.slice(1) === other || one === other.slice(1);
}

function printHelp(name: string, command: Command): number {
  console.log(`bulkhead ${name} ${command.words}`.trim());
  console.log(`\n${command.summary}\n\n${command.details.trim()}\n\nOptions:`);
  for (const [option, { short, value, help }] of Object.entries(command.options)) {
    console.log(`  ${`--${option}${value ? ` <${value}>` : ''}${short ? `, -${short}` : ''}`.padEnd(26)} ${help}`);
  }
  console.log(`  ${'--help, -h'.padEnd(26)} this text`);
  console.log('\nExit codes: 0 done, 1 failed, 2 wrong words or configuration, 3 no estate is running, 4 refused.');
  return EXIT.done;
}

async function printCommands(code: number): Promise<number> {
  console.log('bulkhead: the digital services of an organisation, built to be attacked and to come back.\n');
  for (const [name, load] of Object.entries(COMMANDS)) {
    const { command } = await load();
    console.log(`  ${`${name} ${command.words}`.padEnd(34)} ${command.summary}`);
  }
  console.log('\n"bulkhead <command> --help" tells more. The configuration is bulkhead.json, or the environment (BULKHEAD_…).');
  return code;
}

function tellError(error: unknown, wantsJson: boolean): number {
  if (!(error instanceof EstateError)) throw error;
  const cause = error.cause instanceof EstateError ? error.cause : undefined;
  if (wantsJson)
    console.log(
      JSON.stringify({
        error: {
          code: error.code,
          message: error.message,
          ...(cause ? { cause: { code: cause.code, message: cause.message } } : {}),
        },
      }),
    );
  else for (const line of writeError(error, cause)) console.error(withoutControls(line));
  return exitCodeOf(error.code);
}

/** What went wrong, why, and where to look: for a person. What another process refused is told in its own words. */
function writeError(error: EstateError, cause: EstateError | undefined): string[] {
  const { code } = cause ?? error;
  const isTold = error.code === 'wire.refused' && cause !== undefined;
  const why = isTold ? undefined : error.cause instanceof Error ? error.cause.message : undefined;
  return [
    `bulkhead: ${isTold ? cause.message : error.message}`,
    ...(why === undefined ? [] : [`  because: ${why}`]),
    ...(LOOK_AT[code] ? [`  ${LOOK_AT[code]}`] : []),
    `  (${code}; docs/errors.md tells what to do)`,
  ];
}
