import type { Conflict } from './conflict.rules.ts';
import type { Registered } from './record.rules.ts';
import type { FieldFault, TypedFields } from './typed.rules.ts';

/** What somebody sent: the fields, why or whence, and whether they say that what was asked back is right. */
export type Sent = {
  readonly typed: TypedFields;
  readonly source: string | null;
  readonly isSure: boolean;
  readonly isSample?: boolean;
};
export type Outcome =
  | { readonly kind: 'done'; readonly reference: string }
  | { readonly kind: 'faults'; readonly faults: readonly FieldFault[] }
  /** It is probably filed already, or something looks odd: asked back. */
  | { readonly kind: 'asked'; readonly asked: readonly FieldFault[]; readonly alike: Registered | null }
  | { readonly kind: 'overtaken'; readonly record: Registered; readonly conflicts: readonly Conflict[] };
