import { LANGUAGES, type Language } from '@bulkhead/contracts';
import type { Brand } from '@bulkhead/kernel';
import { figuresOf, type Prose } from '#prose/prose.rules.ts';
import type { Details } from './details.rules.ts';
import { hasOwnPage, type Kind } from './kind.rules.ts';
import type { Subjects } from './subject.rules.ts';

export const STATES = ['draft', 'submitted', 'rejected', 'approved', 'discarded'] as const;
export type State = (typeof STATES)[number];

export const MEDIA_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

export const TEXT_LIMITS = {
  title: 200,
  summary: 600,
  body: 20_000,
  pictureAlt: 300,
  changeNote: 300,
  slug: 100,
  credit: 200,
  place: 200,
} as const;
export const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

export type ArticleId = Brand<number, 'ArticleId'>;

/** A picture in another width or format: its bytes are the blob of this digest. */
export type Rendition = {
  readonly mediaType: MediaType | 'image/avif';
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
};

/** A picture as it is stored: its bytes are the blob of this digest. Renditions stand by format, the narrowest first. */
export type Picture = {
  readonly sha256: string;
  readonly mediaType: MediaType;
  readonly width: number;
  readonly height: number;
  readonly renditions: readonly Rendition[];
};
/** What stays in sight when a picture is cut: in per cent from the left and from the top. */
export type Focus = { readonly x: number; readonly y: number };
export type LeadPicture = Picture & { readonly credit: string; readonly focus: Focus | null };

/** An article in one language. What is not there is empty. */
export type ArticleText = {
  readonly title: string;
  readonly summary: string;
  readonly body: Prose;
  readonly pictureAlt: string;
  readonly changeNote: string;
  /** The end of its address in this language; empty: that of the version. */
  readonly slug: string;
  /** Where an event or a meeting is held. */
  readonly place: string;
  /** Digest of the English text that it was translated from; null if it is not known. */
  readonly sourceSha256: string | null;
};

/** When a version may be shown, and the zone in which that was said. */
export type Publishing = { readonly at: Date; readonly zone: string };

/** All that two persons approve: whatever the public page shows is in here. */
export type Content = {
  readonly kind: Kind;
  readonly slug: string;
  /** A minor update shows no change note and no new time. */
  readonly isMinor: boolean;
  /** Approved, it is shown from then on and not before; null: at once. */
  readonly publishing: Publishing | null;
  readonly subjects: Subjects;
  readonly details: Details;
  readonly picture: LeadPicture | null;
  /** The pictures that stand in the texts, by digest. */
  readonly figures: readonly Picture[];
  readonly texts: Partial<Record<Language, ArticleText>>;
};

export type Person = { readonly accountId: string; readonly name: string };
/** Who did something, and when. */
export type Stamp = Person & { readonly at: Date };

export type Version = {
  readonly articleId: ArticleId;
  readonly number: number;
  readonly state: State;
  /** Grows with every change of a draft: whoever saves says which one they saw. */
  readonly revision: number;
  /** The approved version that it updates. */
  readonly basedOn: number | null;
  readonly content: Content;
  readonly created: Stamp;
  readonly changed: Stamp;
  readonly submission: Stamp | null;
  /** Approved or rejected. */
  readonly decision: Stamp | null;
  readonly remark: string | null;
};

/** Reasons for a withdrawal, as the public reads them; English must be there. */
export type Reasons = Partial<Record<Language, string>>;

/** An approved version that was taken from the public. */
export type Withdrawal = { readonly versionNumber: number; readonly reasons: Reasons; readonly by: Stamp };

/** An article in a list: its newest version, and whether the public sees it. */
export type Listed = {
  readonly articleId: ArticleId;
  readonly number: number;
  readonly state: State;
  readonly kind: Kind;
  readonly slug: string;
  /** When the newest version is to be shown, if that was said. */
  readonly publishAt: Date | null;
  readonly titles: Partial<Record<Language, string>>;
  readonly changed: Stamp;
  readonly isPublic: boolean;
  readonly isWithdrawn: boolean;
};

