import type { Language } from '@bulkhead/contracts';
import { type ArticleText, type Content, languagesOf } from './article.rules.ts';
import { digestSource } from './digest.rules.ts';

/** `source`: English, from which the others are translated. */
export type Translation = 'source' | 'current' | 'outdated' | 'missing';

/** Whether a text is there, and was translated from the English one that stands beside it. */
export function translationOf({ texts }: Pick<Content, 'texts'>, language: Language): Translation {
  const text = texts[language];
  if (!text) return 'missing';
  if (language === 'en') return 'source';
  const { en } = texts;
  return text.sourceSha256 === null || !en || text.sourceSha256 === digestSource(en) ? 'current' : 'outdated';
}

/**
 * Notes from which English text each translation is: from the present one, if it is new, was changed now, or was said to be;
 * else from the one of before.
 */
export function noteSources(
  before: Content['texts'] | undefined,
  after: Content['texts'],
  current: readonly Language[],
): Content['texts'] {
  const { en } = after;
  if (!en) return after;
  const present = digestSource(en);
  return Object.fromEntries(
    languagesOf({ texts: after }).map((language): [Language, ArticleText | undefined] => {
      const text = after[language];
      if (!text || language === 'en') return [language, text && { ...text, sourceSha256: null }];
      const earlier = before?.[language];
      const isTouched = !earlier || digestSource(earlier) !== digestSource(text) || current.some((each) => each === language);
      return [language, { ...text, sourceSha256: isTouched ? present : earlier.sourceSha256 }];
    }),
  );
}
