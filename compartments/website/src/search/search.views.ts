import type { Language } from '@bulkhead/contracts';
import { attributes, fillIn, formatNumber, type Html, html } from '@bulkhead/web';
import { kindWord, momentView } from '#article/article.views.ts';
import { NEWS_KINDS } from '#article/kind.rules.ts';
import { pagingView } from '#site/card.views.ts';
import { type Chrome, chromeFromLinks } from '#site/chrome.rules.ts';
import { frame } from '#site/frame.views.ts';
import { type Host, inEachLanguage, paths } from '#site/site.rules.ts';
import { pluralForm, publicWords } from '#words/public.ts';
import { websiteWords } from '#words/words.ts';
import {
  type Asked,
  type Found,
  faultOf,
  type Hit,
  markHits,
  PAGE_LIMIT,
  RESULTS_A_PAGE,
  type Searched,
  searchHref,
} from './search.rules.ts';

const KINDS_OFFERED = [...NEWS_KINDS, 'event', 'page', 'topic'] as const;

/** The search page, with what was found if something was asked. */
export function searchPage(host: Host, asked: Asked, { found, standing }: Searched): Html {
  const { language, query } = asked;
  const own = publicWords(language);
  const chrome: Chrome = chromeFromLinks(language, standing);
  const fault = query === '' ? null : faultOf(asked);
  return frame(host, chrome, language, {
    title: query === '' ? own.search : `${own.search}: ${query.slice(0, 80)}`,
    section: 'search',
    languages: inEachLanguage((other) =>
      query === '' ? paths.search(other) : searchHref({ ...asked, language: other, page: 1 }),
    ),
    isUnlisted: true,
    query,
    main: html`<header class="page-head"><h1>${own.search}</h1>
<p class="lead">${own.searchLead}</p></header>
${formView(asked, standing)}
${fault ? html`<p class="panel" role="status">${fault === 'too-long' ? own.tooLong : own.tooShort}</p>` : null}
${found ? resultsView(asked, found) : null}`,
  });
}

function formView(asked: Asked, standing: Searched['standing']): Html {
  const { language, query, kind, topic } = asked;
  const own = publicWords(language);
  const words = websiteWords(language);
  const topics = standing.filter((one) => one.kind === 'topic');
  return html`<form class="search-form" action="${paths.search(language)}" method="get" role="search">
<div class="row">
<div class="grow"><label for="q">${own.searchFor}</label>
<input id="q" type="search" name="q" maxlength="200" required autocomplete="off" dir="auto" aria-describedby="q-hint" value="${query}">
</div>
<div><label for="kind">${own.kindIs}</label>
<select id="kind" name="kind"><option value="">${own.allKinds}</option>${KINDS_OFFERED.map(
    (one) => html`<option value="${one}"${attributes({ selected: one === kind })}>${kindWord(one, words)}</option>`,
  )}</select></div>
${
  topics.length === 0
    ? null
    : html`<div><label for="topic">${own.topicIs}</label>
<select id="topic" name="topic"><option value="">${own.allTopics}</option>${topics.map(
        (one) => html`<option value="${one.articleId}"${attributes({ selected: one.articleId === topic })}>${one.title}</option>`,
      )}</select></div>`
}
<button type="submit">${own.searchButton}</button>
</div>
<p class="quiet" id="q-hint">${own.searchHint}</p>
</form>`;
}

function resultsView(asked: Asked, found: Found): Html {
  const { language, query, page } = asked;
  const own = publicWords(language);
  if (found.count === 0)
    return html`<div role="status"><p class="result-count">${fillIn(own.foundNothing, { query })}</p>
<p>${own.foundNothingHint} <a href="${paths.archive(language)}">${own.archive}</a></p></div>
${asked.kind !== null || asked.year !== null || asked.topic !== null ? html`<p><a href="${searchHref(asked, { kind: null, year: null, topic: null })}">${own.removeFilter}</a></p>` : null}`;
  const pages = Math.min(PAGE_LIMIT, Math.ceil(found.count / RESULTS_A_PAGE));
  const count = fillIn(pluralForm(own.found, found.count, language), { count: formatNumber(found.count, language) });
  return html`<p class="result-count" role="status">${count}</p>
${facetsView(asked, found)}
<ol class="list results" start="${(page - 1) * RESULTS_A_PAGE + 1}">${found.hits.map((hit) => hitView(hit, language, found.stems))}</ol>
${pagingView(language, { number: page, count: pages, toHref: (number) => searchHref(asked, { page: number }) })}`;
}

function facetsView(asked: Asked, { facets }: Found): Html {
  const { language } = asked;
  const own = publicWords(language);
  const words = websiteWords(language);
  const link = (href: string, text: string, count: number) =>
    html`<li><a href="${href}">${text}</a> <span class="quiet">${formatNumber(count, language)}</span></li>\n`;
  const isNarrowed = asked.kind !== null || asked.year !== null || asked.topic !== null;
  const rows = [
    facets.kinds.length > 1
      ? html`<div><dt>${own.kindIs}</dt><dd><ul class="inline-list">${facets.kinds.map(({ kind, count }) => link(searchHref(asked, { kind }), kindWord(kind, words), count))}</ul></dd></div>`
      : null,
    facets.years.length > 1
      ? html`<div><dt>${own.yearIs}</dt><dd><ul class="inline-list">${facets.years.slice(0, 12).map(({ year, count }) => link(searchHref(asked, { year }), String(year), count))}</ul></dd></div>`
      : null,
    facets.topics.length > 0 && asked.topic === null
      ? html`<div><dt>${own.topicIs}</dt><dd><ul class="inline-list">${facets.topics.map(({ id, title, count }) => link(searchHref(asked, { topic: id }), title, count))}</ul></dd></div>`
      : null,
  ].filter((row) => row !== null);
  return html`<nav class="facets" aria-label="${own.narrow}">${rows.length > 0 ? html`<dl>${rows}</dl>` : null}
${isNarrowed ? html`<p><a href="${searchHref(asked, { kind: null, year: null, topic: null })}">${own.removeFilter}</a></p>` : null}</nav>`;
}

function hitView(hit: Hit, language: Language, stems: readonly string[]): Html {
  const words = websiteWords(language);
  const marked = (text: string) =>
    html`${markHits(text, language, stems).map(({ text: part, isHit }) => (isHit ? html`<mark>${part}</mark>` : html`${part}`))}`;
  return html`<li>
<p class="kicker"><span class="kind">${kindWord(hit.kind, words)}</span> <span class="dot" aria-hidden="true">·</span> ${momentView(hit.publishedAt, language)}</p>
<h2><a href="${hit.path}">${marked(hit.title)}</a></h2>
<p>${marked(hit.summary)}</p>
${hit.excerpt === '' ? null : html`<p class="quiet">${marked(hit.excerpt)}</p>`}
</li>
`;
}
