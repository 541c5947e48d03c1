import type { EditionFile, EditionManifest, EditionPart, LedgerRequest, Signed } from '@bulkhead/contracts';
import { canonicalJson, EstateError, type Json, sha256Hex } from '@bulkhead/kernel';

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
  if (left.length !== right.length) return false;
  // Nearly all are the very same: only of the others the paths are looked up.
  const known = new Set(left);
  const others = right.filter((file) => !known.has(file));
  const wanted = new Set(others.map(({ path }) => path));
  const byPath = new Map(left.filter(({ path }) => wanted.has(path)).map((file) => [file.path, file]));
  return others.every((file) => {
    const other = byPath.get(file.path);
    return other !== undefined && other.sha256 === file.sha256 && toText(other) === toText(file);
  });
}

function toText({ path, status, language, headers, sha256, bytes, scripts }: EditionFile): string {
  return canonicalJson({ path, status, language, headers, sha256, bytes, scripts: scripts === true } satisfies Record<
    string,
    Json
  >);
}

/** From so many files on, a manifest names lists of files: one page more then costs one list, not all. */
export const PARTED_FROM = 1000;
const BUCKETS = 1024;

/** A list of files as it is stored beside the manifest. */
export type Parted = {
  readonly part: EditionPart;
  readonly files: readonly EditionFile[];
  readonly members: ReadonlySet<EditionFile>;
  readonly bytes: Buffer;
};

/** Deals the files of a large edition into lists by their paths, and remembers the lists, as few change. */
export class Dealer {
  readonly #buckets = new WeakMap<EditionFile, number>();
  #last: readonly (Parted | undefined)[] = [];

  /** The lists that a manifest shall name; null if it can name the files itself. */
  deal(files: readonly EditionFile[]): readonly Parted[] | null {
    if (files.length < PARTED_FROM) return null;
    const dealt: EditionFile[][] = Array.from({ length: BUCKETS }, () => []);
    for (const file of files) dealt[this.#bucketOf(file)]?.push(file);
    this.#last = dealt.map((bucket, at) => (bucket.length === 0 ? undefined : listOf(bucket, this.#last[at])));
    return this.#last.filter((parted) => parted !== undefined);
  }

  #bucketOf(file: EditionFile): number {
    const known = this.#buckets.get(file);
    if (known !== undefined) return known;
    // Pages of one address in six languages change together: they stand in one list.
    const address = file.path.replace(/^\/[a-z]{2}\//, '/');
    const bucket = Number.parseInt(sha256Hex(address).slice(0, 8), 16) % BUCKETS;
    this.#buckets.set(file, bucket);
    return bucket;
  }
}

function listOf(bucket: EditionFile[], last: Parted | undefined): Parted {
  // Most lists are those of before: they are told by their members, and only others are put in order.
  if (last?.files.length === bucket.length && bucket.every((file) => last.members.has(file))) return last;
  bucket.sort((left, right) => (left.path < right.path ? -1 : 1));
  const bytes = Buffer.from(JSON.stringify(bucket));
  return {
    part: { sha256: sha256Hex(bytes), bytes: bytes.length, files: bucket.length },
    files: bucket,
    members: new Set(bucket),
    bytes,
  };
}

/** Whether half of an edition's time is over. */
export function isDueForRenewal(manifest: EditionManifest, now: Date): boolean {
  const from = Date.parse(manifest.publishedAt);
  const to = Date.parse(manifest.expiresAt);
  return now.getTime() >= from + (to - from) / 2;
}

/** What the ledger is told of an edition, with the digest of what was signed. */
export function ledgerEntry(signed: Signed, manifest: EditionManifest): LedgerRequest {
  const { compartment, number, lsn, publishedAt, files, crawled } = manifest;
  const manifestSha256 = sha256Hex(signed.message);
  return {
    kind: 'edition.published',
    idempotencyKey: `edition:${compartment}:${number}:${manifestSha256.slice(0, 16)}`,
    body: {
      compartment,
      number,
      lsn,
      publishedAt,
      files: files.length,
      manifestSha256,
      keyId: signed.keyId,
      ...(crawled ? { kind: 'crawled', copiedAt: crawled.copiedAt } : {}),
    },
  };
}
