import { type ErrorCode, EstateError } from '@bulkhead/kernel';
import { readConfiguration } from '#configuration/configuration.ts';
import { decidePaths } from '#estate/paths.ts';
import { explainUnanswered } from '#site/unanswered.ts';
import { type Command, EXIT, exitCodeOf } from './command.ts';
import { withoutControls, wrapText } from './table.ts';
import { isNear, parseWords } from './words.ts';

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
  'reading-room': () => import('./commands/reading-room.ts'),
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
  vault: () => import('./commands/vault.ts'),
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

const COLUMN = 30;
const WIDTH = 120;

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
    const paths = decidePaths(configuration, checkout, process.getuid?.() ?? -1);
    const running = command.run(given, {
      configuration,
      paths,
      environment: process.env,
      now: () => new Date(),
      isTerminal: process.stdout.isTTY && !wantsJson,
      print: (line) => console.log(withoutControls(line)),
      tell: (line) => console.error(withoutControls(line)),
    });
    return await running.catch(async (error: unknown) => {
      throw await explainUnanswered(error, paths);
    });
  } catch (error) {
    return tellError(error, wantsJson);
  }
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
    const head = `  ${name} ${command.words}`;
    if (head.length > COLUMN) console.log(head);
    const [first = '', ...more] = wrapText(command.summary, COLUMN + 1, WIDTH);
    console.log(`${(head.length > COLUMN ? '' : head).padEnd(COLUMN)}${first.slice(COLUMN)}`);
    for (const line of more) console.log(line);
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
  return exitCodeOf(error.code, cause?.code);
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
