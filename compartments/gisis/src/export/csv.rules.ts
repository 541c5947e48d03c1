import { COMMON_COLUMNS, type Format, shownCells } from './export.rules.ts';

export const CSV: Format = {
  name: 'csv',
  contentType: 'text/csv; charset=utf-8; header=present',
  begin: ({ columns }) => writeLine([...COMMON_COLUMNS, ...columns.map(({ head }) => head)]),
  between: '',
  end: '',
  write: (context, record) => {
    const cells = shownCells(context, record).map(({ text }) => text);
    const { reference, state, revision, changedAt, isSample } = record;
    return writeLine([reference, state, String(revision), changedAt.toISOString(), String(isSample), ...cells]);
  },
};

/** A line of CSV (RFC 4180). */
export function writeLine(cells: readonly string[]): string {
  return `${cells.map(writeCell).join(',')}\r\n`;
}

/** A text that a spreadsheet would take for a formula begins with an apostrophe; a plain number is none. */
function writeCell(text: string): string {
  const isFormula = /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(?:\.\d+)?$/.test(text);
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
