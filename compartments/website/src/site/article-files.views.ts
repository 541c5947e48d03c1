import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { publicPath } from '#article/address.rules.ts';
import { publicWords } from '#words/public.ts';
import { type Around, articlePage } from './article-page.views.ts';
import { calendarOf } from './calendar.rules.ts';
import type { Chrome } from './chrome.rules.ts';
import { atomFeed, jsonFeed } from './feed.views.ts';
import { type Plan, TYPES, toFile } from './file.rules.ts';
import { articlesOf, fillBlocks, sectionPage } from './home.views.ts';
import { subjectPage } from './list.views.ts';
import { withdrawnPage } from './notice.views.ts';
import { evidenceOf, type Host, namedBy, PAGE_SIZE, type PublicArticle, paths, type Site } from './site.rules.ts';

const IN_FEED = 30;

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
  const { host, chrome, site } = given;
  const around = aroundOf(site, article);
  const { topics, bodies, contacts, isOver } = around;
  const named = [...topics, ...bodies, ...contacts];
  const basis = [chrome, article, ...named, topics.length, bodies.length, isOver];
  const evidence = () => [...article.evidence, ...evidenceOf(named), ...chrome.evidence];
  for (const language of LANGUAGES) {
    const path = paths.article(language, article);
    const make = () =>
      toFile(path, String(articlePage(host, chrome, language, article, around)), {
        type: TYPES.page,
        language,
        evidence: evidence(),
      });
    yield { path, basis, make };
    if (kind === 'event') yield planCalendar(host, language, `${path}.ics`, [article], article);
  }
}

function aroundOf(site: Site, { content }: PublicArticle): Around {
  const { subjects, details } = content;
  return {
    topics: namedBy(site, subjects.topics, 'topic'),
    bodies: namedBy(site, subjects.bodies, 'body'),
    contacts: namedBy(site, subjects.contacts, 'contact'),
    isOver: details.event !== undefined && Date.parse(details.event.endsAt) <= site.now.getTime(),
  };
}

function* planSubject({ host, chrome, news, upcoming, past }: Given, article: PublicArticle): Generator<Plan> {
  const isTopic = article.content.kind === 'topic';
  const isAbout = ({ content: { subjects } }: PublicArticle) =>
    (isTopic ? subjects.topics : subjects.bodies).includes(article.id);
  const own = news.filter(isAbout).slice(0, IN_FEED);
  const shown = own.slice(0, PAGE_SIZE);
  const events = upcoming.filter(isAbout).slice(0, PAGE_SIZE);
  for (const language of LANGUAGES) {
    const path = paths.article(language, article);
    const page = () => String(subjectPage(host, chrome, language, { article, news: shown, events }));
    const evidence = () => [...article.evidence, ...evidenceOf([...shown, ...events]), ...chrome.evidence];
    yield {
      path,
      basis: [chrome, article, ...shown, shown.length, ...events],
      make: () => toFile(path, page(), { type: TYPES.page, language, evidence: evidence() }),
    };
    const feed = { articles: own, about: article };
    const proof = () => evidenceOf([article, ...own]);
    const basis = [article, ...own];
    yield {
      path: `${path}.atom`,
      basis,
      make: () =>
        toFile(`${path}.atom`, String(atomFeed(host, language, feed)), { type: TYPES.atom, language, evidence: proof() }),
    };
    yield {
      path: `${path}.json`,
      basis,
      make: () => toFile(`${path}.json`, jsonFeed(host, language, feed), { type: TYPES.jsonFeed, language, evidence: proof() }),
    };
    if (isTopic)
      yield planCalendar(host, language, `${path}.ics`, [...events, ...past.filter(isAbout).slice(0, PAGE_SIZE)], article);
  }
}

function* planSection({ host, site, chrome }: Given, article: PublicArticle): Generator<Plan> {
  const filled = fillBlocks(site, article.content.details.blocks);
  const shown = articlesOf(filled);
  const shapes = filled.map((block) => `${block.kind} ${'articles' in block ? block.articles.length : 1}`);
  for (const language of LANGUAGES) {
    const path = paths.article(language, article);
    const page = () => String(sectionPage(host, chrome, language, { article, filled, topics: [] }));
    const evidence = () => [...article.evidence, ...evidenceOf(shown), ...chrome.evidence];
    yield {
      path,
      basis: [chrome, article, ...shown, ...shapes],
      make: () => toFile(path, page(), { type: TYPES.page, language, evidence: evidence() }),
    };
  }
}

function planCalendar(
  host: Host,
  language: Language,
  path: string,
  events: readonly PublicArticle[],
  about: PublicArticle,
): Plan {
  const shown = [...new Set([about, ...events])];
  const make = () =>
    toFile(path, calendarOf(host, language, publicWords(language).events, events), {
      type: TYPES.calendar,
      language,
      evidence: evidenceOf(shown),
    });
  return { path, basis: [about, ...events, events.length], make };
}

/** What tells of a withdrawal: at the article's address, or, if another has that now or it had none, at one of its own. */
export function* planWithdrawn(host: Host, article: PublicArticle, taken: ReadonlySet<string>): Generator<Plan> {
  const { withdrawal, content } = article;
  if (!withdrawal) return;
  for (const language of LANGUAGES) {
    const wanted = content.kind === 'home' ? null : publicPath(content, language);
    const path = wanted === null || taken.has(wanted) ? `/${language}/withdrawn/${article.id}` : wanted;
    const make = () =>
      toFile(path, String(withdrawnPage(host, language, article, withdrawal)), {
        type: TYPES.page,
        status: 410,
        language,
        evidence: article.evidence,
      });
    yield { path, basis: [article, path], make };
  }
}
