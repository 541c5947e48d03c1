import type { Language } from '@bulkhead/contracts';
import { fillIn, type Html, html } from '@bulkhead/web';
import { languagesOf, textIn } from '#article/article.rules.ts';
import { inOwnLanguage, kindWord, momentView } from '#article/article.views.ts';
import { translationOf } from '#article/translation.rules.ts';
import { proseView } from '#prose/prose.views.ts';
import { publicWords } from '#words/public.ts';
import { websiteWords } from '#words/words.ts';
import type { Chrome } from './chrome.rules.ts';
import { contactView } from './contact.views.ts';
import { eventTimesView } from './event-time.views.ts';
import { figureView } from './figure.views.ts';
import { type Framed, frame, otherLanguages, type Preview } from './frame.views.ts';
import { eventData, newsArticleData } from './linked-data.views.ts';
import { pictureView } from './picture.views.ts';
import { type Host, inEachLanguage, type PublicArticle, paths, shownText } from './site.rules.ts';

/** What an article names, as far as it is public. */
export type Around = {
  readonly topics: readonly PublicArticle[];
  readonly bodies: readonly PublicArticle[];
  readonly contacts: readonly PublicArticle[];
  readonly isOver: boolean;
  readonly preview?: Preview;
};

/** The page of a single article: news, an event, or a plain page. */
export function articlePage(host: Host, chrome: Chrome, language: Language, article: PublicArticle, around: Around): Html {
  const { content } = article;
  const { preview } = around;
  const { text, language: own } = shownText(content, language);
  const languages = inEachLanguage(preview?.pathIn ?? ((other) => paths.article(other, article)));
  const isNews = content.details.event === undefined && sectionOf(content.kind) === 'news';
  return frame(host, chrome, language, {
    preview,
    title: text.title,
    section: sectionOf(content.kind),
    languages,
    alternates: languagesOf(content),
    canonical: languages[own],
    description: text.summary,
    shared: shareOf(article, language, isNews),
    ...(content.kind === 'event'
      ? { data: eventData(host, language, article) }
      : sectionOf(content.kind) === 'news'
        ? { data: newsArticleData(host, language, article) }
        : {}),
    main: html`${articleBody(article, language, around)}
<aside class="after" aria-label="${publicWords(language).aboutThis}">
${subjectsView(article, language, around)}
${otherLanguages(language, languagesOf(content), languages)}
</aside>`,
  });
}

function sectionOf(kind: PublicArticle['content']['kind']): 'news' | 'events' | 'topics' | 'contact' | 'none' {
  if (kind === 'event') return 'events';
  if (kind === 'topic') return 'topics';
  if (kind === 'news' || kind === 'press-briefing' || kind === 'statement' || kind === 'meeting-summary') return 'news';
  return 'none';
}

export function shareOf({ content }: PublicArticle, language: Language, isNews: boolean): NonNullable<Framed['shared']> {
  const found = textIn(content.texts, language);
  const { picture } = content;
  const type = isNews ? 'article' : 'website';
  if (!picture) return { type };
  const { width, height } = picture;
  return { type, picture: { path: paths.picture(picture), width, height, alt: found?.text.pictureAlt ?? '' } };
}

/** What an article says, from its heading to its last word. */
export function articleBody(article: PublicArticle, language: Language, around: Pick<Around, 'isOver'>): Html {
  const { content } = article;
  const words = websiteWords(language);
  const { text, language: textLanguage } = shownText(content, language);
  const own = inOwnLanguage(textLanguage, language);
  const isPlain = sectionOf(content.kind) === 'none';
  return html`<article class="article">
<header class="article-head">
${translationView(article, language)}
${isPlain ? null : html`<p class="kicker"><span class="kind">${kindWord(content.kind, words)}</span>${content.kind === 'event' ? null : timesView(article, language)}</p>`}
<h1 ${own}>${text.title}</h1>
${text.summary === '' ? null : html`<p class="lead" ${own}>${text.summary}</p>`}
</header>
${updatesView(article, language)}
${eventView(article, language, around.isOver)}
${leadPictureView(article, language)}
<div class="prose" ${own}>
${proseView(text.body, (figure) => figureView(article, figure, textLanguage))}</div>
</article>`;
}

