import { EstateError } from '@bulkhead/kernel';
import type { Given, Surroundings } from './command.ts';

/** One act of a command that has several, such as `bulkhead keys list`. */
export type Act = {
  /** How many words it takes after its name, at least and at most. */
  readonly words: readonly [number, number];
  readonly usage: string;
  readonly run: (given: Given, around: Surroundings) => Promise<number>;
};

/**
 * Runs the act that the first word names, with the words after it.
 * @throws EstateError `input.invalid` with the usage of that act, or of all
 */
export function runAct(
  command: string,
  acts: Readonly<Record<string, Act>>,
  given: Given,
  around: Surroundings,
): Promise<number> {
  const [name = '', ...words] = given.words;
  const act = Object.hasOwn(acts, name) ? acts[name] : undefined;
  if (act && words.length >= act.words[0] && words.length <= act.words[1]) return act.run({ ...given, words }, around);
  const usages = (act ? [act] : Object.values(acts)).map(({ usage }) => `"bulkhead ${command} ${usage}"`);
  throw new EstateError('input.invalid', `reading the words after "bulkhead ${command}": it is ${usages.join(', or ')}`);
}
