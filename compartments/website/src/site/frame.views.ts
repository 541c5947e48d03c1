import type { Language } from '@bulkhead/contracts';
import { directionOf, fillIn, type Html, html, LANGUAGE_NAMES, type PageLink, page, wordsIn } from '@bulkhead/web';
import { publicWords } from '#words/public.ts';
import { websiteWords } from '#words/words.ts';
import type { Chrome } from './chrome.rules.ts';
import { type LinkedData, linkedDataView } from './linked-data.views.ts';
import { publicStyle } from './public-style.ts';
import { type Host, inEachLanguage, paths } from './site.rules.ts';

export type Section = 'home' | 'news' | 'events' | 'topics' | 'contact' | 'about' | 'search' | 'none' | number;

/** What search engines and those who pass a link on are told of a page. */
export type Shared = {
  readonly type: 'website' | 'article';
  readonly picture?: { readonly path: string; readonly width: number; readonly height: number; readonly alt: string };
};

/** A page as it will be, shown to those who have its link: with what tells so, and its other languages under links like its own. */
export type Preview = { readonly notice: Html; readonly pathIn: (language: Language) => string };

export type Framed = {
  readonly title: string;
  readonly section: Section;
  readonly languages: Record<Language, string>;
  /** Languages in which the page truly exists, for search engines. */
  readonly alternates?: readonly Language[];
  readonly description?: string;
  readonly canonical?: string;
  readonly shared?: Shared;
  readonly data?: LinkedData;
  /** Feeds of what the page is about; besides that of all news. */
  readonly feeds?: readonly { readonly href: string; readonly type: string; readonly title: string }[];
  /** What was searched for, to stand in the field. */
  readonly query?: string;
  /** Not for search engines. */
  readonly isUnlisted?: boolean;
  readonly preview?: Preview | undefined;
  readonly main: Html;
};

/** Lays out a public page: what is around it, and what is said of it to machines. */
export function frame(host: Host, chrome: Chrome, language: Language, framed: Framed): Html {
  return page({
    language,
    kind: 'public',
    title: framed.title,
    organisation: host.organisation,
    isSample: host.isSample,
    home: paths.home(language),
    navigation: navigation(chrome, language, framed.section),
    languages: framed.preview ? inEachLanguage(framed.preview.pathIn) : framed.languages,
    ...(framed.description ? { description: framed.description } : {}),
    stylesheetPath: publicStyle().path,
    masthead: searchForm(language, framed),
    head: framed.preview ? html`<meta name="robots" content="noindex">` : head(host, language, framed),
    main: framed.preview ? html`${framed.preview.notice}${framed.main}` : framed.main,
    footer: footer(host, chrome, language),
  });
}

function head(host: Host, language: Language, framed: Framed): Html {
  const url = (path: string) => `${host.publicOrigin}${path}`;
  const words = websiteWords(language);
  const { canonical, languages, shared = { type: 'website' } } = framed;
  const picture = shared.picture;
  return html`${framed.isUnlisted ? html`<meta name="robots" content="noindex">\n` : null}${canonical ? html`<link rel="canonical" href="${url(canonical)}">\n` : null}${(
    framed.alternates ?? []
  ).map(
    (other) => html`<link rel="alternate" hreflang="${other}" href="${url(languages[other])}">\n`,
  )}${framed.alternates?.includes('en') ? html`<link rel="alternate" hreflang="x-default" href="${url(languages.en)}">\n` : null}<link rel="alternate" type="application/atom+xml" href="${paths.feed(language)}" title="${fillIn(words.feedOf, { organisation: host.organisation })}">
${(framed.feeds ?? []).map(({ href, type, title }) => html`<link rel="alternate" type="${type}" href="${href}" title="${title}">\n`)}<meta property="og:site_name" content="${host.organisation}">
<meta property="og:title" content="${framed.title}">
<meta property="og:type" content="${shared.type}">
<meta property="og:locale" content="${OPEN_GRAPH_LOCALES[language]}">
${canonical ? html`<meta property="og:url" content="${url(canonical)}">\n` : null}${framed.description ? html`<meta property="og:description" content="${framed.description}">\n` : null}${
  picture
    ? html`<meta property="og:image" content="${url(picture.path)}">
<meta property="og:image:width" content="${picture.width}">
<meta property="og:image:height" content="${picture.height}">
<meta property="og:image:alt" content="${picture.alt}">
<meta name="twitter:card" content="summary_large_image">
`
    : html`<meta name="twitter:card" content="summary">\n`
}${framed.data ? linkedDataView(framed.data) : null}`;
}

