import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { hasOwnPage, NEWS_KINDS } from '#article/kind.rules.ts';
import { planArticle, planWithdrawn } from './article-files.views.ts';
import type { Chrome } from './chrome.rules.ts';
import { countMonths, type Drawer, fillDrawers } from './drawer.rules.ts';
import { sitemapEntries, sitemapIndexView, sitemapView } from './feed.views.ts';
import { planCalendar, planFeeds } from './feed-files.views.ts';
import { FOR_EVER, isPlainPath, type Plan, planPage, TYPES, toFile, toRedirect } from './file.rules.ts';
import { articlesOf, fillBlocks, homePage, shapesOf } from './home.views.ts';
import {
  archivePage,
  contactPage,
  eventsPage,
  feedsPage,
  kindPage,
  monthName,
  monthPage,
  newsPage,
  subjectsPage,
} from './list.views.ts';
import { aboutPage, anyNotFoundPage, choicePage, notFoundPage, restingPage } from './notice.views.ts';
import { filesOf } from './picture.views.ts';
import { publicStyle, restingScript, siteIcon } from './public-style.ts';
import {
  evidenceOf,
  type Host,
  listEvents,
  listKind,
  listNews,
  PAGE_SIZE,
  type PublicArticle,
  paths,
  type Site,
  shownText,
} from './site.rules.ts';

const PAST_SHOWN = 40;
const UPCOMING_SHOWN = 200;
const CALENDAR_LIMIT = 300;

/** What pages of all languages are made of, put in order once. */
type Stock = {
  readonly host: Host;
  readonly site: Site;
  readonly chrome: Chrome;
  readonly news: readonly PublicArticle[];
  readonly upcoming: readonly PublicArticle[];
  readonly past: readonly PublicArticle[];
  readonly topics: readonly PublicArticle[];
  readonly bodies: readonly PublicArticle[];
  readonly contacts: readonly PublicArticle[];
  /** Of news, for the archive; and of everything that has a page, for maps and search. */
  readonly drawers: readonly Drawer[];
  readonly allDrawers: readonly Drawer[];
  readonly home: PublicArticle | null;
};

/** Every file of the public site, each path once: what comes first at an address stays, and is put into `taken`. */
export function* planSite(host: Host, site: Site, chrome: Chrome, taken: Map<string, Plan>): Generator<Plan> {
  const { upcoming, past } = listEvents(site);
  const byTitle = (left: PublicArticle, right: PublicArticle) =>
    left.content.slug.localeCompare(right.content.slug) || left.id - right.id;
  const news = listNews(site);
  const withPage = site.articles.filter(({ content }) => hasOwnPage(content.kind));
  const stock: Stock = {
    host,
    site,
    chrome,
    news,
    upcoming,
    past,
    topics: listKind(site, 'topic').toSorted(byTitle),
    bodies: listKind(site, 'body').toSorted(byTitle),
    contacts: listKind(site, 'contact').toSorted(byTitle),
    drawers: fillDrawers(news),
    allDrawers: fillDrawers(withPage),
    home: listKind(site, 'home')[0] ?? null,
  };
  for (const plan of allPlans(stock, taken)) {
    if (taken.has(plan.path)) continue;
    taken.set(plan.path, plan);
    yield plan;
  }
}

function* allPlans(stock: Stock, taken: ReadonlyMap<string, Plan>): Generator<Plan> {
  yield* planFrame(stock);
  for (const article of stock.site.articles) yield* planArticle(stock, article);
  for (const language of LANGUAGES) yield* planLanguage(stock, language);
  for (const article of stock.site.withdrawn) yield* planWithdrawn(stock.host, article, taken);
  yield* planPictures(stock);
  yield* planMaps(stock);
  yield* planRedirects(stock);
}

function* planFrame({ host, site, chrome, contacts }: Stock): Generator<Plan> {
  for (const asset of [publicStyle(), restingScript()])
    yield {
      path: asset.path,
      basis: [],
      make: () => toFile(asset.path, asset.bytes, { type: asset.contentType, cache: FOR_EVER }),
    };
  const { path: iconPath, bytes: iconBytes, contentType: iconType } = siteIcon();
  yield { path: iconPath, basis: [], make: () => toFile(iconPath, iconBytes, { type: iconType }) };
  yield { path: '/', basis: [], make: () => toFile('/', String(choicePage(host)), { type: TYPES.page }) };
  yield { path: '/404', basis: [], make: () => toFile('/404', String(anyNotFoundPage(host)), { type: TYPES.page, status: 404 }) };
  const path = '/.well-known/security.txt';
  const named = contacts.filter(({ content }) => content.slug === 'security');
  const expires = expiryOf(site.now);
  yield {
    path,
    basis: [expires, ...named],
    make: () => toFile(path, securityText(host, named, expires), { type: TYPES.text, evidence: evidenceOf(named) }),
  };
  for (const language of LANGUAGES)
    yield planPage({ path: paths.notFound(language), language, chrome, status: 404 }, () => notFoundPage(host, chrome, language));
}

