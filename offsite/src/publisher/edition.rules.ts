import type { EditionFile, EditionManifest } from '@bulkhead/contracts';
import { canonicalJson, EstateError, type Json } from '@bulkhead/kernel';

/** How long an edition can be adopted; renewed at half of it, so that a gateway that starts anew finds a fresh one. */
export const LIFETIME_MS = 86_400_000;

export type Composition = {
  readonly compartment: string;
  readonly lsn: string;
  readonly files: readonly EditionFile[];
  readonly subjects?: readonly string[] | undefined;
  readonly crawled?: EditionManifest['crawled'];
};

/** Composes the manifest of an edition; `highest` is the highest number that was ever taken. */
export function composeManifest(
  composition: Composition,
  given: { readonly highest: number; readonly now: Date; readonly lifetimeMs: number },
): EditionManifest {
  return {
    compartment: composition.compartment,
    number: given.highest + 1,
    publishedAt: given.now.toISOString(),
    expiresAt: new Date(given.now.getTime() + given.lifetimeMs).toISOString(),
    lsn: composition.lsn,
    files: [...composition.files],
    subjects: [...(composition.subjects ?? [])],
    ...(composition.crawled ? { crawled: composition.crawled } : {}),
  };
}

/**
 * What was shown stays until somebody withdraws it: rows that are gone take no page away from the public [E11].
 * @throws EstateError `edition.unapproved`
 */
export function requireAllKept(before: Pick<Composition, 'subjects'> | undefined, subjects: readonly string[]): void {
  const kept = new Set(subjects);
  const gone = (before?.subjects ?? []).filter((subject) => !kept.has(subject));
  if (gone.length === 0) return;
  throw new EstateError(
    'edition.unapproved',
    `comparing with the last edition: ${gone.length} of what it shows would vanish, withdrawn by nobody: ${gone.slice(0, 5).join(', ')}`,
  );
}

/** Whether two editions show the same: paths, headers and contents. */
export function hasSameFiles(left: readonly EditionFile[], right: readonly EditionFile[]): boolean {
  return left.length === right.length && canonicalJson(toJson(left)) === canonicalJson(toJson(right));
}

/** Whether half of an edition's time is over. */
export function isDueForRenewal(manifest: EditionManifest, now: Date): boolean {
  const from = Date.parse(manifest.publishedAt);
  const to = Date.parse(manifest.expiresAt);
  return now.getTime() >= from + (to - from) / 2;
}

function toJson(files: readonly EditionFile[]): Json {
  return files.map(({ path, status, language, headers, sha256, bytes }) => ({ path, status, language, headers, sha256, bytes }));
}
