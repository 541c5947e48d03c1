import type { InSix } from '#declaration/terms.rules.ts';
import type { FieldFault } from '#record/typed.rules.ts';
import { MOST_FAULTS } from './limits.rules.ts';
import type { GivenRow, Verdict } from './many.rules.ts';

/** What is wrong with a cell, or with a row as a whole, where it stands, what was there, and what would be right. */
export type RowFault = {
  readonly row: number;
  readonly column: string;
  readonly given: string;
  readonly sentence: InSix;
  readonly suggestions: readonly string[];
  /** Nothing is wrong for certain: whoever files it may say that it is right. */
  readonly isAsked: boolean;
};

export type Counts = {
  readonly added: number;
  readonly changed: number;
  readonly same: number;
  readonly refused: number;
  readonly asked: number;
};
export const NO_COUNTS: Counts = { added: 0, changed: 0, same: 0, refused: 0, asked: 0 };

/** Counts rows by what they come to; one that is asked about counts as such alone. */
export function countVerdicts(counts: Counts, verdicts: readonly Verdict[]): Counts {
  const sum = { ...counts };
  for (const verdict of verdicts) {
    const isAsked = 'asked' in verdict && verdict.asked.length > 0;
    if (isAsked) sum.asked += 1;
    else if (verdict.kind === 'new') sum.added += 1;
    else sum[verdict.kind] += 1;
  }
  return sum;
}

export function faultsOf(verdict: Verdict): readonly RowFault[] {
  if (verdict.kind === 'refused') return verdict.faults.map((fault) => toRowFault(verdict.given, fault, false));
  if (verdict.kind === 'same') return [];
  return verdict.asked.map((fault) => toRowFault(verdict.given, fault, true));
}

function toRowFault(
  { row, typed, since, reference, state }: GivenRow,
  { field, sentence, suggestions }: FieldFault,
  isAsked: boolean,
): RowFault {
  const given = typed[field] ?? since[field] ?? (field === 'state' ? state : reference);
  const text = typeof given === 'string' ? given : given.join(';');
  return { row, column: field, given: text.slice(0, 200), sentence, suggestions, isAsked };
}

/** Faults in the order of the file: the first of them are kept, all are counted. Sentences that many share stand once in memory. */
export class FaultList {
  readonly kept: RowFault[] = [];
  count = 0;
  readonly #sentences = new Map<string, InSix>();

  add(faults: readonly RowFault[]): void {
    this.count += faults.length;
    for (const fault of faults.slice(0, MOST_FAULTS - this.kept.length)) {
      const sentence = this.#sentences.get(fault.sentence.en) ?? fault.sentence;
      this.#sentences.set(sentence.en, sentence);
      this.kept.push({ ...fault, sentence });
    }
  }
}
