const FIRST_MS = 100;
const LONGEST_MS = 30_000;

/** After so long in good health earlier failures no longer count. */
export const FORGIVEN_AFTER_MS = 30_000;

/** How long to wait before the next start: doubles with each failure in a row, up to half a minute. */
export function backOffMs(failuresInARow: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, Math.min(failuresInARow - 1, 20)));
}
