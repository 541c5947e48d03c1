import type { Words } from '#words/words.ts';
import type { PasswordFault } from './password.rules.ts';

/** What a person is told of a password that is not taken. */
export function tellPasswordFault(fault: PasswordFault, words: Words): string {
  const told: Readonly<Record<PasswordFault, string>> = {
    'too short': words.tooShort,
    'too long': words.tooLong,
    common: words.common,
    'about the person': words.aboutPerson,
    monotonous: words.monotonous,
  };
  return told[fault];
}
