/**
 * A place in the order in which transactions wrote. Numbers of transactions are given when they begin to write, and a place is only
 * given out when every transaction up to it is over: none commits behind it later.
 */
export type Place = {
  /** The line of history that the numbers belong to: each restore and each fail-over begins another. */
  readonly timeline: string;
  /** The transaction, and in it the record. */
  readonly transaction: string;
  readonly id: string;
};

export function writePlace({ timeline, transaction, id }: Place): string {
  return `${timeline}.${transaction}.${id}`;
}

export function readPlace(text: string): Place | undefined {
  const [, timeline, transaction, id] = /^(\d{1,10})\.(\d{1,18})\.(\d{1,18})$/.exec(text) ?? [];
  return timeline === undefined || transaction === undefined || id === undefined ? undefined : { timeline, transaction, id };
}

/** What `since` asks for: a place that was given out, or a moment (a day is its beginning, UTC). */
export function readSince(text: string): Place | Date | undefined {
  const place = readPlace(text);
  if (place) return place;
  if (!/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text)) return undefined;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
