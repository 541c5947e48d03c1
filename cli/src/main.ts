import { parseArgs } from 'node:util';
import { EstateError } from '@bulkhead/kernel';
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
  open: () => import('./commands/open.ts'),
  approve: () => import('./commands/approve.ts'),
  history: () => import('./commands/history.ts'),
  findings: () => import('./commands/findings.ts'),
  incident: () => import('./commands/incident.ts'),
  undo: () => import('./commands/undo.ts'),
  waive: () => import('./commands/waive.ts'),
  adopt: () => import('./commands/adopt.ts'),
  exercise: () => import('./commands/exercise.ts'),
  doctor: () => import('./commands/doctor.ts'),
  'invite-administrator': () => import('./commands/invite-administrator.ts'),
};

const checkout = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');
process.exitCode = await runCommand(process.argv.slice(2));

async function runCommand([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h')
    return printCommands(name === undefined ? EXIT.usage : EXIT.done);
  const load = COMMANDS[name];
  if (!load) {
    console.error(`bulkhead: there is no command "${name}". Commands: ${Object.keys(COMMANDS).join(', ')}. Try "bulkhead help".`);
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
    if (positionals.length < least || positionals.length > most) throw new Error(`it takes: ${command.words || 'no words'}`);
    return { words: positionals, options: values };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'not understood';
    throw new EstateError('input.invalid', `reading the words after "bulkhead ${name}": ${why}. Try "bulkhead ${name} --help".`, {
      cause,
    });
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
  else
    console.error(
      withoutControls(
        `bulkhead: ${error.message}${error.cause instanceof Error ? `\n  because: ${error.cause.message}` : ''}\n  (${cause?.code ?? error.code}; docs/errors.md tells what to do)`,
      ),
    );
  return exitCodeOf(error.code);
}
