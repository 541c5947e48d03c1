import { fillIn, type Html, html } from '@bulkhead/web';
import { type WordKey, websiteWords } from '#words/words.ts';
import { publicPath } from './address.rules.ts';
import type { ArticleEvent, ArticleFile, Version } from './article.rules.ts';
import { momentView } from './article.views.ts';
import type { Comparison } from './comparison.rules.ts';
import { isWaiting, type Notice, newsroomPage, publicBadge, stampView, stateBadge, titleView } from './newsroom.views.ts';
import { comparisonsView, scheduleView } from './version.views.ts';
import { articlePath, isEditor, isReviewer, linkTo, type Visit, versionPath } from './visit.rules.ts';

/** An article with all its versions and its history. */
export function filePage(visit: Visit, file: ArticleFile, notice?: Notice): Html {
  const { language } = visit;
  const words = websiteWords(language);
  const { newest, approved, withdrawal } = file;
  const isPublic = approved !== null && withdrawal === null;
  const waits = isWaiting(approved?.content.publishing?.at, visit);
  return newsroomPage(visit, {
    title: words.editArticle,
    notice,
    main: html`<h1>${titleView(newest.content.texts, language)}</h1>
<p>${stateBadge(newest.state, words)} ${publicBadge({ isPublic, isWithdrawn: withdrawal !== null, isWaiting: waits }, words)}${
      isPublic && !waits && publicPath(approved.content, language)
        ? html` <a href="${visit.newsroom.publicOrigin}${publicPath(approved.content, language) ?? ''}">${words.publicSite}</a>`
        : null
    }</p>
${waits && approved?.content.publishing ? html`<p>${scheduleView(approved.content.publishing, language)}</p>` : null}
${withdrawal ? html`<div class="panel notice"><h2>${words.isWithdrawn}</h2><p>${stampView(withdrawal.by, language)}</p><p lang="en" dir="ltr">${withdrawal.reasons.en}</p></div>` : null}
${actionsView(visit, file)}
<h2>${words.versions}</h2>
<div class="table-scroll stacked" tabindex="0" role="region" aria-label="${words.versions}"><table>
<thead><tr><th scope="col">${words.versions}</th><th scope="col">${words.state}</th><th scope="col">${words.lastChange}</th><th scope="col">${words.differences}</th></tr></thead>
<tbody>
${file.versions.map((version) => versionRow(visit, version))}</tbody>
</table></div>
<h2>${words.history}</h2>
<div class="table-scroll stacked" tabindex="0" role="region" aria-label="${words.history}"><table>
<thead><tr><th scope="col">${words.when}</th><th scope="col">${words.who}</th><th scope="col">${words.whatWasDone}</th></tr></thead>
<tbody>
${file.events.map((event) => eventRow(visit, event))}</tbody>
</table></div>`,
  });
}

function actionsView(visit: Visit, { newest, approved, withdrawal }: ArticleFile): Html {
  const words = websiteWords(visit.language);
  const { articleId, number } = newest;
  const isOpen = newest.state === 'draft' || newest.state === 'submitted';
  const open = html`<a class="button" href="${linkTo(visit, versionPath(articleId, number))}">${fillIn(words.version, { number })}</a>\n`;
  const update = html`<form method="post" action="${linkTo(visit, `${articlePath(articleId)}/versions`)}"><button class="second">${words.beginUpdate}</button></form>\n`;
  const withdraw = html`<a class="button danger" href="${linkTo(visit, `${articlePath(articleId)}/withdraw`)}">${words.withdraw}</a>\n`;
  return html`<div class="actions">
${isOpen ? open : null}${!isOpen && approved && isEditor(visit) ? update : null}${approved && !withdrawal && isReviewer(visit) ? withdraw : null}</div>`;
}

function versionRow(visit: Visit, version: Version): Html {
  const words = websiteWords(visit.language);
  const { articleId, number } = version;
  const path = versionPath(articleId, number);
  return html`<tr><td><a href="${linkTo(visit, path)}">${fillIn(words.version, { number })}</a></td><td>${stateBadge(version.state, words)}</td><td>${stampView(version.changed, visit.language)}</td><td>${
    number > 1
      ? html`<a href="${linkTo(visit, `${path}/changes`)}">${fillIn(words.differencesFrom, { from: number - 1, to: number })}</a>`
      : null
  }</td></tr>
`;
}

const EVENT_WORDS: Readonly<Record<string, WordKey>> = {
  created: 'didCreated',
  changed: 'didChanged',
  'picture-changed': 'didPicture',
  submitted: 'didSubmitted',
  rejected: 'didRejected',
  approved: 'didApproved',
  'update-begun': 'didUpdateBegun',
  discarded: 'didDiscarded',
  withdrawn: 'didWithdrawn',
  restored: 'didRestored',
  'preview-shared': 'didPreviewShared',
};

function eventRow(visit: Visit, event: ArticleEvent): Html {
  const words = websiteWords(visit.language);
  const key = EVENT_WORDS[event.kind];
  return html`<tr><td>${momentView(event.by.at, visit.language)}</td><td>${event.by.name}</td><td>${key ? words[key] : event.kind} · ${fillIn(words.version, { number: event.number })}${
    event.note ? html`<br><span dir="auto">${event.note}</span>` : null
  }${event.digest ? html`<br><span class="digest quiet" dir="ltr">${event.digest}</span>` : null}</td></tr>
`;
}

/** What changed from one version to the next. */
export function changesPage(
  visit: Visit,
  given: { readonly from: Version; readonly to: Version; readonly comparisons: readonly Comparison[] },
): Html {
  const words = websiteWords(visit.language);
  const { from, to } = given;
  const title = fillIn(words.differencesFrom, { from: from.number, to: to.number });
  return newsroomPage(visit, {
    title,
    main: html`<p><a href="${linkTo(visit, articlePath(to.articleId))}">${titleView(to.content.texts, visit.language)}</a></p>
<h1>${title}</h1>
${comparisonsView(visit, given.comparisons, words.differences)}`,
  });
}
