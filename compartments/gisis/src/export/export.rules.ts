import type { Module } from '#declaration/module.rules.ts';
import type { FormatName } from '#list/query.rules.ts';
import { type Registered, shownFields } from '#record/record.rules.ts';
import { seesSomewhere } from '#sight/sight.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import type { Value } from '#value/value.rules.ts';

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
  readonly columns: readonly string[];
};
/** A piece of a file, and which part of it. */
export type Piece = { readonly part: number; readonly text: string };

export const COMMON_COLUMNS = ['reference', 'state', 'revision', 'changed_at', 'is_sample'];

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

/** The values of a record's columns, as far as this viewer sees them. */
export function shownValues({ module, viewer, columns }: Context, record: Registered): readonly (Value | null)[] {
  const seen = new Set(shownFields(module, record, viewer));
  return columns.map((name) => (seen.has(name) ? (record.values[name] ?? null) : null));
}
