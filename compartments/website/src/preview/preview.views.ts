import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { fillIn, formatMoment, type Html, html } from '@bulkhead/web';
import { languagesOf, type Version } from '#article/article.rules.ts';
import { newsroomPage } from '#article/newsroom.views.ts';
import { linkTo, type Visit, versionPath } from '#article/visit.rules.ts';
import { aroundOf } from '#site/article-files.views.ts';
import { articlePage } from '#site/article-page.views.ts';
import { chromeOf } from '#site/chrome.rules.ts';
import type { Preview } from '#site/frame.views.ts';
import { fillBlocks, homePage, sectionPage } from '#site/home.views.ts';
import { type Host, listKind, type PublicArticle, type Site } from '#site/site.rules.ts';
import { websiteWords } from '#words/words.ts';

/** Shows a link that was just made: the only time that it can be seen. */
export function sharedLinkPage(
  visit: Visit,
  shown: { readonly articleId: number; readonly number: number; readonly path: string; readonly expiresAt: Date },
): Html {
  const words = websiteWords(visit.language);
  return newsroomPage(visit, {
    title: words.previewLink,
    main: html`<p><a href="${linkTo(visit, versionPath(shown.articleId, shown.number))}">${fillIn(words.version, { number: shown.number })}</a></p>
<h1>${words.previewLink}</h1>
<p>${words.shareOnce} ${fillIn(words.shareUntil, { at: formatMoment(shown.expiresAt, visit.language) })}</p>
<p dir="ltr"><a class="digest" href="${shown.path}">${shown.path}</a></p>`,
  });
}

export type Previewed = {
  readonly version: Version;
  readonly language: Language;
  readonly pathIn: (language: Language) => string;
  /** What is public at this moment, as far as the page shows it. */
  readonly site: Site;
  readonly backHref?: string;
  readonly expiresAt?: Date;
};

/** A version as the public would read it, with all that stands around it; nothing of it is public yet. Text of a whole page. */
export function previewPage(visit: Visit, shown: Previewed): string {
  const { version, language, pathIn, backHref, expiresAt } = shown;
  const { newsroom, now } = visit;
  const words = websiteWords(language);
  const until = expiresAt ? ` ${fillIn(words.shareUntil, { at: formatMoment(expiresAt, language) })}` : '';
  const back = backHref ? html` <a href="${backHref}">${fillIn(words.version, { number: version.number })}</a>` : null;
  const notice = html`<div class="panel calm" role="status"><p>${fillIn(words.previewLine, { number: version.number })}${until}${back}</p></div>\n`;
  const article = publishedAs(version, now);
  const site = standIn(shown.site, article);
  return leadOut(pageOf(newsroom, language, { article, site, preview: { notice, pathIn } }).toString(), newsroom.publicOrigin);
}

type Placed = { readonly article: PublicArticle; readonly site: Site; readonly preview: Preview };

function pageOf(host: Host, language: Language, { article, site, preview }: Placed): Html {
  const { kind, details } = article.content;
  const chrome = chromeOf(site, undefined);
  if (kind === 'home' || kind === 'section') {
    const filled = fillBlocks(site, details.blocks);
    if (kind === 'section') return sectionPage(host, chrome, language, { article, filled, topics: [], preview });
    const topics = listKind(site, 'topic').toSorted((left, right) => left.content.slug.localeCompare(right.content.slug));
    return homePage(host, chrome, language, { article, filled, topics, preview });
  }
  return articlePage(host, chrome, language, article, { ...aroundOf(site, article), preview });
}

/** The site as it is with this article in the place of what it updates. */
function standIn(site: Site, article: PublicArticle): Site {
  const others = site.articles.filter(({ id }) => id !== article.id);
  return { ...site, articles: [article, ...others], byId: new Map([...site.byId, [article.id, article]]) };
}

/** Links of the page lead to the public site: here is no other page of it. */
function leadOut(text: string, publicOrigin: string): string {
  return text.replaceAll(new RegExp(` (href|action)="/(?=(?:${LANGUAGES.join('|')})/)`, 'g'), ` $1="${publicOrigin}/`);
}

// As if it were approved at this moment, or when it is due.
function publishedAs({ articleId, basedOn, content }: Version, now: Date): PublicArticle {
  const { publishing } = content;
  const at = publishing && publishing.at > now ? publishing.at : now;
  const notes = Object.fromEntries(
    languagesOf(content).map((language) => [language, content.texts[language]?.changeNote || undefined]),
  );
  return {
    id: articleId,
    content,
    publishedAt: at,
    updates: basedOn !== null && !content.isMinor ? [{ at, notes }] : [],
    withdrawal: null,
    formerPaths: [],
    evidence: [],
    listEvidence: [],
  };
}