/** Something that was done with an article. */
export type ArticleEvent = {
  readonly number: number;
  readonly kind: string;
  readonly by: Stamp;
  readonly digest: string | null;
  readonly note: string | null;
};

/** All that the newsroom knows of an article. Versions and events stand newest first. */
export type ArticleFile = {
  readonly newest: Version;
  readonly versions: readonly Version[];
  readonly events: readonly ArticleEvent[];
  /** The approved version that is public, or was until it was withdrawn. */
  readonly approved: Version | null;
  readonly withdrawal: Withdrawal | null;
};

export type DetailGap = 'event' | 'blocks' | 'contact' | 'redirects';

/** What is missing before a version can be submitted. */
export type Gap = {
  readonly what: 'title' | 'summary' | 'body' | 'picture-alt' | 'change-note' | 'figure-alt' | 'place' | DetailGap;
  readonly language: Language;
};

/** Whether a version updates one that was approved before: then it must say what changed. */
export function isUpdate(version: Pick<Version, 'basedOn'>): boolean {
  return version.basedOn !== null;
}

/** The languages that an article has, in the order in which they are offered. */
export function languagesOf(content: Pick<Content, 'texts'>): Language[] {
  return LANGUAGES.filter((language) => content.texts[language] !== undefined);
}

/** The text in a language, or the English one, with the language it is in. */
export function textIn(
  texts: Content['texts'],
  language: Language,
): { readonly text: ArticleText; readonly language: Language } | undefined {
  const wanted = texts[language];
  if (wanted) return { text: wanted, language };
  return texts.en ? { text: texts.en, language: 'en' } : undefined;
}

/** What is missing: English must be whole; another language is whole, or absent. */
export function listGaps(content: Content, mustTellChange: boolean): Gap[] {
  const gaps: Gap[] = listDetailGaps(content).map((what) => ({ what, language: 'en' }));
  for (const language of LANGUAGES) {
    const text = content.texts[language];
    if (!text && language !== 'en') continue;
    if (!text?.title) gaps.push({ what: 'title', language });
    if (hasOwnPage(content.kind) && !text?.summary) gaps.push({ what: 'summary', language });
    if (needsBody(content) && !text?.body.length) gaps.push({ what: 'body', language });
    if (content.picture && !text?.pictureAlt) gaps.push({ what: 'picture-alt', language });
    if (text && figuresOf(text.body).some((figure) => figure.alt === '')) gaps.push({ what: 'figure-alt', language });
    if (content.kind === 'event' && !content.details.event?.online && !text?.place) gaps.push({ what: 'place', language });
  }
  if (mustTellChange && !content.isMinor && !content.texts.en?.changeNote) gaps.push({ what: 'change-note', language: 'en' });
  return gaps;
}

function listDetailGaps({ kind, details }: Content): DetailGap[] {
  if (kind === 'event' && !details.event) return ['event'];
  if ((kind === 'home' || kind === 'section') && !details.blocks?.length) return ['blocks'];
  if (kind === 'contact' && !details.contact) return ['contact'];
  return kind === 'redirects' && !details.redirects?.length ? ['redirects'] : [];
}

// A page of blocks has words of its own only if a block says so; names and lists need none.
function needsBody({ kind, details }: Content): boolean {
  if (['topic', 'body', 'contact', 'redirects', 'event'].includes(kind)) return false;
  return (kind !== 'home' && kind !== 'section') || (details.blocks ?? []).some((block) => block.kind === 'text');
}

/** Whether an approved version may be shown at a moment. */
export function isDue(content: Pick<Content, 'publishing'>, now: Date): boolean {
  return content.publishing === null || content.publishing.at.getTime() <= now.getTime();
}

/** Proposes the last part of an article's address from its English title. */
export function proposeSlug(title: string): string {
  return title
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f'’]/g, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 80)
    .replace(/-+$/, '');
}
