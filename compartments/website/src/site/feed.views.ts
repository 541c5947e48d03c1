import type { Language } from '@bulkhead/contracts';
import { fillIn, type Html, html } from '@bulkhead/web';
import { languagesOf } from '#article/article.rules.ts';
import { publicWords } from '#words/public.ts';
import { websiteWords } from '#words/words.ts';
import { changedAt, type Host, type PublicArticle, paths, shownText } from './site.rules.ts';

/** What a feed is of: all news, or those of a topic or a body. */
export type Feed = {
  readonly articles: readonly PublicArticle[];
  readonly about: PublicArticle | null;
};

/** Where the feeds of something stand, and the page that they are of. */
export function feedPaths(language: Language, about: PublicArticle | null) {
  if (!about) return { page: paths.news(language), atom: paths.feed(language), json: paths.jsonFeed(language) };
  const page = paths.article(language, about);
  return { page, atom: `${page}.atom`, json: `${page}.json` };
}

function titleOf(host: Host, language: Language, { about }: Feed): string {
  return about
    ? fillIn(publicWords(language).newsOf, { what: shownText(about.content, language).text.title })
    : fillIn(websiteWords(language).feedOf, { organisation: host.organisation });
}

function ownOf(articles: readonly PublicArticle[], language: Language): PublicArticle[] {
  return articles.filter((article) => article.content.texts[language] !== undefined);
}

/** An Atom feed (RFC 4287) of the articles that exist in a language. */
export function atomFeed(host: Host, language: Language, feed: Feed): Html {
  const own = ownOf(feed.articles, language);
  const newest = own.reduce((at, article) => Math.max(at, changedAt(article).getTime()), feed.about?.publishedAt.getTime() ?? 0);
  const url = (path: string) => `${host.publicOrigin}${path}`;
  const { page, atom } = feedPaths(language, feed.about);
  return html`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">
<id>${url(atom)}</id>
<title>${titleOf(host, language, feed)}</title>
<author><name>${host.organisation}</name></author>
<updated>${new Date(newest).toISOString()}</updated>
<link rel="self" type="application/atom+xml" href="${url(atom)}"/>
<link rel="alternate" type="text/html" href="${url(page)}"/>
${own.map((article) => {
  const text = article.content.texts[language];
  const href = url(paths.article(language, article));
  return html`<entry>
<id>${href}</id>
<title>${text?.title}</title>
<published>${article.publishedAt.toISOString()}</published>
<updated>${changedAt(article).toISOString()}</updated>
<link rel="alternate" type="text/html" href="${href}"/>
<summary>${text?.summary}</summary>
</entry>
`;
})}</feed>
`;
}

/** The same as a JSON Feed (version 1.1). */
export function jsonFeed(host: Host, language: Language, feed: Feed): string {
  const url = (path: string) => `${host.publicOrigin}${path}`;
  const { page, json } = feedPaths(language, feed.about);
  const items = ownOf(feed.articles, language).map((article) => {
    const text = article.content.texts[language];
    const href = url(paths.article(language, article));
    return {
      id: href,
      url: href,
      title: text?.title ?? '',
      content_text: text?.summary ?? '',
      date_published: article.publishedAt.toISOString(),
      date_modified: changedAt(article).toISOString(),
      language,
    };
  });
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: titleOf(host, language, feed),
    home_page_url: url(page),
    feed_url: url(json),
    language,
    authors: [{ name: host.organisation, url: url('/') }],
    items,
  });
}

export type SitemapEntry = {
  readonly changedAt: Date | null;
  /** The address in each language that the page has. */
  readonly hrefs: readonly { readonly language: Language; readonly path: string }[];
};

/** The pages of articles, for a sitemap. */
export function sitemapEntries(articles: readonly PublicArticle[]): SitemapEntry[] {
  return articles.map((article) => ({
    changedAt: changedAt(article),
    hrefs: languagesOf(article.content).map((language) => ({ language, path: paths.article(language, article) })),
  }));
}

/** A sitemap (sitemaps.org 0.9) with the languages of each page. */
export function sitemapView(host: Host, entries: readonly SitemapEntry[]): Html {
  return html`<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
${entries.flatMap((entry) =>
  entry.hrefs.map(
    ({ path }) => html`<url>
<loc>${host.publicOrigin}${path}</loc>
${entry.changedAt ? html`<lastmod>${entry.changedAt.toISOString()}</lastmod>\n` : null}${entry.hrefs.map(
  (other) => html`<xhtml:link rel="alternate" hreflang="${other.language}" href="${host.publicOrigin}${other.path}"/>\n`,
)}</url>
`,
  ),
)}</urlset>
`;
}

/** The list of sitemaps. */
export function sitemapIndexView(host: Host, sitemapPaths: readonly string[]): Html {
  return html`<?xml version="1.0" encoding="utf-8"?>
<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${sitemapPaths.map((path) => html`<sitemap><loc>${host.publicOrigin}${path}</loc></sitemap>\n`)}</sitemapindex>
`;
}
