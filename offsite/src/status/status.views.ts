import { LANGUAGES, type Language, type Notice, PUBLIC_STATES, type PublicStatus } from '@bulkhead/contracts';
import { directionOf, fillIn, formatMoment, type Html, html, inLanguage, LANGUAGE_NAMES, page, wordsIn } from '@bulkhead/web';
import { PAGE_LIMIT, SEEN_LIMIT } from './report.rules.ts';
import { judgeOverall, NOTICES_A_PAGE, pageOfNotice, type Shown } from './status.rules.ts';
import { explainState, nameCompartment, nameState, statusWords, tellNotice, tellOverall } from './words.rules.ts';

/** Notices on the page itself; the others stand on the pages of all notices. */
const NOTICES_SHOWN = 20;

export type SiteContext = {
  readonly organisation: string;
  readonly isSample: boolean;
  /** The address of one of our pages, to show how one looks. */
  readonly examplePage: string;
  readonly stylesheets: { readonly common: string; readonly own: string };
};
type Compartment = PublicStatus['compartments'][number];

/** The page at /: a plain choice of language, each with the state of things in its own words. */
export function languageChoice(shown: Shown, context: SiteContext): Html {
  const overall = judgeOverall(shown.facts);
  return frame(context, 'en', '', statusWords('en').area, {
    home: '/',
    main: html`<h1>${statusWords('en').area}</h1>
<ul class="choice status-choice">${LANGUAGES.map(
      (language) =>
        html`<li><a href="/${language}/" lang="${language}" hreflang="${language}" dir="${directionOf(language)}">${
          LANGUAGE_NAMES[language]
        }<span class="status-choice-state ${overall}">${tellOverall(overall, language)}</span></a></li>`,
    )}</ul>`,
  });
}

/** The status page in one language. */
export function statusPage(shown: Shown, language: Language, context: SiteContext): Html {
  const words = statusWords(language);
  const overall = judgeOverall(shown.facts);
  return frame(context, language, '', tellOverall(overall, language), {
    description: `${context.organisation}: ${words.area}. ${tellOverall(overall, language)}.`,
    main: html`<div class="hero status-hero ${overall}">
<h1>${tellOverall(overall, language)}</h1>
${unaffectedLine(shown, language)}
${asOf(shown, language)}
</div>
${shown.facts?.secondSite ? secondSite(shown.facts.secondSite, language) : null}
${shown.facts?.publicReading ? publicReading(shown.facts.publicReading, language) : null}
${shown.facts ? services(shown.facts, language) : null}
${latestNotices(shown, language)}
${invitation(language)}
${meanings(language)}
${follow(language)}`,
  });
}

/** One of the pages of all notices, numbered from the oldest; on each the newest stand first. */
export function noticesPage(shown: Shown, number: number, language: Language, context: SiteContext): Html {
  const words = statusWords(language);
  const count = pageOfNotice(shown.notices.length - 1);
  const listed = shown.notices.slice((number - 1) * NOTICES_A_PAGE, number * NOTICES_A_PAGE).reverse();
  const common = wordsIn(language);
  return frame(context, language, `notices/${number}/`, words.notices, {
    main: html`<h1>${words.notices}</h1>
<p class="quiet">${fillIn(common.page, { number, count })}</p>
${noticeList(listed, shown, language, 'h2')}
<nav class="paging" aria-label="${common.pages}">${
      number < count ? html`<a href="/${language}/notices/${number + 1}/" rel="next">${common.newer}</a>` : null
    }${number > 1 ? html`<a href="/${language}/notices/${number - 1}/" rel="prev">${common.older}</a>` : null}
<a href="/${language}/">${words.toStatus}</a></nav>`,
  });
}

/** The form with which anybody tells of a page; `fault` says why the last try was not taken. */
export function reportPage(language: Language, context: SiteContext, fault?: 'again' | 'later'): Html {
  const words = statusWords(language);
  const title = fault === 'later' ? words.reportLater : fault === 'again' ? words.reportAgain : words.report;
  const below = fault ? `report/${fault}/` : 'report/';
  return frame(context, language, below, title, {
    main: html`<h1>${title}</h1>
${
  fault
    ? html`<p class="report-fault" role="alert">${fault === 'later' ? words.reportLaterBody : words.reportAgainBody}</p>`
    : html`<p class="lead">${words.reportLead}</p>`
}
<form class="report" method="post" action="/${language}/report/" accept-charset="utf-8">
<div class="field"><label for="page">${words.reportPage}</label>
<p class="hint" id="page-hint">${withExample(words.reportPageHint, context.examplePage)}</p>
<input id="page" name="page" type="text" inputmode="url" dir="ltr" autocomplete="off" spellcheck="false" required minlength="3" maxlength="${PAGE_LIMIT}" aria-describedby="page-hint"></div>
<div class="field"><label for="seen">${words.reportSeen}</label>
<p class="hint" id="seen-hint">${fillIn(words.reportSeenHint, { number: SEEN_LIMIT })}</p>
<textarea id="seen" name="seen" rows="5" required minlength="3" maxlength="${SEEN_LIMIT}" aria-describedby="seen-hint privacy"></textarea></div>
<p id="privacy">${words.reportPrivacy}</p>
<p><button type="submit">${words.reportSend}</button></p>
</form>
<p><a href="/${language}/">${words.toStatus}</a></p>`,
  });
}

