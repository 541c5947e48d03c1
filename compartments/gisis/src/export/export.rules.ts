import type { Kind } from '#declaration/field.rules.ts';
import type { Module } from '#declaration/module.rules.ts';
import type { FormatName } from '#list/query.rules.ts';
import { type Registered, shownFields } from '#record/record.rules.ts';
import { seesSomewhere } from '#sight/sight.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { recordPath } from '#site/site.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import type { FileValue, Value } from '#value/value.rules.ts';

/** A form in which records are taken along. All go the same road: begin, record after record, end. */
export type Format = {
  readonly name: FormatName;
  readonly contentType: string;
  /** Before the first record of a part, between two, and after the last. */
  readonly begin: (context: Context) => string;
  readonly between: string;
  readonly end: string;
  /** Null for a record that has no place in it. */
  readonly write: (context: Context, record: Registered) => string | null;
  /** Records of one part; a further part begins anew. One part unless told. */
  readonly mostRecords?: number;
};
export type Context = {
  readonly module: Module;
  readonly viewer: Viewer;
  readonly origin: string;
  readonly columns: readonly Column[];
};
/** A column: what a field holds, or of its file how it is called, where it is taken along, and its fingerprint. */
export type Column = { readonly head: string; readonly field: string; readonly part: 'value' | FilePart };
const FILE_PARTS = ['name', 'link', 'sha256'] as const;
type FilePart = (typeof FILE_PARTS)[number];
/** A piece of a file, and which part of it. */
export type Piece = { readonly part: number; readonly text: string | Buffer };

export const COMMON_COLUMNS = ['reference', 'state', 'revision', 'changed_at', 'is_sample'];

/** The columns that somebody may find filled in at least in some records. */
export function exportColumns(module: Module, viewer: Viewer): readonly Column[] {
  return module.groups
    .flatMap(({ fields }) => fields)
    .flatMap((name): Column[] => {
      const field = module.fields[name];
      if (field === undefined || !seesSomewhere(module, field, viewer)) return [];
      if (field.kind !== 'file') return [{ head: name, field: name, part: 'value' }];
      return FILE_PARTS.map((part) => ({ head: part === 'name' ? name : `${name}_${part}`, field: name, part }));
    });
}

/** What stands in a column of a record: empty where the value is null. */
export type Cell = { readonly kind: Kind; readonly value: Value | null; readonly text: string };

/** The cells of a record's columns, as far as this viewer sees them. */
export function shownCells(context: Context, record: Registered): readonly Cell[] {
  const { module, viewer, columns } = context;
  const seen = new Set(shownFields(module, record, viewer));
  return columns.map((column) => {
    const value = seen.has(column.field) ? (record.values[column.field] ?? null) : null;
    const kind = module.fields[column.field]?.kind ?? 'text';
    if (value === null) return { kind, value, text: '' };
    if (column.part === 'value') return { kind, value, text: meaningsOf(module)[column.field]?.write(value) ?? '' };
    const text = partOfFile(context, record, column.part, { name: column.field, file: value as FileValue });
    return { kind: 'text', value: text, text };
  });
}

function partOfFile(
  { module, origin }: Context,
  { reference }: Registered,
  part: FilePart,
  { name, file }: { readonly name: string; readonly file: FileValue },
): string {
  return part === 'link' ? `${origin}${recordPath(module, reference)}/files/${name}` : file[part];
}