// It must not be older than a year (RFC 9116, 2.5.5), and is the same for a month, so that editions are.
function expiryOf(now: Date): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 7, 1)).toISOString();
}

/** When the file above is due to be another. */
export function nextExpiryAt(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
}

function securityText(host: Host, contacts: readonly PublicArticle[], expires: string): string {
  const ways = contacts.flatMap(({ content }) => {
    const { email = '', href = '' } = content.details.contact ?? {};
    return [email === '' ? '' : `mailto:${email}`, href.startsWith('/') ? `${host.publicOrigin}${href}` : href].filter(
      (way) => way !== '',
    );
  });
  const lines = ways.length > 0 ? ways : [`${host.publicOrigin}${paths.contact('en')}`];
  return `${lines.map((way) => `Contact: ${way}\n`).join('')}Expires: ${expires}
Preferred-Languages: ${LANGUAGES.join(', ')}
Canonical: ${host.publicOrigin}/.well-known/security.txt
`;
}

function* planLanguage(stock: Stock, language: Language): Generator<Plan> {
  const { host, site, chrome, news, upcoming, past, topics, bodies, contacts, home, drawers, allDrawers } = stock;
  const page = (path: string, shown: readonly PublicArticle[], more: readonly unknown[], toPage: () => unknown): Plan =>
    planPage({ path, language, chrome, shown, more }, toPage);
  const months = countMonths(drawers);
  const years = [...new Set(months.map(({ month }) => month.slice(0, 4)))];
  const filled = fillBlocks(site, home?.content.details.blocks);
  const onHome = [...(home ? [home] : []), ...articlesOf(filled), ...topics];
  yield page(paths.home(language), onHome, shapesOf(filled), () =>
    homePage(host, chrome, language, { article: home, filled, topics }),
  );
  const newest = news.slice(0, PAGE_SIZE);
  yield page(paths.news(language), newest, years, () => newsPage(host, chrome, language, { articles: newest, years }));
  for (const kind of NEWS_KINDS) {
    const articles = news.filter(({ content }) => content.kind === kind).slice(0, PAGE_SIZE);
    yield page(paths.kind(language, kind), articles, years, () => kindPage(host, chrome, language, { kind, articles, years }));
  }
  const counts = months.map(({ month, count }) => `${month} ${count}`);
  yield page(paths.archive(language), [], counts, () => archivePage(host, chrome, language, { months, year: null }));
  for (const year of years) {
    const ofYear = counts.filter((count) => count.startsWith(year));
    yield page(paths.year(language, year), [], ofYear, () => archivePage(host, chrome, language, { months, year }));
  }
  for (const [at, { name, articles }] of drawers.entries()) {
    const newer = drawers[at - 1]?.name ?? null;
    const older = drawers[at + 1]?.name ?? null;
    yield page(paths.month(language, name), articles, [newer, older], () =>
      monthPage(host, chrome, language, { name, articles, newer, older }),
    );
  }
  const coming = upcoming.slice(0, UPCOMING_SHOWN);
  const over = past.slice(0, PAST_SHOWN);
  yield page(paths.events(language), [...coming, ...over], [coming.length], () =>
    eventsPage(host, chrome, language, { upcoming: coming, past: over }),
  );
  yield page(paths.topics(language), topics, [], () => subjectsPage(host, chrome, language, { kind: 'topic', articles: topics }));
  yield page(paths.bodies(language), bodies, [], () => subjectsPage(host, chrome, language, { kind: 'body', articles: bodies }));
  yield page(paths.contact(language), contacts, [], () => contactPage(host, chrome, language, contacts));
  yield page(paths.feeds(language), topics, [], () => feedsPage(host, chrome, language, topics));
  yield page(paths.about(language), [], [], () => aboutPage(host, chrome, language));
  yield page(paths.resting(language), [], counts, () => restingPage(host, chrome, language, { months }));
  yield* planFeeds(host, language, { articles: news, about: null });
  const events = [...upcoming, ...past].slice(0, CALENDAR_LIMIT);
  yield planCalendar(host, { language, path: paths.calendar(language), events, about: null });
  yield* planResting(allDrawers, language);
}