/** What a person sees whose report was taken. */
export function reportTakenPage(language: Language, context: SiteContext): Html {
  const words = statusWords(language);
  return frame(context, language, 'report/thanks/', words.reportThanks, {
    main: html`<h1>${words.reportThanks}</h1>
<p class="lead">${words.reportThanksBody}</p>
<p><a class="button" href="/${language}/">${words.toStatus}</a></p>`,
  });
}

/** What is answered for an address that there is not. */
export function notFoundPage(language: Language, context: SiteContext): Html {
  const words = statusWords(language);
  return frame(context, language, '', words.notFound, {
    main: html`<h1>${words.notFound}</h1>
<p><a class="button" href="/${language}/">${words.toStatus}</a></p>`,
  });
}

function frame(
  context: SiteContext,
  language: Language,
  below: string,
  title: string,
  content: { readonly main: Html; readonly description?: string; readonly home?: string },
): Html {
  const words = statusWords(language);
  return page({
    language,
    kind: 'public',
    title,
    organisation: context.organisation,
    isSample: context.isSample,
    area: words.area,
    home: content.home ?? `/${language}/`,
    languages: Object.fromEntries(LANGUAGES.map((other) => [other, `/${other}/${below}`])),
    ...(content.description ? { description: content.description } : {}),
    stylesheetPath: context.stylesheets.common,
    head: html`<link rel="stylesheet" href="${context.stylesheets.own}">
<link rel="alternate" type="application/atom+xml" title="${words.notices}" href="/${language}/feed.atom">`,
    main: content.main,
    footer: html`<p>${words.apart}</p>`,
  });
}

function asOf({ facts, isCurrent }: Shown, language: Language): Html {
  const words = statusWords(language);
  if (!facts) return html`<p class="lead">${words.noFacts}</p>`;
  const sentence = isCurrent ? words.asOf : words.lastKnown;
  return html`<p class="status-moment${isCurrent ? '' : ' not-current'}">${withMoment(sentence, facts.at, language)}</p>`;
}

/** Where people go on while headquarters is lost. */
function secondSite({ sinceAt, addresses }: NonNullable<PublicStatus['secondSite']>, language: Language): Html {
  const words = statusWords(language);
  return html`<section class="status-second" aria-labelledby="second"><h2 id="second">${words.secondSite}</h2>
<p>${withMoment(words.secondSiteSince, sinceAt, language)}</p>
<ul>${addresses.map(({ title, url }) => html`<li><a href="${url}">${inLanguage(title, language).text}</a></li>`)}</ul>
</section>`;
}

/** Where public pages can be read while headquarters may not serve them. */
function publicReading({ addresses }: NonNullable<PublicStatus['publicReading']>, language: Language): Html {
  const words = statusWords(language);
  return html`<section class="status-second" aria-labelledby="reading"><h2 id="reading">${words.readingRoom}</h2>
<p>${words.readingRoomLead}</p>
<ul>${addresses.map(({ title, url }) => html`<li><a href="${url}">${inLanguage(title, language).text}</a></li>`)}</ul>
</section>`;
}

function unaffectedLine({ facts }: Shown, language: Language): Html | null {
  const working = facts?.compartments.filter(({ state }) => state === 'operational') ?? [];
  if (!facts || working.length === 0 || working.length === facts.compartments.length) return null;
  const words = statusWords(language);
  const names = working.map(({ name }) => named(name, facts.compartments, language));
  return html`<p class="lead">${words.notAffected} ${join(names, words.separator)}</p>`;
}

function services(facts: PublicStatus, language: Language): Html {
  const words = statusWords(language);
  return html`<section aria-labelledby="services"><h2 id="services">${words.services}</h2>
<ul class="services">${facts.compartments.map((compartment) => service(compartment, facts, language))}</ul></section>`;
}

