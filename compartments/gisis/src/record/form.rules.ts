import type { Module } from '#declaration/module.rules.ts';
import { recordPath } from '#site/site.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import type { Outcome } from './outcome.rules.ts';
import type { Registered } from './record.rules.ts';
import type { FieldFault, TypedFields } from './typed.rules.ts';

/** What a form stands with: what was typed or stands, what is wrong, what is asked back. */
export type ShownForm = {
  readonly module: Module;
  /** Fields in the order of the groups. */
  readonly fields: readonly string[];
  readonly typed: TypedFields;
  readonly faults: readonly FieldFault[];
  readonly asked: { readonly faults: readonly FieldFault[]; readonly alike: Registered | null } | null;
  /** A record that changes: its effective fields are asked since when they hold. */
  readonly revision: number | null;
  readonly source: string;
  readonly needs: readonly string[];
  /** Files that were sent before, sealed, while other fields were wrong. */
  readonly kept?: Readonly<Record<string, string>>;
};

export function emptyForm(module: Module, fields: readonly string[]): ShownForm {
  return { module, fields, typed: {}, faults: [], asked: null, revision: null, source: '', needs: [] };
}

/** A form filled with what stands. */
export function fillForm(module: Module, fields: readonly string[], record: Registered): ShownForm {
  return { ...emptyForm(module, fields), typed: fillTyped(module, fields, record.values), revision: record.revision };
}

function fillTyped(module: Module, fields: readonly string[], values: Registered['values']): TypedFields {
  return Object.fromEntries(
    fields.map((name) => {
      const value = values[name];
      return [name, value === null || value === undefined ? '' : (meaningsOf(module)[name]?.fill(value) ?? '')];
    }),
  );
}

/** What somebody typed who was overtaken, with the other's values where only the other changed something. */
export function mergeForm(
  module: Module,
  form: ShownForm,
  { record, conflicts }: Extract<Outcome, { kind: 'overtaken' }>,
): ShownForm {
  const theirs = conflicts.filter(({ isBoth }) => !isBoth).map(({ field }) => field);
  return { ...form, revision: record.revision, typed: { ...form.typed, ...fillTyped(module, theirs, record.values) } };
}

/** A record for programs, with what somebody sees of it. */
export function writeJson(
  module: Module,
  record: Registered,
  fields: readonly string[],
  origin: string,
): Readonly<Record<string, unknown>> {
  const values = fields.map((name) => {
    const value = record.values[name];
    return [name, value === null || value === undefined ? null : (meaningsOf(module)[name]?.json(value) ?? null)];
  });
  return {
    module: module.name,
    reference: record.reference,
    url: `${origin}${recordPath(module, record.reference)}`,
    state: record.state,
    revision: record.revision,
    createdAt: record.createdAt.toISOString(),
    changedAt: record.changedAt.toISOString(),
    source: record.source,
    isSample: record.isSample,
    fields: Object.fromEntries(values),
  };
}