/** What the page that searches while the compartment is closed reads: titles and summaries, a file a month. */
function* planResting(drawers: readonly Drawer[], language: Language): Generator<Plan> {
  const list = paths.searchMonths(language);
  const names = drawers.map(({ name, month }) => ({ path: paths.searchMonth(language, name), name: monthName(month, language) }));
  yield {
    path: list,
    basis: names.map(({ path }) => path),
    make: () => toFile(list, JSON.stringify(names), { type: TYPES.json, language }),
  };
  for (const { name, articles } of drawers) {
    const path = paths.searchMonth(language, name);
    const entries = () =>
      articles.map((article) => {
        const { text, language: own } = shownText(article.content, language);
        return { title: text.title, summary: text.summary, href: paths.article(language, article), language: own };
      });
    yield {
      path,
      basis: articles,
      make: () => toFile(path, JSON.stringify(entries()), { type: TYPES.json, language, evidence: evidenceOf(articles) }),
    };
  }
}

function* planPictures({ site }: Stock): Generator<Plan> {
  for (const article of site.articles) {
    const { picture, figures } = article.content;
    for (const one of [...(picture ? [picture] : []), ...figures])
      for (const file of filesOf(one)) {
        const path = paths.picture(file);
        yield {
          path,
          // Whichever article shows it first proves it; the bytes are the same.
          basis: [article],
          make: () => ({
            path,
            status: 200,
            language: null,
            headers: { 'content-type': file.mediaType, 'cache-control': FOR_EVER },
            body: { blob: file.sha256 },
            evidence: [...article.listEvidence],
          }),
        };
      }
  }
}

function* planMaps({ host, site, allDrawers, home }: Stock): Generator<Plan> {
  const toPaths = [
    paths.home,
    paths.news,
    paths.archive,
    paths.events,
    paths.topics,
    paths.bodies,
    paths.contact,
    paths.feeds,
    paths.about,
  ];
  const standing = toPaths.map((toPath) => ({
    changedAt: null,
    hrefs: LANGUAGES.map((language) => ({ language, path: toPath(language) })),
  }));
  const pagesPath = '/sitemap-pages.xml';
  yield { path: pagesPath, basis: [], make: () => toFile(pagesPath, String(sitemapView(host, standing)), { type: TYPES.xml }) };
  const maps = allDrawers.map(({ name, articles }) => ({ path: `/sitemap-${name}.xml`, articles }));
  for (const { path, articles } of maps)
    yield {
      path,
      basis: articles,
      make: () =>
        toFile(path, String(sitemapView(host, sitemapEntries(articles))), { type: TYPES.xml, evidence: evidenceOf(articles) }),
    };
  const mapPaths = [pagesPath, ...maps.map(({ path }) => path)];
  yield {
    path: '/sitemap.xml',
    basis: mapPaths,
    make: () => toFile('/sitemap.xml', String(sitemapIndexView(host, mapPaths)), { type: TYPES.xml }),
  };
  // What has no page of its own stays a subject of the edition: that it is gone would be told.
  const pageless = site.articles.filter(
    (article) => article.content.kind === 'redirects' || (article.content.kind === 'home' && article !== home),
  );
  const robots = `User-agent: *\nAllow: /\nDisallow: /*/search\nSitemap: ${host.publicOrigin}/sitemap.xml\n`;
  yield {
    path: '/robots.txt',
    basis: pageless,
    make: () => toFile('/robots.txt', robots, { type: TYPES.text, evidence: evidenceOf(pageless) }),
  };
}

function* planRedirects({ site }: Stock): Generator<Plan> {
  const to = (path: string, location: string, article: PublicArticle | null): Plan => ({
    path,
    basis: [location, article],
    make: () => toRedirect(path, location, article?.listEvidence ?? []),
  });
  for (const language of LANGUAGES) {
    yield to(`/${language}`, paths.home(language), null);
    for (const toPath of [paths.news, paths.events, paths.topics, paths.bodies, paths.archive]) {
      const path = toPath(language);
      yield to(path.slice(0, -1), path, null);
    }
  }
  for (const article of site.articles)
    for (const { language, path } of article.formerPaths) yield to(path, paths.article(language, article), article);
  for (const article of listKind(site, 'redirects'))
    for (const { from, to: target } of article.content.details.redirects ?? [])
      if (isPlainPath(from) && isPlainPath(target) && from !== target && !from.startsWith('/.')) yield to(from, target, article);
}
