import type { Language } from '@bulkhead/contracts';
import { fillIn, type Html, html, wordsIn } from '@bulkhead/web';
import { inOwnLanguage, kindWord, momentView } from '#article/article.views.ts';
import { websiteWords } from '#words/words.ts';
import { eventDateView } from './event-time.views.ts';
import { pictureView } from './picture.views.ts';
import { type PublicArticle, paths, shownText } from './site.rules.ts';

const CARD_SIZES = '(min-width: 60rem) 22rem, (min-width: 40rem) 45vw, 92vw';

/** What kind of thing it is, and when it was published or takes place. */
export function kickerView(article: PublicArticle, language: Language): Html {
  const { content } = article;
  const words = websiteWords(language);
  const { event } = content.details;
  const [update] = article.updates;
  const time =
    content.kind === 'event' && event
      ? eventDateView(event, language)
      : html`${momentView(article.publishedAt, language)}${update ? html` · ${words.updated} ${momentView(update.at, language)}` : null}`;
  return html`<p class="kicker"><span class="kind">${kindWord(content.kind, words)}</span> <span class="dot" aria-hidden="true">·</span> ${time}</p>`;
}

/** An article as a card with its picture. */
export function cardView(article: PublicArticle, language: Language, heading: 2 | 3 = 3): Html {
  const { content } = article;
  const { text, language: own } = shownText(content, language);
  const { picture } = content;
  const link = html`<a href="${paths.article(language, article)}" ${inOwnLanguage(own, language)}>${text.title}</a>`;
  return html`<li class="card">
${
  picture
    ? pictureView({
        picture,
        alt: '',
        altLanguage: own,
        language,
        sizes: CARD_SIZES,
        focus: picture.focus,
        cut: 'card',
      })
    : html`<div class="card-blank ${content.kind}" aria-hidden="true"></div>`
}
<div class="card-text">
${kickerView(article, language)}
${heading === 2 ? html`<h2>${link}</h2>` : html`<h3>${link}</h3>`}
<p ${inOwnLanguage(own, language)}>${text.summary}</p>
</div>
</li>
`;
}

/** An article in a list of many. */
export function rowView(article: PublicArticle, language: Language, heading: 2 | 3 = 2): Html {
  const { text, language: own } = shownText(article.content, language);
  const link = html`<a href="${paths.article(language, article)}" ${inOwnLanguage(own, language)}>${text.title}</a>`;
  return html`<li>
${kickerView(article, language)}
${heading === 2 ? html`<h2>${link}</h2>` : html`<h3>${link}</h3>`}
<p ${inOwnLanguage(own, language)}>${text.summary}</p>
</li>
`;
}

/** An event in a list: its day stands out. */
export function eventRowView(article: PublicArticle, language: Language, heading: 2 | 3 = 3): Html {
  const { text, language: own } = shownText(article.content, language);
  const { event } = article.content.details;
  const link = html`<a href="${paths.article(language, article)}" ${inOwnLanguage(own, language)}>${text.title}</a>`;
  return html`<li class="event-row">
${event ? html`<p class="event-day">${eventDateView(event, language)}</p>` : null}
<div>${heading === 2 ? html`<h2>${link}</h2>` : html`<h3>${link}</h3>`}
${text.place === '' ? null : html`<p class="quiet" ${inOwnLanguage(own, language)}>${text.place}</p>`}</div>
</li>
`;
}

/** An article as the first thing of a page. */
export function leadView(article: PublicArticle, language: Language): Html {
  const { content } = article;
  const { text, language: own } = shownText(content, language);
  const { picture } = content;
  return html`<article class="lead-story">
${
  picture
    ? pictureView({
        picture,
        alt: text.pictureAlt,
        altLanguage: own,
        language,
        sizes: '(min-width: 64rem) 40rem, 100vw',
        focus: picture.focus,
        cut: 'wide',
        isFirst: true,
      })
    : null
}
<div class="lead-text">
${kickerView(article, language)}
<h2><a href="${paths.article(language, article)}" ${inOwnLanguage(own, language)}>${text.title}</a></h2>
<p class="lead" ${inOwnLanguage(own, language)}>${text.summary}</p>
</div>
</article>`;
}

/** A heading with a way to more of the same. */
export function sectionHead(id: string, title: string, more: { readonly href: string; readonly text: string } | null): Html {
  return html`<div class="section-head"><h2 id="${id}">${title}</h2>${more ? html`<p><a href="${more.href}">${more.text}</a></p>` : null}</div>`;
}

export function pagingView(
  language: Language,
  given: { readonly number: number; readonly count: number; readonly toHref: (number: number) => string },
): Html | null {
  const words = wordsIn(language);
  const { number, count, toHref } = given;
  if (count <= 1) return null;
  return html`<nav class="paging" aria-label="${words.pages}">
${number > 1 ? html`<p><a rel="prev" href="${toHref(number - 1)}">${words.newer}</a></p>` : null}
<p>${fillIn(words.page, { number, count })}</p>
${number < count ? html`<p><a rel="next" href="${toHref(number + 1)}">${words.older}</a></p>` : null}
</nav>`;
}
