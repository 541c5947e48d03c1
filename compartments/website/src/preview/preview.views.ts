import type { Language } from '@bulkhead/contracts';
import { fillIn, formatMoment, type Html, html, nameLanguage, page } from '@bulkhead/web';
import { languagesOf, type Version } from '#article/article.rules.ts';
import { isOver } from '#article/details.rules.ts';
import { newsroomPage } from '#article/newsroom.views.ts';
import { linkTo, type Visit, versionPath } from '#article/visit.rules.ts';
import { articleBody } from '#site/article-page.views.ts';
import { publicStyle } from '#site/public-style.ts';
import type { PublicArticle } from '#site/site.rules.ts';
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

/** A version as the public would read it, in the public's own look; nothing of it is public yet. */
export function previewPage(
  visit: Visit,
  shown: {
    readonly version: Version;
    readonly language: Language;
    readonly pathIn: (language: Language) => string;
    readonly backHref?: string;
    readonly expiresAt?: Date;
  },
): Html {
  const { version, language, pathIn, backHref, expiresAt } = shown;
  const { newsroom, now } = visit;
  const words = websiteWords(language);
  const until = expiresAt ? ` ${fillIn(words.shareUntil, { at: formatMoment(expiresAt, language) })}` : '';
  const back = backHref ? html` <a href="${backHref}">${fillIn(words.version, { number: version.number })}</a>` : null;
  return page({
    language,
    kind: 'public',
    title: fillIn(words.previewIn, { language: nameLanguage(language, language) }),
    organisation: newsroom.organisation,
    isSample: newsroom.isSample,
    home: pathIn(language),
    languages: Object.fromEntries(languagesOf(version.content).map((other) => [other, pathIn(other)])),
    stylesheetPath: publicStyle().path,
    head: html`<meta name="robots" content="noindex">`,
    main: html`<div class="panel calm" role="status"><p>${fillIn(words.previewLine, { number: version.number })}${until}${back}</p></div>
${articleBody(publishedAs(version, now), language, { isOver: isOver(version.content.details, now) })}`,
  });
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
