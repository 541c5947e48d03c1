import type { ErrorCode } from '@bulkhead/kernel';
import type { WordKey } from '#words/words.ts';

/** What a person is told when a decision cannot be carried out; nothing was changed then. */
export type Refusal = { readonly status: 403 | 409 | 422; readonly word: WordKey };

const REFUSALS: Readonly<Partial<Record<ErrorCode, Refusal>>> = {
  'article.wrong_state': { status: 409, word: 'toldWrongState' },
  'approval.wrong_digest': { status: 409, word: 'toldWrongDigest' },
  'approval.same_person': { status: 403, word: 'toldSamePerson' },
  'article.incomplete': { status: 422, word: 'toldIncomplete' },
};

/** The refusal that an error means; undefined for every other error. */
export function refusalOf(code: ErrorCode): Refusal | undefined {
  return REFUSALS[code];
}
