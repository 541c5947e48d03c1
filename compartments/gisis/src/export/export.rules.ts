import type { Module } from '#declaration/module.rules.ts';
import { type FormatName, formatNames } from '#list/query.rules.ts';
import { writeJson } from '#record/form.rules.ts';
import { type Registered, shownFields } from '#record/record.rules.ts';
import { seesSomewhere } from '#sight/sight.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';

/** A form in which records are taken along. */
export type Format = {
  readonly name: FormatName;
  readonly contentType: string;
  /** Before the first record, between two, and after the last. */
  readonly begin: (context: Context) => string;
  readonly between: string;
  readonly end: string;
  /** Null for a record that has no place in it. */
  readonly write: (context: Context, record: Registered) => string | null;
};
export type Context = {
  readonly module: Module;
  readonly viewer: Viewer;
  readonly origin: string;
  readonly columns: readonly string[];
};

const COMMON = ['reference', 'state', 'revision', 'changed_at', 'is_sample'];

/** The fields that somebody may find filled in at least in some records. */
export function exportColumns(module: Module, viewer: Viewer): readonly string[] {
  return module.groups
    .flatMap(({ fields }) => fields)
    .filter((name) => {
      const field = module.fields[name];
      if (field === undefined || field.kind === 'file') return false;
      return seesSomewhere(module, field, viewer);
    });
}

export function formatsOf(module: Pick<Module, 'bulk' | 'map'>): readonly Format[] {
  const names = formatNames(module);
  return [CSV, JSON_LINES, GEOJSON].filter(({ name }) => names.includes(name));
}

const CSV: Format = {
  name: 'csv',
  contentType: 'text/csv; charset=utf-8; header=present',
  begin: ({ columns }) => writeLine([...COMMON, ...columns]),
  between: '',
  end: '',
  write: ({ module, viewer, columns }, record) => {
    const seen = new Set(shownFields(module, record, viewer));
    const cells = columns.map((name) => {
      const value = record.values[name];
      return value === null || value === undefined || !seen.has(name) ? '' : (meaningsOf(module)[name]?.write(value) ?? '');
    });
    const { reference, state, revision, changedAt, isSample } = record;
    return writeLine([reference, state, String(revision), changedAt.toISOString(), String(isSample), ...cells]);
  },
};

const JSON_LINES: Format = {
  name: 'jsonl',
  contentType: 'application/jsonl; charset=utf-8',
  begin: () => '',
  between: '',
  end: '',
  write: ({ module, viewer, origin }, record) =>
    `${JSON.stringify(writeJson(module, record, shownFields(module, record, viewer), origin))}\n`,
};

const GEOJSON: Format = {
  name: 'geojson',
  contentType: 'application/geo+json; charset=utf-8',
  begin: () => '{"type":"FeatureCollection","features":[\n',
  between: ',\n',
  end: '\n]}\n',
  write: ({ module, viewer, origin }, record) => {
    const name = module.map?.position ?? '';
    const value = record.values[name];
    const fields = shownFields(module, record, viewer);
    const coordinates =
      value === null || value === undefined || !fields.includes(name) ? null : meaningsOf(module)[name]?.point(value);
    if (!coordinates) return null;
    const properties = writeJson(module, record, fields, origin);
    return JSON.stringify({ type: 'Feature', id: record.reference, geometry: { type: 'Point', coordinates }, properties });
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

/** Whether somebody who has this version already needs it again (RFC 9110, 13.1.1 to 13.1.3). */
export function isKnown(
  version: Version,
  asked: { readonly ifNoneMatch?: string | undefined; readonly ifModifiedSince?: string | undefined },
): boolean {
  if (asked.ifNoneMatch !== undefined)
    return asked.ifNoneMatch.split(',').some((tag) => tag.trim() === version.tag || tag.trim() === '*');
  const since = Date.parse(asked.ifModifiedSince ?? '');
  return !Number.isNaN(since) && Math.floor(version.changedAt.getTime() / 1000) * 1000 <= since;
}
export type Version = { readonly tag: string; readonly changedAt: Date };

/** What was written a moment ago may still be followed by a change of an earlier moment. */
export const SETTLED_MS = 120_000;
