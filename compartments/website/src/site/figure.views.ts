import type { Language } from '@bulkhead/contracts';
import { fillIn, type Html, html } from '@bulkhead/web';
import type { Figure } from '#prose/prose.rules.ts';
import { websiteWords } from '#words/words.ts';
import { pictureView } from './picture.views.ts';
import type { PublicArticle } from './site.rules.ts';

/** A picture that stands in a text. */
export function figureView({ content }: PublicArticle, figure: Figure, language: Language): Html {
  const picture = content.figures.find(({ sha256 }) => sha256 === figure.picture);
  if (!picture) return html``;
  const credit = figure.credit === '' ? '' : fillIn(websiteWords(language).pictureCredit, { credit: figure.credit });
  const caption = [figure.caption, credit].filter((part) => part !== '').join(' ');
  return html`<figure>
${pictureView({ picture, alt: figure.alt, altLanguage: language, language, sizes: '(min-width: 48rem) 42rem, 100vw' })}
${caption === '' ? null : html`<figcaption>${caption}</figcaption>`}
</figure>`;
}
