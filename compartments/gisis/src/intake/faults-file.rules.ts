import type { Language } from '@bulkhead/contracts';
import { fillIn } from '@bulkhead/web';
import { stringify } from 'csv-stringify/sync';
import type { Module } from '#declaration/module.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { knownColumns } from './column.rules.ts';
import { intakeWords } from './intake.words.ts';
import type { RowFault } from './outcome.rules.ts';

// A spreadsheet knows UTF-8 by its mark, and takes no cell for a formula.
const FORM = { bom: true, escape_formulas: true, record_delimiter: '\r\n' } as const;

/** What was refused, by row and column: what was there, what is wrong, what to do. */
export function writeFaultsFile(faults: readonly RowFault[], language: Language): string {
  const words = intakeWords(language);
  const lines = faults.map((fault) => [
    String(fault.row),
    fault.column === '' ? words.wholeRow : fault.column,
    fault.given,
    fault.sentence[language],
    adviseOn(fault, language),
  ]);
  return stringify([[words.row, words.column, words.given, words.wrong, words.advice], ...lines], FORM);
}

export function adviseOn({ suggestions, isAsked }: RowFault, language: Language): string {
  const words = intakeWords(language);
  if (isAsked) return words.adviceAsked;
  return suggestions.length > 0 ? fillIn(words.adviceSuggested, { what: suggestions.join(', ') }) : words.adviceMend;
}

/** A file with headings and nothing below them: all that somebody may file, without what is only told by an export. */
export function writeTemplate(module: Module, viewer: Viewer): string {
  const names = knownColumns(module, viewer).filter((name) => isOffered(module, name));
  return stringify([names], FORM);
}

/** Headings of what a person files: not those that an export alone has, and not those that others decide. */
export function isOffered(module: Module, name: string): boolean {
  if (name === 'reference') return 'prefix' in module.reference;
  if (['state', 'changed_at', 'is_sample'].includes(name) || name.startsWith('since.')) return false;
  const field = module.fields[name];
  return field === undefined || (field.decidedBy === undefined && field.filledBy === undefined);
}
