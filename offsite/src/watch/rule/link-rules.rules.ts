import type { FindingReport } from '@bulkhead/contracts';
import type { LinkLook, LinkRule } from './link.rules.ts';
import { linkCrowded } from './link-crowded.rules.ts';
import { linkKeyEnding } from './link-key-ending.rules.ts';
import { linkStranger } from './link-stranger.rules.ts';

/** Every rule that looks at the link with headquarters. */
const LINK_RULES: readonly LinkRule[] = [linkStranger, linkCrowded, linkKeyEnding];

/** What one look at the link shows; it concerns no compartment more than another. */
export function judgeLink(look: LinkLook): Omit<FindingReport, 'seenAt'>[] {
  return LINK_RULES.flatMap(({ rule, look: see }) => {
    const seen = see(look);
    return seen ? [{ rule, compartment: null, ...seen }] : [];
  });
}