function service(compartment: Compartment, facts: PublicStatus, language: Language): Html {
  const words = statusWords(language);
  const { state } = compartment;
  const isAffected = state !== 'operational';
  return html`<li class="service ${state}">
<div class="service-head"><h3>${named(compartment.name, facts.compartments, language)}</h3>
<p class="state ${state}">${nameState(state, language)}</p></div>
<p>${explainState(state, language)}${isAffected ? html` ${compartment.readable ? words.readable : words.unreadable}` : null}</p>
<dl>
${fact(words.since, compartment.sinceAt, language)}
${isAffected && compartment.nextUpdateAt ? fact(words.nextUpdate, compartment.nextUpdateAt, language) : null}
${fact(words.lastProbe, compartment.lastProbeAt, language)}
${fact(words.lastRestore, compartment.lastRestoreAt, language)}
</dl></li>`;
}

function fact(name: string, at: string | null, language: Language): Html {
  return html`<div><dt>${name}</dt><dd>${at ? moment(at, language) : statusWords(language).notYet}</dd></div>`;
}

function latestNotices(shown: Shown, language: Language): Html {
  const words = statusWords(language);
  const listed = shown.notices.slice(-NOTICES_SHOWN).reverse();
  const lastPage = pageOfNotice(Math.max(0, shown.notices.length - 1));
  return html`<section aria-labelledby="notices"><div class="section-head"><h2 id="notices">${words.notices}</h2>${
    listed.length > 0 ? html`<p><a href="/${language}/notices/${lastPage}/">${words.earlier}</a></p>` : null
  }</div>
${listed.length > 0 ? noticeList(listed, shown, language, 'h3') : html`<p class="quiet">${words.noNotices}</p>`}</section>`;
}

function noticeList(notices: readonly Notice[], shown: Shown, language: Language, heading: 'h2' | 'h3'): Html {
  return html`<ol class="notices" reversed start="${notices[0]?.number ?? 0}">${notices.map((notice) =>
    noticeItem(notice, shown.facts?.compartments ?? [], language, heading),
  )}</ol>`;
}

function noticeItem(notice: Notice, compartments: PublicStatus['compartments'], language: Language, heading: 'h2' | 'h3'): Html {
  const words = statusWords(language);
  const { title, sentences } = tellNotice(notice, compartments, language);
  return html`<li id="notice-${notice.number}" class="${notice.kind}">
<p class="kicker">${fillIn(words.notice, { number: notice.number })} · ${moment(notice.at, language)}</p>
${heading === 'h2' ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`}
${sentences.map((sentence) => html`<p>${sentence}</p>`)}</li>`;
}

function invitation(language: Language): Html {
  const words = statusWords(language);
  return html`<section aria-labelledby="report"><h2 id="report">${words.report}</h2>
<p>${words.reportLead}</p>
<p><a class="button" href="/${language}/report/">${words.reportAction}</a></p></section>`;
}

function meanings(language: Language): Html {
  return html`<section aria-labelledby="meanings"><h2 id="meanings">${statusWords(language).statesMean}</h2>
<dl class="meanings">${PUBLIC_STATES.map(
    (state) =>
      html`<div><dt class="state ${state}">${nameState(state, language)}</dt><dd>${explainState(state, language)}</dd></div>`,
  )}</dl></section>`;
}

function follow(language: Language): Html {
  const words = statusWords(language);
  return html`<section aria-labelledby="follow"><h2 id="follow">${words.follow}</h2>
<ul class="inline-list"><li><a href="/${language}/feed.atom" type="application/atom+xml">${words.feedAtom}</a></li>
<li><a href="/api/v2/summary.json" type="application/json">${words.feedJson}</a></li></ul></section>`;
}

function named(name: string, compartments: PublicStatus['compartments'], language: Language): Html {
  const found = nameCompartment(name, compartments, language);
  return found.language === language ? html`<bdi>${found.text}</bdi>` : html`<bdi lang="${found.language}">${found.text}</bdi>`;
}

function moment(at: string, language: Language): Html {
  return html`<time datetime="${at}">${formatMoment(new Date(at), language)}</time>`;
}

function withMoment(sentence: string, at: string, language: Language): Html {
  const [before = '', after = ''] = sentence.split('{moment}');
  return html`${before}${moment(at, language)}${after}`;
}

// An address reads from left to right in every language.
function withExample(sentence: string, example: string): Html {
  const [before = '', after = ''] = sentence.split('{example}');
  return html`${before}<bdi dir="ltr">${example}</bdi>${after}`;
}

function join(parts: readonly Html[], separator: string): Html[] {
  return parts.map((part, place) => (place === 0 ? part : html`${separator}${part}`));
}
