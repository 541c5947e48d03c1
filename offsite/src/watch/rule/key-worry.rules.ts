import type { Seen } from './rule.rules.ts';

const DAY_MS = 86_400_000;
const LONGEST = 480;

/** What was told of a compartment's keys last. */
export type KeysTold = { readonly worries: string; readonly at: Date };

/** T1490: a key of the archive that only this site opens, or that nobody has shown to open lately: told when it begins, changes, and each day [W20]. */
export function lookAtKeys(
  worries: readonly string[],
  told: KeysTold | undefined,
  now: Date,
): { readonly told: KeysTold | undefined; readonly seen: Seen | null } {
  const [first] = worries;
  if (first === undefined) return { told: undefined, seen: null };
  const all = worries.join('; ').slice(0, LONGEST);
  if (told?.worries === all && now.getTime() - told.at.getTime() < DAY_MS) return { told, seen: null };
  const more = worries.length > 1 ? ` (and ${worries.length - 1} more)` : '';
  return {
    told: { worries: all, at: now },
    seen: { summary: `keys of the archive: ${first}`.slice(0, LONGEST) + more, evidence: { worries: all } },
  };
}
