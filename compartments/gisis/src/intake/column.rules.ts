import type { Module } from '#declaration/module.rules.ts';
import { exportColumns } from '#export/export.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import type { FileFault } from './file-fault.rules.ts';
import type { GivenRow } from './many.rules.ts';
import type { RawRow } from './table.rules.ts';

/** What an export has before its fields; of these, an import heeds all but the moment of the last change. Nor does it heed files. */
const COMMON = ['reference', 'state', 'revision', 'changed_at', 'is_sample'] as const;
const FORMER_NAMES = 'former_names';
const SINCE = 'since';

/** What each column of a file is, in its order. */
export type Columns = { readonly names: readonly string[]; readonly fields: ReadonlySet<string> };

/** The names that a heading may have: those of an export, since when a value holds, and former names. */
export function knownColumns(module: Module, viewer: Viewer): readonly string[] {
  const fields = fieldColumns(module, viewer);
  const dated = fields.filter((name) => module.fields[name]?.effective === true);
  const since = dated.length === 0 ? [] : [SINCE, ...dated.map((name) => `since.${name}`), FORMER_NAMES];
  return [...COMMON, ...fields, ...since];
}

/** Fields that a row can fill: a file comes with a form. */
function fieldColumns(module: Module, viewer: Viewer): readonly string[] {
  return exportColumns(module, viewer).flatMap(({ field, part }) => (part === 'value' ? [field] : []));
}

export function readColumns(module: Module, heading: readonly string[], viewer: Viewer): Columns | FileFault {
  const fillable = fieldColumns(module, viewer);
  const known = [...knownColumns(module, viewer), ...exportColumns(module, viewer).map(({ head }) => head)];
  // Empty columns at the end are what a spreadsheet leaves of those that were deleted.
  const names = heading.map((cell) =>
    cell
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/g, '_'),
  );
  while (names.at(-1) === '') names.pop();
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    return { word: 'fileUnknownColumns', holes: { columns: listShortly(unknown.map((name) => (name === '' ? '""' : name))) } };
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  if (twice.length > 0) return { word: 'fileColumnTwice', holes: { columns: listShortly(twice) } };
  const fields = names.filter((name) => fillable.includes(name));
  if (fields.length === 0) return { word: 'fileNoColumn', holes: { columns: listShortly(fillable) } };
  const key = 'field' in module.reference ? module.reference.field : null;
  if (key !== null && !names.includes(key)) return { word: 'fileNoKey', holes: { column: key } };
  return { names, fields: new Set(fields) };
}

function listShortly(names: readonly string[]): string {
  return names
    .slice(0, 12)
    .map((name) => name.slice(0, 40))
    .join(', ');
}

/** A row as it was meant; null where it has more cells than the heading has columns. */
export function toGiven({ names, fields }: Columns, { row, cells }: RawRow): GivenRow | null {
  if (cells.slice(names.length).some((cell) => cell.trim() !== '')) return null;
  const typed: Record<string, string> = {};
  const others: Record<string, string> = {};
  names.forEach((name, at) => {
    const text = unguard(cells[at] ?? '');
    if (fields.has(name)) typed[name] = text;
    else others[name] = text.trim();
  });
  return {
    row,
    typed,
    reference: others['reference'] ?? '',
    revision: others['revision'] ?? '',
    state: others['state'] ?? '',
    formerNames: others[FORMER_NAMES] ?? '',
    isSample: others['is_sample'] === 'true',
    since: others,
  };
}

/** The apostrophe by which an export kept a spreadsheet from taking a text for a formula. */
function unguard(cell: string): string {
  return /^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}

/** Where a formula ended in an error, a cell says so; that is nobody's value. */
export function isSpreadsheetError(cell: string): boolean {
  return /^#(?:N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!)$/.test(cell.trim());
}
