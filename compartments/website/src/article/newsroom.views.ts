import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { fillIn, formatMoment, type Html, html, page } from '@bulkhead/web';
import { type WordKey, type Words, websiteWords } from '#words/words.ts';
import { type Content, type Listed, type Stamp, type State, textIn } from './article.rules.ts';
import { inOwnLanguage, kindWord, momentView } from './article.views.ts';

import { articlePath, isEditor, linkTo, TONES, type Visit } from './visit.rules.ts';

/** Something that a person must know before anything else on the page. */
export type Notice = { readonly tone: 'notice' | 'bad' | 'good' | 'calm'; readonly text: string };

/** The frame of every page of the newsroom. */
export function newsroomPage(
  visit: Visit,
  given: {
    readonly title: string;
    readonly main: Html;
    readonly notice?: Notice | undefined;
    readonly section?: 'list' | 'new';
    readonly languages?: Partial<Record<Language, string>>;
    readonly head?: Html;
  },
): Html {
  const { newsroom, language, person } = visit;
  const words = websiteWords(language);
  const links = [
    { href: linkTo(visit, '/'), text: words.articles, isCurrent: given.section === 'list' },
    ...(isEditor(visit)
      ? [{ href: linkTo(visit, '/articles/new'), text: words.newArticle, isCurrent: given.section === 'new' }]
      : []),
    { href: `${newsroom.publicOrigin}/${language}/`, text: words.publicSite },
  ];
  return page({
    language,
    kind: 'staff',
    title: given.title,
    organisation: newsroom.organisation,
    isSample: newsroom.isSample,
    area: words.newsroom,
    home: linkTo(visit, '/'),
    navigation: links,
    languages: given.languages ?? eachLanguage((other) => `${visit.path}?lang=${other}`),
    account: { name: person.name, href: newsroom.accountHref },
    ...(given.head ? { head: given.head } : {}),
    main: html`${given.notice ? noticeView(given.notice) : null}${given.main}`,
  });
}

function eachLanguage(toHref: (language: Language) => string): Partial<Record<Language, string>> {
  return Object.fromEntries(LANGUAGES.map((language) => [language, toHref(language)]));
}

export function noticeView(notice: Notice): Html {
  return html`<div class="panel ${notice.tone}" role="${notice.tone === 'good' ? 'status' : 'alert'}"><p>${notice.text}</p></div>\n`;
}

export function stateWord(state: State, words: Words): string {
  const keys: Record<State, WordKey> = {
    draft: 'stateDraft',
    submitted: 'stateSubmitted',
    rejected: 'stateRejected',
    approved: 'stateApproved',
    discarded: 'stateDiscarded',
  };
  return words[keys[state]];
}

export function stateBadge(state: State, words: Words): Html {
  return html`<span class="badge ${TONES[state]}">${stateWord(state, words)}</span>`;
}

/** Who did something, and when. */
export function stampView(stamp: Stamp, language: Language): Html {
  return html`${momentView(stamp.at, language)} <bdi>${fillIn(websiteWords(language).byWhom, { name: stamp.name })}</bdi>`;
}

/** The title in the language of the page, else in English, else in any. */
export function titleView(texts: Content['texts'], language: Language): Html {
  const words = websiteWords(language);
  const found = textIn(texts, language);
  if (!found?.text.title) return html`${words.untitled}`;
  return html`<span ${inOwnLanguage(found.language, language)}>${found.text.title}</span>`;
}

/** The first page of the newsroom: what waits comes first. */
export function listPage(visit: Visit, articles: readonly Listed[]): Html {
  const words = websiteWords(visit.language);
  const groups: readonly (readonly [string, (article: Listed) => boolean])[] = [
    [words.waitingForReview, (article) => article.state === 'submitted'],
    [words.drafts, (article) => article.state === 'draft'],
    [words.decided, (article) => article.state === 'approved'],
    [words.otherArticles, (article) => article.state === 'rejected' || article.state === 'discarded'],
  ];
  return newsroomPage(visit, {
    title: words.articles,
    section: 'list',
    main: html`<div class="section-head"><h1>${words.articles}</h1>${
      isEditor(visit) ? html`<p><a class="button" href="${linkTo(visit, '/articles/new')}">${words.newArticle}</a></p>` : null
    }</div>
${articles.length === 0 ? html`<p>${words.noArticles}</p>` : groups.map(([title, belongs]) => groupView(visit, title, articles.filter(belongs)))}`,
  });
}

function groupView(visit: Visit, title: string, articles: readonly Listed[]): Html | null {
  if (articles.length === 0) return null;
  const words = websiteWords(visit.language);
  return html`<h2>${title} <span class="badge">${articles.length}</span></h2>
<div class="table-scroll stacked" tabindex="0" role="region" aria-label="${title}"><table>
<thead><tr><th scope="col">${words.title}</th><th scope="col">${words.state}</th><th scope="col">${words.lastChange}</th></tr></thead>
<tbody>
${articles.map((article) => rowView(visit, article))}</tbody>
</table></div>
`;
}

function rowView(visit: Visit, article: Listed): Html {
  const { language } = visit;
  const words = websiteWords(language);
  const own = article.titles[language];
  const title = own || article.titles.en || words.untitled;
  const isEnglish = !own && Boolean(article.titles.en);
  return html`<tr><td><a href="${linkTo(visit, articlePath(article.articleId))}" ${inOwnLanguage(isEnglish ? 'en' : language, language)}>${title}</a><br><span class="quiet">${kindWord(article.kind, words)}${article.publishAt ? html` · ${fillIn(words.scheduledFor, { at: formatMoment(article.publishAt, language) })}` : null}</span></td><td>${stateBadge(article.state, words)} ${publicBadge({ ...article, isWaiting: isWaiting(article.publishAt, visit) }, words)}</td><td>${stampView(article.changed, language)}</td></tr>
`;
}

/** Approved, and its time has not come. */
export function isWaiting(publishAt: Date | null | undefined, { now }: Visit): boolean {
  return publishAt !== null && publishAt !== undefined && publishAt > now;
}

export function publicBadge(
  shown: { readonly isPublic: boolean; readonly isWithdrawn: boolean; readonly isWaiting: boolean },
  words: Words,
): Html | null {
  if (shown.isWithdrawn) return html`<span class="badge bad">${words.isWithdrawn}</span>`;
  if (shown.isPublic && shown.isWaiting) return html`<span class="badge wait">${words.scheduled}</span>`;
  return shown.isPublic ? html`<span class="badge good">${words.isPublic}</span>` : null;
}
