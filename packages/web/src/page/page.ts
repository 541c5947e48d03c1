import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { attributes, type Html, html } from '#html/html.ts';
import { directionOf, LANGUAGE_NAMES } from '#language.ts';
import { getStylesheet } from './stylesheet.ts';
import { wordsIn } from './words.ts';

export type PageLink = { readonly href: string; readonly text: string; readonly isCurrent?: boolean };

/** All that a page is made of. Paths are as the browser shall ask for them. */
export type Page = {
  readonly language: Language;
  /** `public` for published pages, `staff` for the working areas: denser, and never indexed. */
  readonly kind: 'public' | 'staff';
  /** Of this page alone; the organisation's name is added. */
  readonly title: string;
  readonly organisation: string;
  readonly isSample: boolean;
  /** What the site or working area is called, beside the organisation's name. */
  readonly area?: string;
  readonly home: string;
  readonly navigation?: readonly PageLink[];
  /** The address of this page in each language that it has. */
  readonly languages?: Partial<Record<Language, string>>;
  /** Whoever is signed in, and where they find their account. */
  readonly account?: { readonly name: string; readonly href: string };
  readonly description?: string;
  /** Further elements of <head>, such as feeds and alternates. */
  readonly head?: Html;
  readonly main: Html;
  /** Further content of the header, such as a search form. */
  readonly masthead?: Html;
  /** Further content of the footer. */
  readonly footer?: Html;
  /** Where the stylesheet is served; `/assets/<hash>.css` unless told. */
  readonly stylesheetPath?: string;
};

/** Lays out a whole page: every page of the estate comes from here. */
export function page(given: Page): Html {
  const { language, title, organisation } = given;
  const isHome = title === organisation;
  return html`<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${isHome ? title : `${title} · ${organisation}`}</title>
${given.description ? html`<meta name="description" content="${given.description}">\n` : null}${
  given.kind === 'staff' ? html`<meta name="robots" content="noindex, nofollow">\n` : null
}<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="${given.stylesheetPath ?? getStylesheet().path}">
${given.head}
</head>
<body class="${given.kind}">
${header(given)}
<main id="content" tabindex="-1">
${given.main}
</main>
${footer(given)}
</body>
</html>
`;
}

function header(given: Page): Html {
  const words = wordsIn(given.language);
  return html`<header class="site-header">
<a class="skip" href="#content">${words.skipToContent}</a>
${given.isSample ? html`<p class="sample-line">${words.sampleLine}</p>` : null}
<div class="masthead">
<p class="brand"><a href="${given.home}">${given.organisation}</a>${
    given.area ? html` <span class="area">${given.area}</span>` : null
  }</p>
${languageSwitcher(given)}
${given.masthead}</div>
${navigation(given)}
</header>`;
}

function languageSwitcher(given: Page): Html | null {
  const links = given.languages ?? {};
  const offered = LANGUAGES.flatMap((language) => {
    const href = links[language];
    return href === undefined ? [] : [{ language, href }];
  });
  if (offered.length === 0) return null;
  return html`<nav class="languages" aria-label="${wordsIn(given.language).languages}"><ul>${offered.map(
    ({ language, href }) =>
      html`<li><a href="${href}" lang="${language}" hreflang="${language}" dir="${directionOf(language)}"${attributes({
        'aria-current': language === given.language && 'true',
      })}>${LANGUAGE_NAMES[language]}</a></li>`,
  )}</ul></nav>`;
}

function navigation(given: Page): Html | null {
  const links = given.navigation ?? [];
  const words = wordsIn(given.language);
  if (links.length === 0 && !given.account) return null;
  return html`<nav class="main-nav" aria-label="${words.mainNavigation}"><ul>${links.map(
    (link) =>
      html`<li><a href="${link.href}"${attributes({ 'aria-current': link.isCurrent === true && 'page' })}>${link.text}</a></li>`,
  )}${
    given.account
      ? html`<li class="account"><a href="${given.account.href}"><span class="quiet">${words.signedInAs}</span> ${given.account.name}</a></li>`
      : null
  }</ul></nav>`;
}

function footer(given: Page): Html {
  const words = wordsIn(given.language);
  return html`<footer class="site-footer">
<div class="footer-inner">
${given.footer}
<p>${given.organisation}</p>
<p class="quiet">${words.timesUtc}</p>
<p><a href="#content">${words.toTop}</a></p>
</div>
</footer>`;
}