const OPEN_GRAPH_LOCALES: Readonly<Record<Language, string>> = {
  ar: 'ar_AR',
  zh: 'zh_CN',
  en: 'en_GB',
  fr: 'fr_FR',
  ru: 'ru_RU',
  es: 'es_ES',
};

function navigation(chrome: Chrome, language: Language, section: Section): PageLink[] {
  const words = websiteWords(language);
  const own = publicWords(language);
  return [
    { href: paths.home(language), text: wordsIn(language).home, isCurrent: section === 'home' },
    { href: paths.news(language), text: words.news, isCurrent: section === 'news' },
    { href: paths.events(language), text: own.events, isCurrent: section === 'events' },
    ...(chrome.hasTopics ? [{ href: paths.topics(language), text: own.topics, isCurrent: section === 'topics' }] : []),
    ...chrome.sections.flatMap(({ id, links }) => {
      const link = links[language];
      return link ? [{ ...link, isCurrent: section === id }] : [];
    }),
    { href: paths.contact(language), text: own.contact, isCurrent: section === 'contact' },
  ];
}

// On a narrow page the field would take more room than it is used: a link leads to the page that has it.
function searchForm(language: Language, { query = '', section }: Framed): Html {
  const own = publicWords(language);
  return html`<search class="site-search${section === 'search' ? ' is-here' : ''}"><a class="search-link" href="${paths.search(language)}">${own.search}</a><form action="${paths.search(language)}" method="get">
<label class="hidden-text" for="site-query">${own.searchSite}</label>
<input id="site-query" type="search" name="q" maxlength="200" autocomplete="off" dir="auto" placeholder="${own.search}" value="${query}">
<button type="submit">${own.searchButton}</button>
</form></search>`;
}

function footer(host: Host, chrome: Chrome, language: Language): Html {
  const words = websiteWords(language);
  const own = publicWords(language);
  const link = (href: string, text: string) => html`<li><a href="${href}">${text}</a></li>\n`;
  return html`<div class="footer-columns">
<nav aria-labelledby="footer-parts"><h2 id="footer-parts">${own.siteParts}</h2><ul>
${link(paths.news(language), words.allNews)}${link(paths.archive(language), own.archive)}${link(paths.events(language), own.events)}${chrome.hasTopics ? link(paths.topics(language), own.topics) : null}${chrome.hasBodies ? link(paths.bodies(language), own.bodies) : null}</ul></nav>
<nav aria-labelledby="footer-follow"><h2 id="footer-follow">${own.followUs}</h2><ul>
${link(paths.feeds(language), own.feeds)}${link(paths.calendar(language), own.allEventsCalendar)}</ul></nav>
<nav aria-labelledby="footer-about"><h2 id="footer-about">${own.footerAbout}</h2><ul>
${link(paths.about(language), words.about)}${link(paths.contact(language), own.contact)}${link(paths.search(language), own.search)}</ul>
<p class="quiet">${own.signedNote}</p></nav>
</div>
<p class="print-only">${fillIn(own.printedFrom, { address: host.publicOrigin })}</p>`;
}

/** Links to a page in the languages that it truly has. */
export function otherLanguages(language: Language, present: readonly Language[], hrefs: Record<Language, string>): Html | null {
  const others = present.filter((other) => other !== language);
  if (others.length === 0) return null;
  return html`<section class="facts" aria-labelledby="languages"><h2 id="languages">${websiteWords(language).thisPageIn}</h2>
<ul class="inline-list">${others.map(
    (other) =>
      html`<li><a href="${hrefs[other]}" lang="${other}" hreflang="${other}" dir="${directionOf(other)}">${LANGUAGE_NAMES[other]}</a></li>`,
  )}</ul></section>`;
}
