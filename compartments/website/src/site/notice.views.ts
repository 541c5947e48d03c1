import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { attributes, directionOf, type Html, html, LANGUAGE_NAMES, page, scriptOf, wordsIn } from '@bulkhead/web';
import { momentView } from '#article/article.views.ts';
import { proseView } from '#prose/prose.views.ts';
import { publicWords } from '#words/public.ts';
import { websiteWords } from '#words/words.ts';
import { aboutText } from './about.rules.ts';
import { BARE, type Chrome } from './chrome.rules.ts';
import { frame } from './frame.views.ts';
import { type MonthCount, monthName } from './list.views.ts';
import { publicStyle, restingScript } from './public-style.ts';
import { type Host, inEachLanguage, type PublicArticle, paths } from './site.rules.ts';

/** What stands in the place of an article that was withdrawn. */
export function withdrawnPage(
  host: Host,
  language: Language,
  article: PublicArticle,
  withdrawal: NonNullable<PublicArticle['withdrawal']>,
): Html {
  const words = websiteWords(language);
  const reason = withdrawal.reasons[language];
  return frame(host, BARE, language, {
    title: words.withdrawnTitle,
    section: 'none',
    languages: inEachLanguage((other) => paths.article(other, article)),
    isUnlisted: true,
    main: html`<div class="notice">
<p class="notice-code" dir="ltr" aria-hidden="true">410</p>
<h1>${words.withdrawnTitle}</h1>
<p class="lead">${publicWords(language).goneLead}</p>
<p class="kicker">${words.withdrawnAt} ${momentView(withdrawal.at, language)}</p>
<div class="panel">
<h2>${words.withdrawnReason}</h2>
<p ${attributes(reason ? {} : { lang: 'en', dir: 'ltr' })}>${reason ?? withdrawal.reasons.en ?? ''}</p>
</div>
<p><a href="${paths.news(language)}">${words.allNews}</a></p>
</div>`,
  });
}

/** What this site says of itself, if nobody wrote a page of that address. */
export function aboutPage(host: Host, chrome: Chrome, language: Language): Html {
  const words = websiteWords(language);
  return frame(host, chrome, language, {
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

export function notFoundPage(host: Host, chrome: Chrome, language: Language): Html {
  const words = websiteWords(language);
  const own = publicWords(language);
  return frame(host, chrome, language, {
    title: words.notFoundTitle,
    section: 'none',
    languages: inEachLanguage(paths.home),
    isUnlisted: true,
    main: html`<div class="notice">
<p class="notice-code" dir="ltr" aria-hidden="true">404</p>
<h1>${words.notFoundTitle}</h1>
<p class="lead">${words.notFoundText}</p>
<ul class="inline-list"><li><a href="${paths.home(language)}">${wordsIn(language).home}</a></li><li><a href="${paths.news(language)}">${words.allNews}</a></li><li><a href="${paths.archive(language)}">${own.archive}</a></li><li><a href="${paths.search(language)}">${own.search}</a></li></ul>
</div>`,
  });
}

/** Where a search leads while the compartment is closed: the archive, and a search in the browser. */
export function restingPage(
  host: Host,
  chrome: Chrome,
  language: Language,
  given: { readonly months: readonly MonthCount[] },
): Html {
  const own = publicWords(language);
  const { months } = given;
  return frame(host, chrome, language, {
    title: own.restingTitle,
    section: 'search',
    languages: inEachLanguage(paths.resting),
    isUnlisted: true,
    main: html`<header class="page-head"><h1>${own.restingTitle}</h1>
<p class="lead">${own.restingLead}</p></header>
<div id="resting" data-months="${paths.searchMonths(language)}" data-language="${language}" data-searched="${own.searchedBack}" data-on="${own.searchOn}" data-all="${own.searchedAll}" data-nothing="${own.foundNothing}" data-hint="${own.restingScript}">
<p>${own.restingNoScript}</p>
</div>
<section aria-labelledby="resting-archive"><h2 id="resting-archive">${own.restingArchive}</h2>
<ul class="months">${months.map(({ month }) => html`<li><a href="${paths.month(language, month)}">${monthName(month, language)}</a></li>\n`)}</ul></section>
${scriptOf(restingScript().path)}`,
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
    stylesheetPath: publicStyle().path,
    head: html`<link rel="canonical" href="${host.publicOrigin}/">\n${LANGUAGES.map(
      (language) => html`<link rel="alternate" hreflang="${language}" href="${host.publicOrigin}${paths.home(language)}">\n`,
    )}<link rel="alternate" hreflang="x-default" href="${host.publicOrigin}/">`,
    main: html`<div class="hero"><h1>${host.organisation}</h1></div>
<ul class="choice">${LANGUAGES.map(
      (language) =>
        html`<li><a href="${paths.home(language)}" lang="${language}" hreflang="${language}" dir="${directionOf(language)}"><strong>${LANGUAGE_NAMES[language]}</strong> <span>${websiteWords(language).chooseLanguage}</span></a></li>`,
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
    stylesheetPath: publicStyle().path,
    languages: inEachLanguage(paths.home),
    head: html`<meta name="robots" content="noindex">`,
    main: html`<div class="notice"><p class="notice-code" dir="ltr" aria-hidden="true">404</p>
<h1>${websiteWords('en').notFoundTitle}</h1>
<ul class="list">${LANGUAGES.map(
      (language) =>
        html`<li lang="${language}" dir="${directionOf(language)}"><p>${websiteWords(language).notFoundTitle}. ${websiteWords(language).notFoundText}</p><p><a href="${paths.home(language)}">${wordsIn(language).home}</a></p></li>`,
    )}</ul></div>`,
  });
}
