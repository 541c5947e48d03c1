import { parseArgs } from 'node:util';
import { EstateError } from '@bulkhead/kernel';
import type { Command, Given } from './command.ts';

type Known = Pick<Command, 'words' | 'count' | 'options' | 'details'>;

/**
 * Reads what stands behind a command's name.
 * @throws EstateError `input.invalid`, with what is wrong, what is wanted instead, and an example
 */
export function parseWords(name: string, command: Known, words: readonly string[]): Given {
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
    const example = tellExample(command);
    throw new EstateError(
      'input.invalid',
      `reading the words after "bulkhead ${name}": ${tellFault(command, cause)}.${example ? ` For example: ${example}.` : ''} "bulkhead ${name} --help" tells more.`,
    );
  }
}

/** Whether a word is a known one with a slip in it: a letter more, less, another, or two exchanged. */
export function isNear(known: string, typed: string): boolean {
  if (Math.abs(known.length - typed.length) > 1) return false;
  const at = known.split('').findIndex((letter, index) => letter !== typed[index]);
  if (at < 0) return true;
  const [one, other] = [known.slice(at), typed.slice(at)];
  const isExchanged = one[0] === other[1] && one[1] === other[0] && one.slice(2) === other.slice(2);
  return isExchanged || one.slice(1) === other.slice(1) || one.slice(1) === other || one === other.slice(1);
}

// Node's own sentences speak of programs, and of several lines.
function tellFault(command: Known, fault: unknown): string {
  if (!(fault instanceof Error)) return 'not understood';
  const code = 'code' in fault ? fault.code : undefined;
  const option = /--([\w-]+)/.exec(fault.message)?.[1];
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return tellUnknown(command, /'(-[^']*)'/.exec(fault.message)?.[1] ?? '');
  if (code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' || option === undefined) return fault.message.replace(/\.$/, '');
  if (command.options[option]?.type === 'boolean') return `--${option} takes no value`;
  const value = command.options[option]?.value ?? 'value';
  return `--${option} needs a value: --${option} <${value}>, or --${option}=<${value}> for one that begins with a dash`;
}

function tellUnknown({ options }: Known, typed: string): string {
  const near = Object.keys(options).find((known) => isNear(known, typed.replace(/^-+/, '')));
  const names = Object.keys(options).map((known) => `--${known}`);
  if (near) return `there is no option ${typed}; --${near} is probably meant`;
  return `there is no option ${typed}${names.length === 0 ? '' : `; there are ${names.join(', ')}`}`;
}

function tellTaken({ words }: Known): string {
  return words === '' ? ': it takes options only' : `: it takes ${words}; put text with spaces between quotes`;
}

/** The first of its examples, as a person would type it. */
function tellExample({ details }: Known): string | undefined {
  return /^ {2}(bulkhead .+?)(?: {3}.*)?$/m.exec(details)?.[1];
}
