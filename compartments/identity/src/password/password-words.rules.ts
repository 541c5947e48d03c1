import type { Language } from '@bulkhead/contracts';
import { accessWords } from '#words/access.ts';
import { identityWords } from '#words/words.ts';
import type { PasswordFault } from './password.rules.ts';

/** What a person is told of a password that is not taken. */
export function tellPasswordFault(fault: PasswordFault, language: Language): string {
  const words = identityWords(language);
  const told: Readonly<Record<PasswordFault, string>> = {
    'too short': words.tooShort,
    'too long': words.tooLong,
    common: words.common,
    'about the person': words.aboutPerson,
    'about the organisation': accessWords(language).aboutOrganisation,
    monotonous: words.monotonous,
  };
  return told[fault];
}
