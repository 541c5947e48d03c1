import { LANGUAGES } from '@bulkhead/contracts';
import { publicPath } from '#article/address.rules.ts';
import { isOver } from '#article/details.rules.ts';
import { type Around, articlePage } from './article-page.views.ts';
import { BARE, type Chrome } from './chrome.rules.ts';
import { planCalendar, planFeeds } from './feed-files.views.ts';
import { type Plan, planPage } from './file.rules.ts';
import { articlesOf, fillBlocks, sectionPage, shapesOf } from './home.views.ts';
import { subjectPage } from './list.views.ts';
import { withdrawnPage } from './notice.views.ts';
import { type Host, namedBy, PAGE_SIZE, type PublicArticle, paths, type Site } from './site.rules.ts';

type Given = {
  readonly host: Host;
  readonly site: Site;
  readonly chrome: Chrome;
  readonly news: readonly PublicArticle[];
  readonly upcoming: readonly PublicArticle[];
  readonly past: readonly PublicArticle[];
};

/** The files of one article in all languages. */
export function* planArticle(given: Given, article: PublicArticle): Generator<Plan> {
  const { kind } = article.content;
  if (kind === 'contact' || kind === 'redirects' || kind === 'home') return;
  if (kind === 'topic' || kind === 'body') return yield* planSubject(given, article);
  if (kind === 'section') return yield* planSection(given, article);
  yield* plansOf(given, article);
}

type Planned = { readonly host: Host; readonly chrome: Chrome; readonly around: Around; readonly plans: readonly Plan[] };
/** Of thousands of articles few change: the same plans are made once. */
const planned = new WeakMap<PublicArticle, Planned>();

function plansOf({ host, chrome, site }: Given, article: PublicArticle): readonly Plan[] {
  const around = aroundOf(site, article);
  const last = planned.get(article);
  if (last?.host === host && last.chrome === chrome && isSameAround(last.around, around)) return last.plans;
  const plans = makePlans(host, chrome, article, around);
  planned.set(article, { host, chrome, around, plans });
  return plans;
}

function makePlans(host: Host, chrome: Chrome, article: PublicArticle, around: Around): Plan[] {
  const { topics, bodies, contacts } = around;
  const shown = [...topics, ...bodies, ...contacts];
  const more = [topics.length, bodies.length, around.isOver];
  return LANGUAGES.flatMap((language) => {
    const path = paths.article(language, article);
    const page = planPage({ path, language, chrome, article, shown, more }, () =>
      articlePage(host, chrome, language, article, around),
    );
    if (article.content.kind !== 'event') return page;
    return [page, planCalendar(host, { language, path: `${path}.ics`, events: [article], about: article })];
  });
}

function isSameAround(left: Around, right: Around): boolean {
  const isSame = (one: readonly unknown[], other: readonly unknown[]) =>
    one.length === other.length && one.every((each, at) => each === other[at]);
  return (
    left.isOver === right.isOver &&
    isSame(left.topics, right.topics) &&
    isSame(left.bodies, right.bodies) &&
    isSame(left.contacts, right.contacts)
  );
}

/** What an article names, as far as it is public at a moment. */
export function aroundOf(site: Site, { content }: PublicArticle): Around {
  const { subjects, details } = content;
  return {
    topics: namedBy(site, subjects.topics, 'topic'),
    bodies: namedBy(site, subjects.bodies, 'body'),
    contacts: namedBy(site, subjects.contacts, 'contact'),
    isOver: isOver(details, site.now),
  };
}

function* planSubject({ host, chrome, news, upcoming, past }: Given, article: PublicArticle): Generator<Plan> {
  const isTopic = article.content.kind === 'topic';
  const isAbout = ({ content: { subjects } }: PublicArticle) =>
    (isTopic ? subjects.topics : subjects.bodies).includes(article.id);
  const own = news.filter(isAbout);
  const newest = own.slice(0, PAGE_SIZE);
  const events = upcoming.filter(isAbout).slice(0, PAGE_SIZE);
  const shown = [...newest, ...events];
  const dated = isTopic ? [...events, ...past.filter(isAbout).slice(0, PAGE_SIZE)] : [];
  for (const language of LANGUAGES) {
    const path = paths.article(language, article);
    yield planPage({ path, language, chrome, article, shown, more: [newest.length] }, () =>
      subjectPage(host, chrome, language, { article, news: newest, events }),
    );
    yield* planFeeds(host, language, { articles: own, about: article });
    if (isTopic) yield planCalendar(host, { language, path: `${path}.ics`, events: dated, about: article });
  }
}

function* planSection({ host, site, chrome }: Given, article: PublicArticle): Generator<Plan> {
  const filled = fillBlocks(site, article.content.details.blocks);
  const shown = articlesOf(filled);
  const more = shapesOf(filled);
  for (const language of LANGUAGES) {
    const path = paths.article(language, article);
    yield planPage({ path, language, chrome, article, shown, more }, () =>
      sectionPage(host, chrome, language, { article, filled, topics: [] }),
    );
  }
}

/** What tells of a withdrawal: at the article's address, or, if another has that now or it had none, at one of its own. */
export function* planWithdrawn(host: Host, article: PublicArticle, taken: ReadonlyMap<string, Plan>): Generator<Plan> {
  const { withdrawal, content } = article;
  if (!withdrawal) return;
  for (const language of LANGUAGES) {
    const wanted = content.kind === 'home' ? null : publicPath(content, language);
    const path = wanted === null || taken.has(wanted) ? `/${language}/withdrawn/${article.id}` : wanted;
    yield planPage({ path, language, chrome: BARE, article, status: 410 }, () =>
      withdrawnPage(host, language, article, withdrawal),
    );
  }
}
