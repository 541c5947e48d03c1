import type { Module } from '#declaration/module.rules.ts';
import { listFalseFlags } from '#modules/ship/ship.rules.ts';
import type { FieldChange } from './record.rules.ts';

/** What a field said from one day to another; null is open. */
export type Span = { readonly value: unknown; readonly from: string | null; readonly to: string | null };
/** All that a field said over time, the newest first. `shownAs` is the field whose kind the values have. */
export type Strand = { readonly field: string; readonly shownAs: string; readonly spans: readonly Span[] };
type Change = Pick<FieldChange, 'revision' | 'field' | 'after' | 'effectiveOn' | 'at'>;

/** The fields of a record that held from a day on, and changed; and since when its markers stood, and on what. */
export function listStrands(module: Module, history: readonly Change[], shown: readonly string[]): readonly Strand[] {
  const dated = shown.filter((field) => module.fields[field]?.effective === true);
  const strands = dated.map((field) => ({ field, shownAs: field, spans: spansOf(changesOf(history, field)) }));
  const markers = (module.markers ?? [])
    .filter(({ since, of }) => shown.includes(since) && shown.includes(of))
    .map(({ since, of }) => ({
      field: since,
      shownAs: of,
      spans: markedSpans(changesOf(history, since), changesOf(history, of)),
    }));
  return [...strands.filter(({ spans }) => spans.length > 1), ...markers.filter(({ spans }) => spans.length > 0)];
}

function changesOf(history: readonly Change[], field: string): readonly Change[] {
  return history.filter((change) => change.field === field).toSorted((a, b) => a.revision - b.revision);
}

/** What was filed first held before anything was told of it. What was corrected on its own day never held. */
function spansOf(changes: readonly Change[]): readonly Span[] {
  return changes
    .map(({ after, effectiveOn }, at) => ({ value: after, from: effectiveOn, to: changes[at + 1]?.effectiveOn ?? null }))
    .filter(({ value, from, to }) => value !== null && (from === null || from !== to))
    .toReversed();
}

/** A marker stands from the day that it tells until it is taken away. */
function markedSpans(markers: readonly Change[], values: readonly Change[]): readonly Span[] {
  const days = markers.map(({ after, at }) => ({
    from: typeof after === 'string' ? after : at.toISOString().slice(0, 10),
    isSet: after !== null,
  }));
  const held = values.flatMap(({ after, effectiveOn }) =>
    typeof after === 'string' ? [{ value: after, from: effectiveOn ?? '0001-01-01' }] : [],
  );
  return listFalseFlags(days, held)
    .map(({ flag, from, to }) => ({ value: flag, from, to }))
    .toReversed();
}
