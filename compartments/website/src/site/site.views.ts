import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { attributes, directionOf, fillIn, type Html, html, LANGUAGE_NAMES, type PageLink, page, wordsIn } from '@bulkhead/web';
import { languagesOf, type Reasons } from '#article/article.rules.ts';
import { articleView, inOwnLanguage, kindWord, momentView } from '#article/article.views.ts';
import { proseView } from '#prose/prose.views.ts';
import { websiteWords } from '#words/words.ts';
import { aboutText } from './about.rules.ts';
import { changedAt, inEachLanguage, type PublicArticle, paths, shownText } from './site.rules.ts';

/** Whose site it is, and where it stands. */
export type Host = { readonly organisation: string; readonly isSample: boolean; readonly publicOrigin: string };
type Section = 'home' | 'news' | 'about' | 'none';

type Framed = {
  readonly title: string;
  readonly section: Section;
  readonly languages: Record<Language, string>;
  /** Languages in which the page truly exists, for search engines. */
  readonly alternates?: readonly Language[];
  readonly description?: string;
  readonly canonical?: string;
  readonly main: Html;
};

function frame(host: Host, language: Language, framed: Framed): Html {
  const words = websiteWords(language);
  return page({
    language,
    kind: 'public',
    title: framed.title,
    organisation: host.organisation,
    isSample: host.isSample,
    home: paths.home(language),
    navigation: navigation(language, framed.section),
    languages: framed.languages,
    ...(framed.description ? { description: framed.description } : {}),
    head: html`${framed.canonical ? html`<link rel="canonical" href="${host.publicOrigin}${framed.canonical}">\n` : null}${(
      framed.alternates ?? []
    ).map(
      (other) => html`<link rel="alternate" hreflang="${other}" href="${host.publicOrigin}${framed.languages[other]}">\n`,
    )}<link rel="alternate" type="application/atom+xml" href="${paths.feed(language)}" title="${fillIn(words.feedOf, { organisation: host.organisation })}">`,
    main: framed.main,
    footer: html`<ul><li><a href="${paths.news(language)}">${words.allNews}</a></li><li><a href="${paths.about(language)}">${words.about}</a></li><li><a href="${paths.feed(language)}">${words.feed}</a></li></ul>`,
  });
}

function navigation(language: Language, section: Section): PageLink[] {
  const words = websiteWords(language);
  return [
    { href: paths.home(language), text: wordsIn(language).home, isCurrent: section === 'home' },
    { href: paths.news(language), text: words.news, isCurrent: section === 'news' },
    { href: paths.about(language), text: words.about, isCurrent: section === 'about' },
  ];
}

export function homePage(host: Host, language: Language, newest: readonly PublicArticle[]): Html {
  const words = websiteWords(language);
  return frame(host, language, {
    title: host.organisation,
    section: 'home',
    languages: inEachLanguage(paths.home),
    alternates: LANGUAGES,
    canonical: paths.home(language),
    description: words.homeLead,
    main: html`<div class="hero">
<h1>${host.organisation}</h1>
<p class="lead">${words.homeLead}</p>
</div>
<section aria-labelledby="latest">
<div class="section-head"><h2 id="latest">${words.latestNews}</h2><p><a href="${paths.news(language)}">${words.allNews}</a></p></div>
${newest.length === 0 ? html`<p>${words.nothingYet}</p>` : html`<ul class="cards">${newest.map((article) => cardView(article, language))}</ul>`}
</section>`,
  });
}

function cardView(article: PublicArticle, language: Language): Html {
  const { content } = article;
  const words = websiteWords(language);
  const { text, language: own } = shownText(content, language);
  const { picture } = content;
  return html`<li class="card">
${picture ? html`<img src="${paths.picture(picture)}" width="${picture.width}" height="${picture.height}" alt="" loading="lazy">` : html`<div class="card-blank ${content.kind}"></div>`}
<div class="card-text">
<p class="kicker"><span class="kind">${kindWord(content.kind, words)}</span> · ${momentView(changedAt(article), language)}</p>
<h3><a href="${paths.article(language, content.slug)}" ${inOwnLanguage(own, language)}>${text.title}</a></h3>
<p ${inOwnLanguage(own, language)}>${text.summary}</p>
</div>
</li>
`;
}

/** A page of the list of all news; pages count from 1. */
export function newsPage(
  host: Host,
  language: Language,
  given: { readonly number: number; readonly count: number; readonly articles: readonly PublicArticle[] },
): Html {
  const words = websiteWords(language);
  const { number, count } = given;
  const numbered = fillIn(wordsIn(language).page, { number, count });
  return frame(host, language, {
    title: number === 1 ? words.news : `${words.news} · ${numbered}`,
    section: 'news',
    languages: inEachLanguage((other) => paths.news(other, number)),
    alternates: LANGUAGES,
    canonical: paths.news(language, number),
    description: words.newsLead,
    main: html`<h1>${words.news}</h1>
<p class="lead">${words.newsLead}</p>
${given.articles.length === 0 ? html`<p>${words.nothingYet}</p>` : html`<ul class="list">${given.articles.map((article) => listedView(article, language))}</ul>`}
${count > 1 ? pagingView(language, number, count) : null}`,
  });
}

function listedView(article: PublicArticle, language: Language): Html {
  const { content } = article;
  const words = websiteWords(language);
  const { text, language: own } = shownText(content, language);
  const [update] = article.updates;
  return html`<li>
<p class="kicker"><span class="kind">${kindWord(content.kind, words)}</span> · ${momentView(article.publishedAt, language)}${
    update ? html` · ${words.updated} ${momentView(update.at, language)}` : null
  }</p>
<h2><a href="${paths.article(language, content.slug)}" ${inOwnLanguage(own, language)}>${text.title}</a></h2>
<p ${inOwnLanguage(own, language)}>${text.summary}</p>
</li>
`;
}

