import type { Language } from '@bulkhead/contracts';
import type { Brand } from '@bulkhead/kernel';
import type { Module } from '#declaration/module.rules.ts';
import { seesField } from '#sight/sight.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import type { Values } from '#value/record-rule.rules.ts';
import type { Row, Stored, Value } from '#value/value.rules.ts';
import { columnName } from '#value/value.rules.ts';

export type RecordId = Brand<string, 'RecordId'>;

/** One record of a module, with all its values: what somebody may see of it `shownValues` tells. */
export type Registered = {
  readonly id: RecordId;
  readonly reference: string;
  readonly state: string;
  readonly revision: number;
  readonly createdAt: Date;
  readonly changedAt: Date;
  readonly source: string | null;
  readonly isSample: boolean;
  readonly formerNames: string | null;
  readonly values: Values;
};

/** A change of one field in one revision of a record. The state of its workflow stands there as the field `state`. */
export type FieldChange = {
  readonly revision: number;
  readonly act: string;
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly effectiveOn: string | null;
  readonly accountName: string;
  readonly delegation: string | null;
  readonly source: string | null;
  readonly at: Date;
};
/** What is written of it. */
export type NewChange = Pick<FieldChange, 'field' | 'before' | 'after' | 'effectiveOn'>;

/** In the history, where a record's workflow stands. */
export const STATE_FIELD = 'state';

/** Names of the fields that somebody sees in a record, in the order of the declaration's groups. */
export function shownFields(module: Module, record: Pick<Registered, 'values'>, viewer: Viewer): readonly string[] {
  return module.groups
    .flatMap(({ fields }) => fields)
    .filter((name) => {
      const field = module.fields[name];
      return field !== undefined && seesField(module, field, record, viewer);
    });
}

/** The columns of a record's values. */
export function packValues(module: Module, values: Values): Readonly<Record<string, Stored>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      Object.entries(meaningsOf(module)[name]?.pack(value) ?? {}).map(([suffix, stored]) => [columnName(name, suffix), stored]),
    ),
  );
}

export function unpackValues(module: Module, row: Readonly<Record<string, unknown>>): Values {
  return Object.fromEntries(
    Object.entries(meaningsOf(module)).map(([name, meaning]) => {
      const stored: Row = Object.fromEntries(
        meaning.columns.map(({ suffix }) => [suffix, (row[columnName(name, suffix)] ?? null) as Stored]),
      );
      return [name, meaning.unpack(stored)];
    }),
  );
}

export function isSameValue(left: unknown, right: unknown): boolean {
  return JSON.stringify(left ?? null) === JSON.stringify(right ?? null);
}

/** What differs between two versions of a record. */
export function listChanges(before: Values, after: Values, since: Readonly<Record<string, string>> = {}): NewChange[] {
  return Object.keys(after)
    .filter((field) => !isSameValue(before[field], after[field]))
    .map((field) => ({ field, before: before[field] ?? null, after: after[field] ?? null, effectiveOn: since[field] ?? null }));
}

/** What a link to a record says: its label's values, else its reference. */
export function labelOf(
  module: Module,
  { reference, values }: Pick<Registered, 'reference' | 'values'>,
  language: Language,
): string {
  const words = module.label.flatMap((name) => {
    const value = values[name];
    const meaning = meaningsOf(module)[name];
    return value === null || value === undefined || meaning === undefined ? [] : [meaning.show(value, language)];
  });
  if (words.length === 0) return reference;
  // Each keeps its own direction among words that run the other way (first strong isolate).
  return language === 'ar' ? words.map((word) => `\u2068${word}\u2069`).join('، ') : words.join(', ');
}

/** What links to other records say, by module and reference. */
export type Labels = ReadonlyMap<string, string>;
export function labelKey(module: string, reference: string): string {
  return `${module}/${reference}`;
}

/** Records of another module that are parts of one. */
export type ShownParts = { readonly module: Module; readonly records: readonly Registered[]; readonly mayFile: boolean };

/** Values that hold now are found by former ones too: those of names, each once, the newest first. */
export function addFormerNames(module: Module, formerNames: string | null, changes: readonly NewChange[]): string | null {
  const former = changes.flatMap(({ field, before }) => {
    const meaning = meaningsOf(module)[field];
    const isPublic = (module.fields[field]?.seenBy ?? 'public') === 'public';
    const isName = isPublic && module.list.search.includes(field) && meaning?.search === 'name';
    return isName && before !== null ? [meaning.write(before as Value)] : [];
  });
  const known = formerNames?.split('\n') ?? [];
  const all = [...new Set([...former, ...known])].join('\n').slice(0, 10_000);
  return all === '' ? null : all;
}

/** The year in which a record's number is drawn: that of a field, or of its filing. */
export function yearOf(module: Module, values: Values, now: Date): number {
  const { reference } = module;
  const from = 'field' in reference || reference.yearOf === undefined ? undefined : values[reference.yearOf];
  const text = typeof from === 'string' ? from.slice(0, 4) : '';
  return /^[1-9]\d{3}$/.test(text) ? Number(text) : now.getUTCFullYear();
}

export function writeReference(prefix: string, year: number, number: number): string {
  return `${prefix}-${year}-${String(number).padStart(4, '0')}`;
}
