import type { Registered } from '#record/record.rules.ts';

export type FacetCount = { readonly field: string; readonly value: string; readonly count: number };

/** How many records there are, and how they are shared out over the facets. */
export type Counts = { readonly count: number; readonly facets: readonly FacetCount[] };

/** A page of a list, where the next begin, how many match, and how they are shared out. */
export type FoundList = {
  readonly records: readonly Registered[];
  readonly next: string | null;
  readonly previous: string | null;
  /** Null: more than are counted. */
  readonly count: number | null;
  readonly facets: readonly FacetCount[];
};
