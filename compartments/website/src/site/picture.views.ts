import type { Language } from '@bulkhead/contracts';
import { attributes, type Html, html, sourceSet } from '@bulkhead/web';
import type { Focus, Picture, Rendition } from '#article/article.rules.ts';
import { inOwnLanguage } from '#article/article.views.ts';
import { paths } from './site.rules.ts';

export type PictureShown = {
  readonly picture: Picture;
  readonly alt: string;
  /** The language of the description, and of the page. */
  readonly altLanguage: Language;
  readonly language: Language;
  /** How wide it is shown, as the `sizes` attribute says it. */
  readonly sizes: string;
  readonly focus?: Focus | null;
  /** Cut to this form, around the focus; whole if it is not told. */
  readonly cut?: 'wide' | 'card';
  /** The first large picture of a page is not put off. */
  readonly isFirst?: boolean;
};

const FORMATS = ['image/avif', 'image/webp'] as const;
/** Wide enough for one that is shown without a choice of widths. */
const FALLBACK_WIDTH = 960;

/** A picture in the widths and formats that it has. Its place is kept before it comes: nothing jumps. */
export function pictureView(shown: PictureShown): Html {
  const { picture, alt, sizes, isFirst = false } = shown;
  const fallback = fallbackOf(picture);
  const classes = [shown.cut ? `cut-${shown.cut}` : '', ...focusClasses(shown.focus ?? null)].filter(Boolean).join(' ');
  return html`<picture>${FORMATS.map((type) => sourceView(picture, type, sizes))}<img src="${paths.picture(fallback)}" width="${picture.width}" height="${picture.height}" alt="${alt}"${attributes(
    {
      class: classes || null,
      loading: isFirst ? null : 'lazy',
      decoding: isFirst ? null : 'async',
      fetchpriority: isFirst ? 'high' : null,
    },
  )}${alt === '' ? null : inOwnLanguage(shown.altLanguage, shown.language)}></picture>`;
}

function sourceView(picture: Picture, mediaType: Rendition['mediaType'], sizes: string): Html | null {
  const renditions = picture.renditions.filter((each) => each.mediaType === mediaType);
  if (renditions.length === 0) return null;
  const set = sourceSet(renditions.map((each) => ({ path: paths.picture(each), width: each.width })));
  return html`<source type="${mediaType}"${set} sizes="${sizes}">`;
}

// Browsers that know neither AVIF nor WebP get one width, and the original if there is no other.
function fallbackOf(picture: Picture): Pick<Picture | Rendition, 'sha256' | 'mediaType'> {
  const plain = picture.renditions.filter((each) => each.mediaType === 'image/jpeg' || each.mediaType === 'image/png');
  return plain.findLast((each) => each.width <= FALLBACK_WIDTH) ?? plain[0] ?? picture;
}

function focusClasses(focus: Focus | null): string[] {
  return focus ? [`focus-x-${Math.round(focus.x / 10)}`, `focus-y-${Math.round(focus.y / 10)}`] : [];
}

/** The files in which a picture is served. */
export function filesOf(picture: Picture): readonly Pick<Picture | Rendition, 'sha256' | 'mediaType'>[] {
  return [picture, ...picture.renditions];
}
