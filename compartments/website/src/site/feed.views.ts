import type { Language } from '@bulkhead/contracts';
import { fillIn, type Html, html } from '@bulkhead/web';
import { languagesOf } from '#article/article.rules.ts';
import { websiteWords } from '#words/words.ts';
import { changedAt, type PublicArticle, paths } from './site.rules.ts';
import type { Host } from './site.views.ts';

/** An Atom feed (RFC 4287) of the articles that exist in a language. */
export function feedView(host: Host, language: Language, articles: readonly PublicArticle[]): Html {
  const own = articles.filter((article) => article.content.texts[language] !== undefined);
  const newest = own.reduce((at, article) => Math.max(at, changedAt(article).getTime()), 0);
  const url = (path: string) => `${host.publicOrigin}${path}`;
  return html`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">
<id>${url(paths.feed(language))}</id>
<title>${fillIn(websiteWords(language).feedOf, { organisation: host.organisation })}</title>
<author><name>${host.organisation}</name></author>
<updated>${new Date(newest).toISOString()}</updated>
<link rel="self" type="application/atom+xml" href="${url(paths.feed(language))}"/>
<link rel="alternate" type="text/html" href="${url(paths.news(language))}"/>
${own.map((article) => {
  const text = article.content.texts[language];
  const href = url(paths.article(language, article.content.slug));
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

export type SitemapEntry = {
  readonly changedAt: Date | null;
  /** The address in each language that the page has. */
  readonly hrefs: readonly { readonly language: Language; readonly path: string }[];
};

/** The pages of articles, for a sitemap. */
export function sitemapEntries(articles: readonly PublicArticle[]): SitemapEntry[] {
  return articles.map((article) => ({
    changedAt: changedAt(article),
    hrefs: languagesOf(article.content).map((language) => ({ language, path: paths.article(language, article.content.slug) })),
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
