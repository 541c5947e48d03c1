import type { Language } from '@bulkhead/contracts';
import { attributes, directionOf, fillIn, formatMoment, type Html, html } from '@bulkhead/web';
import type { Figure } from '#prose/prose.rules.ts';
import { proseView } from '#prose/prose.views.ts';
import { type WordKey, type Words, websiteWords } from '#words/words.ts';
import { type Content, textIn } from './article.rules.ts';
import type { Kind } from './kind.rules.ts';

/** An article as people of the newsroom read it; the whole page is shown by its preview. */
export type ShownArticle = {
  readonly content: Content;
  /** The language of the page; the text is English if there is none in it. */
  readonly language: Language;
  readonly pictureHref: string | null;
  /** Null in a preview: nothing is published yet. */
  readonly publishedAt: Date | null;
  /** Newest first. */
  readonly updates: readonly { readonly at: Date | null; readonly notes: Partial<Record<Language, string>> }[];
  /** `part` if it stands inside a page that has a title of its own. */
  readonly place?: 'page' | 'part';
};

const KIND_WORDS: Readonly<Record<Kind, WordKey>> = {
  news: 'newsItem',
  'press-briefing': 'pressBriefing',
  statement: 'statement',
  'meeting-summary': 'kindMeetingSummary',
  event: 'kindEvent',
  accreditation: 'kindAccreditation',
  page: 'kindPage',
  home: 'kindHome',
  section: 'kindSection',
  topic: 'kindTopic',
  body: 'kindBody',
  contact: 'kindContact',
  redirects: 'kindRedirects',
};

export function kindWord(kind: Kind, words: Words): string {
  return words[KIND_WORDS[kind]];
}

/** A moment with its zone, for people and machines. */
export function momentView(at: Date, language: Language): Html {
  return html`<time datetime="${at.toISOString()}">${formatMoment(at, language)}</time>`;
}

/** Marks text that is in another language than the page around it. */
export function inOwnLanguage(language: Language, pageLanguage: Language) {
  return attributes(language === pageLanguage ? {} : { lang: language, dir: directionOf(language) });
}

export function articleView(shown: ShownArticle): Html {
  const { content, language } = shown;
  const words = websiteWords(language);
  const found = textIn(content.texts, language);
  if (!found) return html`<article><h1>${words.untitled}</h1></article>`;
  const own = inOwnLanguage(found.language, language);
  const { title, summary, body, pictureAlt } = found.text;
  return html`<article>
<header class="article-head">
${found.language === language ? null : html`<p class="panel calm">${words.notInLanguage}</p>`}
<p class="kicker"><span class="kind">${kindWord(content.kind, words)}</span>${publishedView(shown, words)}</p>
${shown.place === 'part' ? html`<h3 class="preview-title" ${own}>${title || words.untitled}</h3>` : html`<h1 ${own}>${title || words.untitled}</h1>`}
<p class="lead" ${own}>${summary}</p>
</header>
${updatesView(shown, words)}
${pictureView(shown, pictureAlt, found.language, words)}
<div class="prose" ${own}>
${proseView(body, (figure) => figureView(shown, figure))}</div>
</article>`;
}

function figureView({ content }: ShownArticle, figure: Figure): Html {
  const picture = content.figures.find(({ sha256 }) => sha256 === figure.picture);
  const caption = [figure.caption, figure.credit].filter((part) => part !== '').join(' · ');
  return html`<figure class="article-picture"><img src="/pictures/${figure.picture}" alt="${figure.alt}" ${attributes({ width: picture ? String(picture.width) : null, height: picture ? String(picture.height) : null })}>${caption === '' ? null : html`<figcaption>${caption}</figcaption>`}</figure>`;
}

function publishedView({ publishedAt, updates, language }: ShownArticle, words: Words): Html | null {
  if (!publishedAt) return null;
  const [last] = updates;
  return html` · ${words.published} ${momentView(publishedAt, language)}${
    last?.at ? html` · ${words.updated} ${momentView(last.at, language)}` : null
  }`;
}

function updatesView({ updates, language }: ShownArticle, words: Words): Html | null {
  if (updates.length === 0) return null;
  return html`<section class="panel" aria-label="${words.updates}">
<p class="label">${words.updates}</p>
<ul class="updates">
${updates.map((update) => {
  const own = update.notes[language];
  const english = update.notes.en;
  const note = own ?? (english && html`<span ${inOwnLanguage('en', language)}>${english}</span>`) ?? words.noChangeNote;
  return html`<li>${update.at ? html`${momentView(update.at, language)} — ` : null}${note}</li>\n`;
})}</ul>
</section>`;
}

function pictureView(shown: ShownArticle, alt: string, textLanguage: Language, words: Words): Html | null {
  const { picture } = shown.content;
  if (!picture || !shown.pictureHref) return null;
  return html`<figure class="article-picture">
<img src="${shown.pictureHref}" width="${picture.width}" height="${picture.height}" alt="${alt}" ${inOwnLanguage(textLanguage, shown.language)}>
<figcaption>${fillIn(words.pictureCredit, { credit: picture.credit })}</figcaption>
</figure>`;
}