/** Tells that a text is missing in this language, or that the English one has changed since it was translated. */
function translationView(article: PublicArticle, language: Language): Html | null {
  const own = publicWords(language);
  const translation = translationOf(article.content, language);
  if (translation === 'missing') return html`<p class="panel calm translation">${websiteWords(language).notInLanguage}</p>`;
  if (translation !== 'outdated') return null;
  return html`<p class="panel calm translation">${own.outdated} <a href="${paths.article('en', article)}" hreflang="en">${own.readEnglish}</a></p>`;
}

function timesView({ publishedAt, updates }: PublicArticle, language: Language): Html {
  const words = websiteWords(language);
  const [last] = updates;
  return html` <span class="dot" aria-hidden="true">·</span> ${words.published} ${momentView(publishedAt, language)}${
    last ? html` <span class="dot" aria-hidden="true">·</span> ${words.updated} ${momentView(last.at, language)}` : null
  }`;
}

function updatesView({ updates }: PublicArticle, language: Language): Html | null {
  const words = websiteWords(language);
  if (updates.length === 0) return null;
  return html`<section class="panel updates-panel" aria-label="${words.updates}">
<p class="label">${words.updates}</p>
<ul class="updates">
${updates.map(({ at, notes }) => {
  const english = notes.en;
  const note =
    notes[language] ?? (english && html`<span ${inOwnLanguage('en', language)}>${english}</span>`) ?? words.noChangeNote;
  return html`<li>${momentView(at, language)} — ${note}</li>\n`;
})}</ul>
</section>`;
}

function eventView(article: PublicArticle, language: Language, isOver: boolean): Html | null {
  const { event } = article.content.details;
  if (!event) return null;
  const own = publicWords(language);
  const { text, language: textLanguage } = shownText(article.content, language);
  return html`<section class="event-facts" aria-label="${own.when}">
${isOver ? html`<p class="panel calm">${own.isOver}</p>` : null}
<dl>
<div><dt>${own.when}</dt><dd>${eventTimesView(event, language)}</dd></div>
${text.place === '' ? null : html`<div><dt>${own.where}</dt><dd ${inOwnLanguage(textLanguage, language)}>${text.place}</dd></div>`}
${event.online === '' ? null : html`<div><dt>${own.online}</dt><dd><a href="${event.online}">${own.joinOnline}</a></dd></div>`}
</dl>
${article.content.kind === 'event' ? html`<p><a class="button-link" href="${paths.article(language, article)}.ics">${own.addToCalendar}</a></p>` : null}
</section>`;
}

function leadPictureView(article: PublicArticle, language: Language): Html | null {
  const { picture } = article.content;
  if (!picture) return null;
  const { text, language: altLanguage } = shownText(article.content, language);
  return html`<figure class="article-picture">
${pictureView({ picture, alt: text.pictureAlt, altLanguage, language, sizes: '(min-width: 60rem) 56rem, 100vw', isFirst: true })}
<figcaption>${fillIn(websiteWords(language).pictureCredit, { credit: picture.credit })}</figcaption>
</figure>`;
}

/** What it is about, and whom to ask. */
function subjectsView({ content }: PublicArticle, language: Language, around: Around): Html | null {
  const own = publicWords(language);
  const { symbols } = content.subjects;
  const named = (articles: readonly PublicArticle[]) =>
    html`<ul class="inline-list">${articles.map((article) => {
      const { text, language: textLanguage } = shownText(article.content, language);
      return html`<li><a href="${paths.article(language, article)}" ${inOwnLanguage(textLanguage, language)}>${text.title}</a></li>\n`;
    })}</ul>`;
  const rows = [
    around.topics.length > 0 ? html`<div><dt>${own.topicsOf}</dt><dd>${named(around.topics)}</dd></div>` : null,
    around.bodies.length > 0 ? html`<div><dt>${own.bodiesOf}</dt><dd>${named(around.bodies)}</dd></div>` : null,
    symbols.length > 0
      ? html`<div><dt>${own.symbolsOf}</dt><dd><ul class="inline-list">${symbols.map((symbol) => html`<li><bdi dir="ltr">${symbol}</bdi></li>\n`)}</ul></dd></div>`
      : null,
    around.contacts.length > 0
      ? html`<div><dt>${own.contactOf}</dt><dd>${around.contacts.map((contact) => contactView(contact, language))}</dd></div>`
      : null,
  ].filter((row) => row !== null);
  return rows.length === 0 ? null : html`<dl class="facts subjects">${rows}</dl>`;
}
