import type { Values } from '#value/record-rule.rules.ts';
import { isSameValue } from './record.rules.ts';

/** How two officers' changes of one record stand to each other: `theirs` was written after the form of `mine` was opened. */
export type Conflict = {
  readonly field: string;
  readonly mine: unknown;
  readonly theirs: unknown;
  readonly accountName: string;
  readonly at: Date;
  /** Both changed it: somebody must choose. */
  readonly isBoth: boolean;
};

type TheirChange = { readonly field: string; readonly before: unknown; readonly accountName: string; readonly at: Date };

/** `theirChanges` are those since the form was opened, the newest first. */
export function listConflicts(mine: Values, now: Values, theirChanges: readonly TheirChange[]): readonly Conflict[] {
  const firsts = new Map<string, TheirChange>();
  const lasts = new Map<string, TheirChange>();
  for (const change of theirChanges) {
    firsts.set(change.field, change);
    if (!lasts.has(change.field)) lasts.set(change.field, change);
  }
  return [...lasts].flatMap(([field, { accountName, at }]) => {
    const opened = firsts.get(field)?.before ?? null;
    if (!(field in now) || isSameValue(mine[field], now[field])) return [];
    return [
      {
        field,
        mine: mine[field] ?? null,
        theirs: now[field] ?? null,
        accountName,
        at,
        isBoth: !isSameValue(mine[field], opened),
      },
    ];
  });
}
