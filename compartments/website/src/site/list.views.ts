import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { fillIn, formatNumber, type Html, html } from '@bulkhead/web';
import { languagesOf } from '#article/article.rules.ts';
import { inOwnLanguage, kindWord } from '#article/article.views.ts';
import { type Kind, NEWS_KINDS } from '#article/kind.rules.ts';
import { proseView } from '#prose/prose.views.ts';
import { publicWords } from '#words/public.ts';
import { websiteWords } from '#words/words.ts';
import { eventRowView, rowView, sectionHead } from './card.views.ts';
import type { Chrome } from './chrome.rules.ts';
import { contactView } from './contact.views.ts';
import { figureView } from './figure.views.ts';
import { frame, otherLanguages } from './frame.views.ts';
import { type Host, inEachLanguage, type PublicArticle, paths, shownText } from './site.rules.ts';

/** How much was published in a month: `2026-05`. */
export type MonthCount = { readonly month: string; readonly count: number };

// A format costs far more to make than to use, and an archive names hundreds of months.
const monthFormats = new Map<Language, Intl.DateTimeFormat>();

/** `May 2026`, in the words of a language; `May 2026 (2)` for the second part of one. */
export function monthName(name: string, language: Language): string {
  const [month = '', part] = name.split('.');
  const options = { month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
  const format = monthFormats.get(language) ?? new Intl.DateTimeFormat(`${language}-u-nu-latn-ca-gregory`, options);
  monthFormats.set(language, format);
  return format.format(new Date(`${month}-01T00:00:00Z`)) + (part ? ` (${part})` : '');
}

export function newsPage(
  host: Host,
  chrome: Chrome,
  language: Language,
  given: { readonly articles: readonly PublicArticle[]; readonly years: readonly string[] },
): Html {
  const words = websiteWords(language);
  const own = publicWords(language);
  return frame(host, chrome, language, {
    title: words.news,
    section: 'news',
    languages: inEachLanguage(paths.news),
    alternates: LANGUAGES,
    canonical: paths.news(language),
    description: words.newsLead,
    main: html`<header class="page-head"><h1>${words.news}</h1>
<p class="lead">${words.newsLead}</p></header>
${kindLinks(language, null)}
${listView(given.articles, language)}
${yearLinks(given.years, language, own.archive)}`,
  });
}

/** The newest of one kind. */
export function kindPage(
  host: Host,
  chrome: Chrome,
  language: Language,
  given: { readonly kind: Kind; readonly articles: readonly PublicArticle[]; readonly years: readonly string[] },
): Html {
  const words = websiteWords(language);
  const own = publicWords(language);
  const title = kindWord(given.kind, words);
  return frame(host, chrome, language, {
    title: `${title} · ${own.latestOfKind}`,
    section: 'news',
    languages: inEachLanguage((other) => paths.kind(other, given.kind)),
    alternates: LANGUAGES,
    canonical: paths.kind(language, given.kind),
    description: words.newsLead,
    main: html`<header class="page-head"><h1>${title}</h1></header>
${kindLinks(language, given.kind)}
${listView(given.articles, language)}
${yearLinks(given.years, language, own.archive)}`,
  });
}

function kindLinks(language: Language, current: Kind | null): Html {
  const words = websiteWords(language);
  const own = publicWords(language);
  const link = (href: string, text: string, isCurrent: boolean) =>
    isCurrent
      ? html`<li><a href="${href}" aria-current="page">${text}</a></li>\n`
      : html`<li><a href="${href}">${text}</a></li>\n`;
  return html`<nav class="filters" aria-label="${own.kindIs}"><ul>
${link(paths.news(language), words.allNews, current === null)}${NEWS_KINDS.map((kind) => link(paths.kind(language, kind), kindWord(kind, words), kind === current))}</ul></nav>`;
}

function listView(articles: readonly PublicArticle[], language: Language): Html {
  if (articles.length === 0) return html`<p>${websiteWords(language).nothingYet}</p>`;
  return html`<ul class="list">${articles.map((article) => rowView(article, language))}</ul>`;
}

function yearLinks(years: readonly string[], language: Language, title: string): Html | null {
  if (years.length === 0) return null;
  return html`<nav class="archive-years" aria-labelledby="archive-years">
${sectionHead('archive-years', title, { href: paths.archive(language), text: publicWords(language).wholeArchive })}
<ul class="inline-list">${years.map((year) => html`<li><a href="${paths.year(language, year)}">${year}</a></li>\n`)}</ul></nav>`;
}

/** All years and months in which something was published; or those of one year. */
export function archivePage(
  host: Host,
  chrome: Chrome,
  language: Language,
  given: { readonly months: readonly MonthCount[]; readonly year: string | null },
): Html {
  const words = websiteWords(language);
  const own = publicWords(language);
  const { year } = given;
  const months = given.months.filter(({ month }) => year === null || month.startsWith(year));
  const years = [...new Set(months.map(({ month }) => month.slice(0, 4)))];
  const title = year === null ? own.archive : fillIn(own.yearTitle, { year });
  const toPath = (other: Language) => (year === null ? paths.archive(other) : paths.year(other, year));
  return frame(host, chrome, language, {
    title,
    section: 'news',
    languages: inEachLanguage(toPath),
    alternates: LANGUAGES,
    canonical: toPath(language),
    description: own.archiveLead,
    main: html`<header class="page-head"><h1>${title}</h1>
<p class="lead">${own.archiveLead}</p></header>
${years.length === 0 ? html`<p>${words.nothingYet}</p>` : null}
${years.map(
  (
    one,
  ) => html`<section aria-labelledby="year-${one}"><h2 id="year-${one}">${year === null ? html`<a href="${paths.year(language, one)}">${one}</a>` : one}</h2>
<ul class="months">${months
    .filter(({ month }) => month.startsWith(one))
    .map(
      ({ month, count }) =>
        html`<li><a href="${paths.month(language, month)}">${monthName(month, language)}</a> <span class="quiet">${formatNumber(count, language)}</span></li>\n`,
    )}</ul></section>\n`,
)}`,
  });
}

/** Everything of one month. */
export function monthPage(
  host: Host,
  chrome: Chrome,
  language: Language,
  given: {
    readonly name: string;
    readonly articles: readonly PublicArticle[];
    readonly newer: string | null;
    readonly older: string | null;
  },
): Html {
  const own = publicWords(language);
  const title = monthName(given.name, language);
  const year = given.name.slice(0, 4);
  return frame(host, chrome, language, {
    title: `${own.archive} · ${title}`,
    section: 'news',
    languages: inEachLanguage((other) => paths.month(other, given.name)),
    alternates: LANGUAGES,
    canonical: paths.month(language, given.name),
    description: own.archiveLead,
    main: html`<header class="page-head"><p class="kicker"><a href="${paths.archive(language)}">${own.archive}</a> <span class="dot" aria-hidden="true">·</span> <a href="${paths.year(language, year)}">${year}</a></p>
<h1>${title}</h1></header>
${listView(given.articles, language)}
<nav class="paging" aria-label="${own.archive}">
${given.newer ? html`<p><a rel="prev" href="${paths.month(language, given.newer)}">${monthName(given.newer, language)}</a></p>` : null}
${given.older ? html`<p><a rel="next" href="${paths.month(language, given.older)}">${monthName(given.older, language)}</a></p>` : null}
</nav>`,
  });
}

export type EventsShown = { readonly upcoming: readonly PublicArticle[]; readonly past: readonly PublicArticle[] };

export function eventsPage(host: Host, chrome: Chrome, language: Language, { upcoming, past }: EventsShown): Html {
  const own = publicWords(language);
  return frame(host, chrome, language, {
    title: own.events,
    section: 'events',
    languages: inEachLanguage(paths.events),
    alternates: LANGUAGES,
    canonical: paths.events(language),
    description: own.eventsLead,
    main: html`<header class="page-head"><h1>${own.events}</h1>
<p class="lead">${own.eventsLead}</p>
<p><a class="button-link" href="${paths.calendar(language)}">${own.allEventsCalendar}</a></p></header>
<section aria-labelledby="upcoming">${sectionHead('upcoming', own.upcoming, null)}
${upcoming.length === 0 ? html`<p>${own.noEvents}</p>` : html`<ul class="events">${upcoming.map((event) => eventRowView(event, language))}</ul>`}</section>
${past.length === 0 ? null : html`<section aria-labelledby="past">${sectionHead('past', own.past, null)}<ul class="events">${past.map((event) => eventRowView(event, language))}</ul></section>`}`,
  });
}

/** All topics, or all bodies. */
export function subjectsPage(
  host: Host,
  chrome: Chrome,
  language: Language,
  given: { readonly kind: 'topic' | 'body'; readonly articles: readonly PublicArticle[] },
): Html {
  const own = publicWords(language);
  const isTopics = given.kind === 'topic';
  const toPath = isTopics ? paths.topics : paths.bodies;
  const title = isTopics ? own.topics : own.bodies;
  const lead = isTopics ? own.topicsLead : own.bodiesLead;
  return frame(host, chrome, language, {
    title,
    section: isTopics ? 'topics' : 'none',
    languages: inEachLanguage(toPath),
    alternates: LANGUAGES,
    canonical: toPath(language),
    description: lead,
    main: html`<header class="page-head"><h1>${title}</h1>
<p class="lead">${lead}</p></header>
${given.articles.length === 0 ? html`<p>${websiteWords(language).nothingYet}</p>` : null}
<ul class="subjects-list">${given.articles.map((article) => {
      const { text, language: textLanguage } = shownText(article.content, language);
      const inOwn = inOwnLanguage(textLanguage, language);
      return html`<li><h2><a href="${paths.article(language, article)}" ${inOwn}>${text.title}</a></h2><p ${inOwn}>${text.summary}</p></li>\n`;
    })}</ul>`,
  });
}

/** A topic or a body: what it is, its news and its events. */
export function subjectPage(
  host: Host,
  chrome: Chrome,
  language: Language,
  given: { readonly article: PublicArticle; readonly news: readonly PublicArticle[]; readonly events: readonly PublicArticle[] },
): Html {
  const { article, news, events } = given;
  const words = websiteWords(language);
  const own = publicWords(language);
  const { text, language: textLanguage } = shownText(article.content, language);
  const inOwn = inOwnLanguage(textLanguage, language);
  const languages = inEachLanguage((other) => paths.article(other, article));
  const href = paths.article(language, article);
  return frame(host, chrome, language, {
    title: text.title,
    section: article.content.kind === 'topic' ? 'topics' : 'none',
    languages,
    alternates: languagesOf(article.content),
    canonical: languages[textLanguage],
    description: text.summary,
    feeds: [
      { href: `${href}.atom`, type: 'application/atom+xml', title: fillIn(own.newsOf, { what: text.title }) },
      { href: `${href}.json`, type: 'application/feed+json', title: fillIn(own.newsOf, { what: text.title }) },
    ],
    main: html`<header class="page-head"><h1 ${inOwn}>${text.title}</h1>
<p class="lead" ${inOwn}>${text.summary}</p></header>
${
  text.body.length === 0
    ? null
    : html`<div class="prose" ${inOwn}>
${proseView(text.body, (figure) => figureView(article, figure, textLanguage))}</div>`
}
${events.length === 0 ? null : html`<section class="band" aria-labelledby="events">${sectionHead('events', own.upcoming, null)}<ul class="events">${events.map((event) => eventRowView(event, language))}</ul></section>`}
<section aria-labelledby="news">${sectionHead('news', words.latestNews, null)}
${news.length === 0 ? html`<p>${words.nothingYet}</p>` : html`<ul class="list">${news.map((one) => rowView(one, language, 3))}</ul>`}</section>
<p class="feed-links"><a href="${href}.atom">${own.feedAtom}</a> <span class="dot" aria-hidden="true">·</span> <a href="${href}.json">${own.feedJson}</a>${
      article.content.kind === 'topic'
        ? html` <span class="dot" aria-hidden="true">·</span> <a href="${href}.ics">${own.allEventsCalendar}</a>`
        : null
    }</p>
${otherLanguages(language, languagesOf(article.content), languages)}`,
  });
}

export function contactPage(host: Host, chrome: Chrome, language: Language, contacts: readonly PublicArticle[]): Html {
  const own = publicWords(language);
  return frame(host, chrome, language, {
    title: own.contact,
    section: 'contact',
    languages: inEachLanguage(paths.contact),
    alternates: LANGUAGES,
    canonical: paths.contact(language),
    description: own.contactLead,
    main: html`<header class="page-head"><h1>${own.contact}</h1>
<p class="lead">${own.contactLead}</p></header>
${contacts.length === 0 ? html`<p>${own.noContacts}</p>` : html`<div class="contacts">${contacts.map((contact) => contactView(contact, language))}</div>`}`,
  });
}

/** All feeds there are in a language. */
export function feedsPage(host: Host, chrome: Chrome, language: Language, topics: readonly PublicArticle[]): Html {
  const words = websiteWords(language);
  const own = publicWords(language);
  const row = (title: string, links: readonly (readonly [string, string])[]) =>
    html`<li><strong>${title}</strong> ${links.map(([href, text]) => html` <a href="${href}">${text}</a>`)}</li>\n`;
  return frame(host, chrome, language, {
    title: own.feeds,
    section: 'none',
    languages: inEachLanguage(paths.feeds),
    alternates: LANGUAGES,
    canonical: paths.feeds(language),
    description: own.feedsLead,
    main: html`<header class="page-head"><h1>${own.feeds}</h1>
<p class="lead">${own.feedsLead}</p></header>
<ul class="feed-list">
${row(words.allNews, [
  [paths.feed(language), own.feedAtom],
  [paths.jsonFeed(language), own.feedJson],
])}${row(own.events, [[paths.calendar(language), 'ICS']])}${topics.map((topic) => {
  const href = paths.article(language, topic);
  return row(shownText(topic.content, language).text.title, [
    [`${href}.atom`, own.feedAtom],
    [`${href}.json`, own.feedJson],
    [`${href}.ics`, 'ICS'],
  ]);
})}</ul>`,
  });
}
