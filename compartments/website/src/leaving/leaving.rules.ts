import { type Content, isDue, type Picture, type Version } from '#article/article.rules.ts';

/** What one answer of the export holds at most: so many versions, or so many bytes and one version more. */
export const LEAVING_LIMITS = { versions: 50, bytes: 4_194_304 } as const;

/** How far an export has come: `12.3` is the third version of article 12. */
export type Place = { readonly articleId: number; readonly number: number };

/** @returns null for what names no place */
export function readPlace(text: string): Place | null {
  const [, articleId, number] = /^(\d{1,9})\.(\d{1,9})$/.exec(text) ?? [];
  return articleId === undefined || number === undefined ? null : { articleId: Number(articleId), number: Number(number) };
}

export function writePlace({ articleId, number }: Place): string {
  return `${articleId}.${number}`;
}

type Candidate = Pick<Version, 'number' | 'state'> & { readonly content: Pick<Content, 'publishing'> };

/** The version that stands for its article: what is shown, or was shown last; the newest if none ever was. */
export function currentOf(
  candidates: readonly Candidate[],
  isWithdrawn: (number: number) => boolean,
  now: Date,
): { readonly number: number; readonly isPublic: boolean } | null {
  const byNumber = candidates.toSorted((left, right) => right.number - left.number);
  const shown = byNumber.find(({ state, content }) => state === 'approved' && isDue(content, now));
  const current = shown ?? byNumber.find(({ state }) => state !== 'discarded') ?? byNumber[0];
  return current ? { number: current.number, isPublic: shown !== undefined && !isWithdrawn(shown.number) } : null;
}

const ENDINGS = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' } as const;

/** Where an export keeps a picture. */
export function pictureFile({ sha256, mediaType }: Pick<Picture, 'sha256' | 'mediaType'>): string {
  return `pictures/${sha256}.${ENDINGS[mediaType]}`;
}

/** The pictures that a version shows, each once; of each the widest, from which all others are made. */
export function picturesOf({ picture, figures }: Content): { readonly sha256: string; readonly file: string }[] {
  const all = new Map([...(picture ? [picture] : []), ...figures].map((each) => [each.sha256, each]));
  return [...all.values()].map((each) => ({ sha256: each.sha256, file: pictureFile(each) }));
}
