import { LANGUAGES, type Language } from '@bulkhead/contracts';
import type { Brand } from '@bulkhead/kernel';
import type { Prose } from '#prose/prose.rules.ts';

export const KINDS = ['press-briefing', 'news', 'statement'] as const;
export type Kind = (typeof KINDS)[number];

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
} as const;
export const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

export type ArticleId = Brand<number, 'ArticleId'>;

/** A picture as it is stored: its bytes are the blob of this digest. */
export type Picture = { readonly sha256: string; readonly mediaType: MediaType; readonly width: number; readonly height: number };

/** An article in one language. The picture's description and the change note are empty where there is none. */
export type ArticleText = {
  readonly title: string;
  readonly summary: string;
  readonly body: Prose;
  readonly pictureAlt: string;
  readonly changeNote: string;
};

/** All that two persons approve: whatever the public page shows is in here. */
export type Content = {
  readonly kind: Kind;
  readonly slug: string;
  /** A minor update shows no change note and no new time. */
  readonly isMinor: boolean;
  readonly picture: (Picture & { readonly credit: string }) | null;
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
  readonly slug: string;
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

/** What is missing before a version can be submitted. */
export type Gap = {
  readonly what: 'title' | 'summary' | 'body' | 'picture-alt' | 'change-note';
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
  const gaps: Gap[] = [];
  for (const language of LANGUAGES) {
    const text = content.texts[language];
    if (!text && language !== 'en') continue;
    if (!text?.title) gaps.push({ what: 'title', language });
    if (!text?.summary) gaps.push({ what: 'summary', language });
    if (!text?.body.length) gaps.push({ what: 'body', language });
    if (content.picture && !text?.pictureAlt) gaps.push({ what: 'picture-alt', language });
  }
  if (mustTellChange && !content.isMinor && !content.texts.en?.changeNote) gaps.push({ what: 'change-note', language: 'en' });
  return gaps;
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
