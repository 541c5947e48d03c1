import {
  type EditionFile,
  type EditionManifest,
  type EditionPart,
  editionManifestSchema,
  editionPartFilesSchema,
  type Language,
  openSigned,
  PURPOSES,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { isLanguage } from '@bulkhead/web';

/** A verified manifest, ready to be looked up in. */
export type EditionIndex = {
  readonly number: number;
  readonly compartment: string;
  readonly isCrawled: boolean;
  readonly byPath: ReadonlyMap<string, EditionFile>;
  /** What answers when there is no page, by language; null for paths that begin with none. */
  readonly notFound: ReadonlyMap<Language | null, EditionFile>;
  /** Digests of the parts of the manifest: kept on disk, and never served. */
  readonly parts: ReadonlySet<string>;
  /** Digest → bytes of every file. */
  readonly digests: ReadonlyMap<string, number>;
};

/**
 * Verifies a manifest's signature, and that it is for this compartment.
 * @throws EstateError `signature.invalid`, `edition.invalid`
 */
export function openEdition(
  signed: unknown,
  given: { readonly keys: readonly VerifyingKey[]; readonly compartment: string; readonly isCrawled: boolean },
): EditionManifest {
  const { value } = openSigned(signed, { purpose: PURPOSES.edition, keys: given.keys, schema: editionManifestSchema });
  if (value.compartment !== given.compartment)
    throw new EstateError('edition.invalid', `reading an edition for ${given.compartment}: it is for ${value.compartment}`);
  // A copy that nobody approved must not pass for pages that two persons approved.
  if ((value.crawled !== undefined) !== given.isCrawled)
    throw new EstateError(
      'edition.invalid',
      `reading an edition for ${given.compartment}: it was ${given.isCrawled ? 'rendered, not copied' : 'copied, not rendered'}`,
    );
  return value;
}

/**
 * Reads the list of files that a part of a large manifest is.
 * @throws EstateError `edition.invalid`
 */
export function readPart(part: EditionPart, bytes: Buffer): EditionFile[] {
  const parsed = editionPartFilesSchema.safeParse(parseJson(bytes));
  if (parsed.success && parsed.data.length === part.files) return parsed.data;
  throw new EstateError('edition.invalid', `reading the part ${part.sha256} of an edition: it is no list of ${part.files} files`);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

/**
 * Lets only a newer edition in, within its time [G2].
 * @throws EstateError `edition.stale`
 */
export function requireAdoptable(
  manifest: EditionManifest,
  given: { readonly currentNumber: number; readonly nowAt: Date },
): void {
  const what = `adopting edition ${manifest.number} of ${manifest.compartment}`;
  if (manifest.number <= given.currentNumber)
    throw new EstateError('edition.stale', `${what}: number ${given.currentNumber} is served`);
  if (Date.parse(manifest.expiresAt) <= given.nowAt.getTime())
    throw new EstateError('edition.stale', `${what}: its time is over`);
}

/**
 * Prepares a manifest for look-up.
 * @throws EstateError `edition.invalid` when it contradicts itself
 */
export function indexEdition(manifest: EditionManifest): EditionIndex {
  const byPath = new Map<string, EditionFile>();
  const notFound = new Map<Language | null, EditionFile>();
  const digests = new Map<string, number>();
  const invalid = (why: string) =>
    new EstateError('edition.invalid', `reading edition ${manifest.number} of ${manifest.compartment}: ${why}`);
  for (const { sha256, bytes } of manifest.parts ?? []) digests.set(sha256, bytes);
  for (const file of manifest.files) {
    if (byPath.has(file.path)) throw invalid(`${file.path} stands twice`);
    if ((digests.get(file.sha256) ?? file.bytes) !== file.bytes) throw invalid(`${file.path} gives its content another length`);
    if (file.status === 301 && file.headers['location'] === undefined) throw invalid(`${file.path} leads nowhere`);
    byPath.set(file.path, file);
    digests.set(file.sha256, file.bytes);
    if (file.status === 404) notFound.set(file.language, file);
  }
  const { number, compartment, crawled } = manifest;
  const parts = new Set((manifest.parts ?? []).map(({ sha256 }) => sha256));
  return { parts, number, compartment, isCrawled: crawled !== undefined, byPath, notFound, digests };
}

/** The page that answers for a path that is not there: in the language that the path begins with. */
export function findNotFound(index: EditionIndex, path: string): EditionFile | null {
  const first = path.split('/')[1] ?? '';
  const own = isLanguage(first) ? index.notFound.get(first) : undefined;
  return own ?? index.notFound.get(null) ?? index.notFound.get('en') ?? null;
}

const COMPRESSIBLE = /^(text\/|image\/svg\+xml|application\/(json|javascript|xml|[a-z.+-]+\+(json|xml)))/;

/** Whether compressing a file of this type is worth it. */
export function isCompressible(contentType: string, bytes: number): boolean {
  return bytes >= 256 && COMPRESSIBLE.test(contentType);
}

export type Encoding = 'br' | 'gzip' | 'identity';

/** The best encoding that a client takes (RFC 9110, 12.5.3). */
export function chooseEncoding(
  acceptEncoding: string | undefined,
  has: { readonly br: boolean; readonly gzip: boolean },
): Encoding {
  if (acceptEncoding === undefined) return 'identity';
  if (has.br && takes(acceptEncoding, 'br')) return 'br';
  return has.gzip && takes(acceptEncoding, 'gzip') ? 'gzip' : 'identity';
}

function takes(header: string, name: 'br' | 'gzip'): boolean {
  if (!header.includes(name)) return false;
  if (!header.includes('q=0')) return true;
  const coding = header.split(',').find((one) => one.trim().toLowerCase().split(';')[0]?.trim() === name);
  return coding !== undefined && !/;\s*q=0(\.0{0,3})?\s*$/.test(coding);
}
