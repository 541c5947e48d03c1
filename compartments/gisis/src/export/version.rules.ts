/** A version of what somebody gets: it is not sent again to whoever has it. */
export type Version = { readonly tag: string; readonly changedAt: Date };

/** What was written a moment ago may still be followed by a change of an earlier moment. */
export const SETTLED_MS = 120_000;

/** Whether somebody who has this version already needs it again (RFC 9110, 13.1.1 to 13.1.3). */
export function isKnown(
  version: Pick<Version, 'tag'> & { readonly changedAt?: Date },
  asked: { readonly ifNoneMatch?: string | undefined; readonly ifModifiedSince?: string | undefined },
): boolean {
  if (asked.ifNoneMatch !== undefined) {
    const bare = (tag: string) => tag.trim().replace(/^W\//, '');
    return asked.ifNoneMatch.split(',').some((tag) => bare(tag) === bare(version.tag) || tag.trim() === '*');
  }
  const since = Date.parse(asked.ifModifiedSince ?? '');
  if (version.changedAt === undefined || Number.isNaN(since)) return false;
  return Math.floor(version.changedAt.getTime() / 1000) * 1000 <= since;
}
