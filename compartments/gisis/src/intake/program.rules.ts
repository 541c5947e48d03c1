import type { Language } from '@bulkhead/contracts';
import { fillIn } from '@bulkhead/web';
import { z } from 'zod';
import type { Check } from './check.rules.ts';
import { adviseOn } from './faults-file.rules.ts';
import type { ImportFile } from './import-file.rules.ts';
import { intakeWords } from './intake.words.ts';
import { LONGEST_SOURCE } from './limits.rules.ts';
import { type Counts, NO_COUNTS, type RowFault } from './outcome.rules.ts';

const yesNo = z.enum(['true', 'false', '']).default('false');

/** What a program says of a file beside its bytes, in the query of the address. A name that is not known is refused: it may be `dry_run`. */
export const sentSchema = z.strictObject({
  source: z.string().trim().min(1).max(LONGEST_SOURCE),
  since: z.union([z.literal(''), z.iso.date()]).default(''),
  name: z.string().max(200).default(''),
  dry_run: yesNo,
  sure: yesNo,
  partial: yesNo,
});
export const goOnSchema = z.strictObject({ sure: yesNo, partial: yesNo });

/** `sure`: what is asked back is right; `partial`: what is refused, and asked back without being sure, is left out. */
export type Decision = { readonly isSure: boolean; readonly isPartial: boolean };

export function readDecision({ sure, partial }: z.infer<typeof goOnSchema>): Decision {
  return { isSure: sure === 'true', isPartial: partial === 'true' };
}

/** What becomes of a file that was looked at: nothing is written of which a row is refused, unless its sender said so beforehand. */
export function decide(
  { refused, asked, added, changed }: Counts,
  { isSure, isPartial }: Decision,
): 'blocked' | 'nothing' | 'carry' {
  if (!isPartial && (refused > 0 || (asked > 0 && !isSure))) return 'blocked';
  return added + changed + (isSure ? asked : 0) === 0 ? 'nothing' : 'carry';
}

/** So many refused rows stand in an answer; all are counted. */
export const TOLD_FAULTS = 1000;

export type RowProblem = {
  readonly pointer: string;
  readonly row: number;
  readonly field: string;
  readonly given: string;
  readonly detail: string;
  readonly advice: string;
  readonly suggestions: readonly string[];
  readonly askedBack: boolean;
};

export function tellRows(faults: readonly RowFault[], language: Language): readonly RowProblem[] {
  return faults.slice(0, TOLD_FAULTS).map((fault) => ({
    pointer: `#/rows/${fault.row}${fault.column === '' ? '' : `/${fault.column.replaceAll('~', '~0').replaceAll('/', '~1')}`}`,
    row: fault.row,
    field: fault.column,
    given: fault.given,
    detail: fault.sentence[language],
    advice: adviseOn(fault, language),
    suggestions: fault.suggestions,
    askedBack: fault.isAsked,
  }));
}

export type Report = {
  /** Null where nothing is kept: it was only looked at, or came to nothing. */
  readonly id: string | null;
  readonly module: string;
  readonly state: 'looked-at' | 'looking' | 'carrying' | 'done' | 'dropped' | 'unreadable';
  readonly rows: number | null;
  readonly doneRows: number;
  readonly counts: Counts;
  readonly faultCount: number;
  readonly faults: readonly RowProblem[];
  readonly next: string | null;
};

type Known = {
  readonly module: string;
  readonly file: ImportFile | null;
  readonly check: Check | null;
  readonly faults: readonly RowFault[];
  readonly faultCount: number;
  readonly origin: string;
};

/** How far an import is, and what it comes to. */
export function reportOn({ module, file, check, faults, faultCount, origin }: Known, language: Language): Report {
  const state = stateOf(file, check);
  const isBegun = file !== null && file.state !== 'filed';
  return {
    id: file?.id ?? null,
    module,
    state,
    rows: file?.rows ?? check?.table?.rows ?? null,
    doneRows: file?.doneRows ?? 0,
    counts: isBegun ? file.counts : (check?.counts ?? NO_COUNTS),
    faultCount,
    faults: tellRows(faults, language),
    next:
      file !== null && (state === 'carrying' || state === 'looked-at' || state === 'looking')
        ? `${origin}${importPath(file)}`
        : null,
  };
}

function stateOf(file: ImportFile | null, check: Check | null): Report['state'] {
  if (file?.state === 'done' || file?.state === 'dropped' || file?.state === 'carrying') return file.state;
  if (check?.state === 'unreadable') return 'unreadable';
  return check?.state === 'done' ? 'looked-at' : 'looking';
}

/** Where programs find an import. */
export function importPath({ module, id }: Pick<ImportFile, 'module' | 'id'>): string {
  return `/api/${module}/imports/${id}`;
}

/** Why a file cannot be read, as a sentence. */
export function tellUnreadable({ fault }: Pick<Check, 'fault'>, language: Language): string {
  const { word, holes } = fault ?? { word: 'failed' as const, holes: {} };
  return fillIn(intakeWords(language)[word], holes);
}
