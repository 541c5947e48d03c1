import type { Registered } from '#record/record.rules.ts';
import type { Place } from './place.rules.ts';

/**
 * That a record changed, as somebody sees it now: `changed` with the record; `left` where it stands but does not fit the query any
 * more, or never did; `gone` where it was published once and is not seen any more.
 */
export type Change =
  | { readonly kind: 'changed'; readonly record: Registered; readonly act: string }
  | { readonly kind: 'left'; readonly record: Registered }
  | { readonly kind: 'gone'; readonly reference: string };

/** A page of changes, each record once, where it goes on, and whether there is more at this moment. */
export type Changes = { readonly changes: readonly Change[]; readonly next: Place; readonly hasMore: boolean };

export const CHANGES_A_PAGE = 200;