function pagingView(language: Language, number: number, count: number): Html {
  const words = wordsIn(language);
  return html`<nav class="paging" aria-label="${words.pages}">
${number > 1 ? html`<p><a rel="prev" href="${paths.news(language, number - 1)}">${words.newer}</a></p>` : null}
<p>${fillIn(words.page, { number, count })}</p>
${number < count ? html`<p><a rel="next" href="${paths.news(language, number + 1)}">${words.older}</a></p>` : null}
</nav>`;
}

export function articlePage(host: Host, language: Language, article: PublicArticle): Html {
  const { content } = article;
  const { text, language: own } = shownText(content, language);
  const languages = inEachLanguage((other) => paths.article(other, content.slug));
  return frame(host, language, {
    title: text.title,
    section: 'news',
    languages,
    alternates: languagesOf(content),
    canonical: languages[own],
    description: text.summary,
    main: html`${articleView({
      content,
      language,
      pictureHref: content.picture && paths.picture(content.picture),
      publishedAt: article.publishedAt,
      updates: article.updates,
    })}
${otherLanguagesView(language, languagesOf(content), languages)}`,
  });
}

function otherLanguagesView(language: Language, present: readonly Language[], hrefs: Record<Language, string>): Html | null {
  const others = present.filter((other) => other !== language);
  if (others.length === 0) return null;
  return html`<aside class="facts" aria-labelledby="languages"><h2 id="languages">${websiteWords(language).thisPageIn}</h2>
<ul class="inline-list">${others.map(
    (other) =>
      html`<li><a href="${hrefs[other]}" lang="${other}" hreflang="${other}" dir="${directionOf(other)}">${LANGUAGE_NAMES[other]}</a></li>`,
  )}</ul></aside>`;
}

/** What stands in the place of an article that was withdrawn. */
export function withdrawnPage(
  host: Host,
  language: Language,
  slug: string,
  withdrawal: { readonly at: Date; readonly reasons: Reasons },
): Html {
  const words = websiteWords(language);
  const reason = withdrawal.reasons[language];
  const english = withdrawal.reasons.en ?? '';
  return frame(host, language, {
    title: words.withdrawnTitle,
    section: 'news',
    languages: inEachLanguage((other) => paths.article(other, slug)),
    main: html`<h1>${words.withdrawnTitle}</h1>
<p class="kicker">${words.withdrawnAt} ${momentView(withdrawal.at, language)}</p>
<div class="panel">
<h2>${words.withdrawnReason}</h2>
<p ${attributes(reason ? {} : { lang: 'en', dir: 'ltr' })}>${reason ?? english}</p>
</div>
<p><a href="${paths.news(language)}">${words.allNews}</a></p>`,
  });
}

export function aboutPage(host: Host, language: Language): Html {
  const words = websiteWords(language);
  return frame(host, language, {
    title: words.about,
    section: 'about',
    languages: inEachLanguage(paths.about),
    alternates: LANGUAGES,
    canonical: paths.about(language),
    main: html`<h1>${words.about}</h1>
<div class="prose">
${proseView(aboutText(language, host.organisation))}</div>`,
  });
}

export function notFoundPage(host: Host, language: Language): Html {
  const words = websiteWords(language);
  return frame(host, language, {
    title: words.notFoundTitle,
    section: 'none',
    languages: inEachLanguage(paths.notFound),
    main: html`<h1>${words.notFoundTitle}</h1>
<p class="lead">${words.notFoundText}</p>
<ul class="inline-list"><li><a href="${paths.home(language)}">${wordsIn(language).home}</a></li><li><a href="${paths.news(language)}">${words.allNews}</a></li></ul>`,
  });
}

/** The page at the root: nothing but the choice of a language, each in its own words. */
export function choicePage(host: Host): Html {
  return page({
    language: 'en',
    kind: 'public',
    title: host.organisation,
    organisation: host.organisation,
    isSample: host.isSample,
    home: '/',
    head: html`<link rel="canonical" href="${host.publicOrigin}/">\n${LANGUAGES.map(
      (language) => html`<link rel="alternate" hreflang="${language}" href="${host.publicOrigin}${paths.home(language)}">\n`,
    )}<link rel="alternate" hreflang="x-default" href="${host.publicOrigin}/">`,
    main: html`<h1>${host.organisation}</h1>
<ul class="choice">${LANGUAGES.map(
      (language) =>
        html`<li><a href="${paths.home(language)}" lang="${language}" hreflang="${language}" dir="${directionOf(language)}" aria-label="${LANGUAGE_NAMES[language]}: ${websiteWords(language).chooseLanguage}">${LANGUAGE_NAMES[language]}</a></li>`,
    )}</ul>`,
  });
}

/** The page for every address at which nothing is: in all languages, as it is not known which one is read. */
export function anyNotFoundPage(host: Host): Html {
  return page({
    language: 'en',
    kind: 'public',
    title: websiteWords('en').notFoundTitle,
    organisation: host.organisation,
    isSample: host.isSample,
    home: '/',
    languages: inEachLanguage(paths.notFound),
    main: html`<h1>${websiteWords('en').notFoundTitle}</h1>
<ul class="list">${LANGUAGES.map(
      (language) =>
        html`<li lang="${language}" dir="${directionOf(language)}"><p>${websiteWords(language).notFoundTitle}. ${websiteWords(language).notFoundText}</p><p><a href="${paths.home(language)}">${wordsIn(language).home}</a></p></li>`,
    )}</ul>`,
  });
}
