import { type Evidence, LANGUAGES, type Language, type RenderedFile } from '@bulkhead/contracts';
import { getStylesheet, type Html } from '@bulkhead/web';
import { feedView, type SitemapEntry, sitemapEntries, sitemapIndexView, sitemapView } from './feed.views.ts';
import { evidenceOf, PAGE_SIZE, type PublicArticle, paths, type Site } from './site.rules.ts';
import {
  aboutPage,
  anyNotFoundPage,
  articlePage,
  choicePage,
  type Host,
  homePage,
  newsPage,
  notFoundPage,
  withdrawnPage,
} from './site.views.ts';

const ON_HOME = 6;
const IN_FEED = 30;
const IN_SITEMAP = 300;
const SHORT = 'public, max-age=30';
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Every file of the public site, one after the other, so that none waits in memory for the others. */
export function* renderSite(host: Host, site: Site): Generator<RenderedFile> {
  yield* frameFiles(host);
  for (const language of LANGUAGES) yield* languageFiles(host, language, site);
  yield* pictureFiles(site.articles);
  yield* searchFiles(host, site.articles);
}

function* frameFiles(host: Host): Generator<RenderedFile> {
  const { path, contentType, bytes } = getStylesheet();
  yield toFile(path, bytes, { type: contentType, cache: FOR_EVER });
  yield toPage('/', choicePage(host), null);
  yield { ...toPage('/404', anyNotFoundPage(host), null), status: 404 };
}

function* languageFiles(host: Host, language: Language, site: Site): Generator<RenderedFile> {
  const { articles, withdrawn } = site;
  const newest = articles.slice(0, ON_HOME);
  yield toPage(paths.home(language), homePage(host, language, newest), language, evidenceOf(newest));
  yield toPage(paths.about(language), aboutPage(host, language), language);
  yield { ...toPage(paths.notFound(language), notFoundPage(host, language), language), status: 404 };
  yield toRedirect(`/${language}`, paths.home(language));
  yield toRedirect(`/${language}/news`, paths.news(language));
  yield* newsFiles(host, language, articles);
  for (const article of articles)
    yield toPage(paths.article(language, article.content.slug), articlePage(host, language, article), language, article.evidence);
  for (const { content, withdrawal, evidence } of withdrawn) {
    if (!withdrawal) continue;
    const { slug } = content;
    const gone = withdrawnPage(host, language, slug, withdrawal);
    yield { ...toPage(paths.article(language, slug), gone, language, evidence), status: 410 };
  }
  const fed = articles.slice(0, IN_FEED);
  const feed = Buffer.from(feedView(host, language, fed).toString());
  yield toFile(paths.feed(language), feed, {
    type: 'application/atom+xml; charset=utf-8',
    cache: SHORT,
    language,
    evidence: evidenceOf(fed),
  });
}

function* newsFiles(host: Host, language: Language, articles: readonly PublicArticle[]): Generator<RenderedFile> {
  const count = Math.max(1, Math.ceil(articles.length / PAGE_SIZE));
  for (let number = 1; number <= count; number += 1) {
    const listed = articles.slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE);
    const made = newsPage(host, language, { number, count, articles: listed });
    yield toPage(paths.news(language, number), made, language, evidenceOf(listed));
  }
}

function* pictureFiles(articles: readonly PublicArticle[]): Generator<RenderedFile> {
  const done = new Set<string>();
  for (const { content, listEvidence } of articles) {
    const { picture } = content;
    if (!picture || done.has(picture.sha256)) continue;
    done.add(picture.sha256);
    yield {
      path: paths.picture(picture),
      status: 200,
      language: null,
      headers: { 'content-type': picture.mediaType, 'cache-control': FOR_EVER },
      body: { blob: picture.sha256 },
      evidence: [...listEvidence],
    };
  }
}

function* searchFiles(host: Host, articles: readonly PublicArticle[]): Generator<RenderedFile> {
  const standing = [paths.home, paths.news, paths.about].map(
    (toPath): SitemapEntry => ({
      changedAt: null,
      hrefs: LANGUAGES.map((language) => ({ language, path: toPath(language) })),
    }),
  );
  const sitemaps = ['/sitemap-pages.xml'];
  yield toXml('/sitemap-pages.xml', sitemapView(host, standing));
  for (let from = 0; from < articles.length; from += IN_SITEMAP) {
    const part = articles.slice(from, from + IN_SITEMAP);
    const path = `/sitemap-articles-${from / IN_SITEMAP + 1}.xml`;
    sitemaps.push(path);
    yield toXml(path, sitemapView(host, sitemapEntries(part)), evidenceOf(part));
  }
  yield toXml('/sitemap.xml', sitemapIndexView(host, sitemaps));
  const robots = `User-agent: *\nAllow: /\nSitemap: ${host.publicOrigin}/sitemap.xml\n`;
  yield toFile('/robots.txt', Buffer.from(robots), { type: 'text/plain; charset=utf-8', cache: SHORT });
}

function toPage(path: string, made: Html, language: Language | null, evidence: readonly Evidence[] = []): RenderedFile {
  const bytes = Buffer.from(made.toString());
  return toFile(path, bytes, { type: 'text/html; charset=utf-8', cache: SHORT, language, evidence });
}

function toXml(path: string, made: Html, evidence: readonly Evidence[] = []): RenderedFile {
  return toFile(path, Buffer.from(made.toString()), { type: 'application/xml; charset=utf-8', cache: SHORT, evidence });
}

function toRedirect(path: string, location: string): RenderedFile {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': SHORT, location };
  return { path, status: 301, language: null, headers, body: { base64: '' }, evidence: [] };
}

type Kept = {
  readonly type: string;
  readonly cache: string;
  readonly language?: Language | null;
  readonly evidence?: readonly Evidence[];
};

function toFile(path: string, bytes: Uint8Array, { type, cache, language = null, evidence = [] }: Kept): RenderedFile {
  const headers = { 'content-type': type, 'cache-control': cache, ...(language ? { 'content-language': language } : {}) };
  const body = { base64: Buffer.from(bytes).toString('base64') };
  return { path, status: 200, language, headers, body, evidence: [...evidence] };
}
