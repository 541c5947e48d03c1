import type { Notice, PublicStatus } from '@bulkhead/contracts';
import { canonicalJson, EstateError } from '@bulkhead/kernel';
import type { Overall } from './words.rules.ts';

/** Notices on one page of all notices. */
export const NOTICES_A_PAGE = 50;

/**
 * What is shown: the facts as last told, and every notice ever given.
 * `isCurrent` is false from a restart, or from a long silence, until facts are told again.
 */
export type Shown = { readonly facts: PublicStatus | null; readonly notices: readonly Notice[]; readonly isCurrent: boolean };

export function judgeOverall(facts: PublicStatus | null): Overall {
  if (!facts || facts.compartments.length === 0) return 'unknown';
  const affected = facts.compartments.filter(({ state }) => state !== 'operational').length;
  if (affected === 0) return 'good';
  return affected === facts.compartments.length ? 'all' : 'some';
}

/**
 * Finds which notices are new. Those that were given stay as they are; only higher numbers may follow.
 * @throws EstateError `input.invalid` when a given notice would change, or a new one would slip in before it
 */
export function findNewNotices(given: readonly Notice[], told: readonly Notice[]): Notice[] {
  const byNumber = new Map(given.map((notice) => [notice.number, notice]));
  const last = given.at(-1)?.number ?? 0;
  const added = new Map<number, Notice>();
  for (const notice of told) {
    const standing = byNumber.get(notice.number) ?? added.get(notice.number);
    if (standing && !isSameNotice(standing, notice))
      throw new EstateError(
        'input.invalid',
        `reading the facts: notice ${notice.number} was given with other words; give a correction`,
      );
    if (standing) continue;
    if (notice.number < last)
      throw new EstateError(
        'input.invalid',
        `reading the facts: notice ${notice.number} is new, though notice ${last} was given`,
      );
    added.set(notice.number, notice);
  }
  return [...added.values()].sort((left, right) => left.number - right.number);
}

/** The page of all notices that the one at this place (from 0, oldest first) stands on; the first page is 1. */
export function pageOfNotice(place: number): number {
  return Math.floor(place / NOTICES_A_PAGE) + 1;
}

function isSameNotice(left: Notice, right: Notice): boolean {
  return canonicalJson(left) === canonicalJson(right);
}
