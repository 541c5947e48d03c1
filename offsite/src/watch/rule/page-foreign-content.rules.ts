import { findForeignMarkup, isOwnAddress } from './foreign-content.rules.ts';
import type { Seen } from './rule.rules.ts';

const LOOKED_THROUGH = /^(?:text\/html|application\/xhtml\+xml|image\/svg\+xml|application\/(?:atom\+)?xml|text\/xml)\b/i;

/** T1189: script, frames, foreign form targets or handlers in a rendered page, however they came there [W9]. */
export function seeForeignPage(
  page: { readonly path: string; readonly contentType: string; readonly text: string },
  compartment: string,
  ownHosts: ReadonlySet<string>,
): Seen | null {
  if (!isLookedThrough(page.contentType)) return null;
  const found = findForeignMarkup(page.text, isOwnAddress(ownHosts));
  const [first] = found;
  if (!first) return null;
  const kinds = [...new Set(found.map(({ kind }) => kind))].join(', ');
  return {
    summary: `a page of ${compartment} holds foreign content: ${kinds}`,
    evidence: {
      path: page.path.slice(0, 500),
      content: `${first.kind}: ${first.text}`.slice(0, 500),
      found: String(found.length),
    },
  };
}

/** Whether a browser could find something in such a file that runs. */
export function isLookedThrough(contentType: string): boolean {
  return LOOKED_THROUGH.test(contentType);
}
