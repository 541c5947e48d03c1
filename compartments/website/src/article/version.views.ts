import type { Language } from '@bulkhead/contracts';
import { attributes, fillIn, type Html, html, nameLanguage } from '@bulkhead/web';
import { differenceView } from '#difference/difference.views.ts';
import { writeLocal, writeOffset } from '#schedule/local-time.rules.ts';
import { type WordKey, type Words, websiteWords } from '#words/words.ts';
import { publicPath } from './address.rules.ts';
import { type Content, type Gap, isUpdate, languagesOf, listGaps, type Publishing, type Version } from './article.rules.ts';
import { articleView, kindWord, momentView } from './article.views.ts';
import type { ComparedField, Comparison } from './comparison.rules.ts';
import { factsView } from './fact.views.ts';
import type { Named } from './named.rules.ts';
import { type Notice, newsroomPage, stampView, stateBadge, titleView } from './newsroom.views.ts';
import { articlePath, isEditor, isReviewer, linkTo, type Visit, versionPath } from './visit.rules.ts';

export type ShownVersion = {
  readonly version: Version;
  readonly digest: string;
  /** Topics, bodies and contact points, for their names. */
  readonly named: readonly Named[];
  /** Differences to the version that is public; null if nothing is. */
  readonly comparisons: readonly Comparison[] | null;
  readonly notice?: Notice | undefined;
  /** What a reviewer wrote before a fault was found. */
  readonly remark?: { readonly text: string; readonly fault: string } | undefined;
  /** What hinders a decision, by the part of the version that must be changed. */
  readonly faults?: Readonly<Record<string, string>> | undefined;
};

/** A version as it would be published, and what can be done with it. */
export function versionPage(visit: Visit, shown: ShownVersion): Html {
  const { version } = shown;
  const words = websiteWords(visit.language);
  const title = fillIn(words.version, { number: version.number });
  return newsroomPage(visit, {
    title,
    notice: shown.notice,
    main: html`<p><a href="${linkTo(visit, articlePath(version.articleId))}">${titleView(version.content.texts, visit.language)}</a></p>
<h1>${title} ${stateBadge(version.state, words)}</h1>
${remarkView(version, words)}
${recordView(visit, shown)}
${version.state === 'draft' ? draftActions(visit, shown) : null}
${version.state === 'rejected' || version.state === 'discarded' || version.state === 'approved' ? restoreView(visit, version) : null}
${shown.comparisons ? comparisonsView(visit, shown.comparisons) : null}
<h2>${words.preview}</h2>
${faultsView(shown)}${shareView(visit, version)}
${languagesOf(version.content).map((language) => previewView(visit, version, language))}
${version.state === 'submitted' ? reviewActions(visit, shown) : null}`,
  });
}

function remarkView(version: Version, words: Words): Html | null {
  if (version.remark === null) return null;
  return html`<div class="panel notice"><h2>${words.remark}</h2><p>${version.remark}</p></div>`;
}

function faultsView({ faults = {} }: ShownVersion): Html {
  return html`${Object.entries(faults).map(([part, fault]) => html`<p class="field-fault" id="${`${part}-fault`}" role="alert">${fault}</p>\n`)}`;
}

function recordView(visit: Visit, { version, digest, named }: ShownVersion): Html {
  const { language } = visit;
  const words = websiteWords(language);
  const { content, submission, decision } = version;
  return html`<dl class="record">
<dt>${words.kind}</dt><dd>${kindWord(content.kind, words)}</dd>
<dt>${words.address}</dt><dd>${addressesView(content)}</dd>
${content.publishing ? html`<dt>${words.publishing}</dt><dd>${scheduleView(content.publishing, language)}</dd>\n` : null}${factsView(visit, content, named)}${isUpdate(version) && content.isMinor ? html`<dt>${words.changeNote}</dt><dd>${words.minorUpdate}</dd>\n` : null}<dt>${words.lastChange}</dt><dd>${stampView(version.changed, language)}</dd>
${submission ? html`<dt>${words.submitted}</dt><dd>${stampView(submission, language)}</dd>\n` : null}${
  decision && version.state === 'approved' ? html`<dt>${words.approved}</dt><dd>${stampView(decision, language)}</dd>\n` : null
}<dt>${words.digest}</dt><dd><span class="digest" dir="ltr">${digest}</span><br><span class="quiet">${words.digestHint}</span></dd>
</dl>`;
}

function addressesView(content: Content): Html {
  const paths = [...new Set(languagesOf(content).map((each) => publicPath(content, each) ?? `/${content.slug}`))];
  return html`${paths.map((path, at) => html`${at > 0 ? html`<br>` : null}<bdi dir="ltr" class="digest">${path}</bdi>`)}`;
}

/** When a version is to be shown: at the clock of the place where that was said, and for everybody else. */
export function scheduleView({ at, zone }: Publishing, language: Language): Html {
  const words = websiteWords(language);
  const local = `${writeLocal(at, zone).replace('T', ' ')} ${zone} (${writeOffset(at, zone)})`;
  return html`<bdi>${local}</bdi> · ${momentView(at, language)}<br><span class="quiet">${words.scheduleHint}</span>`;
}

function draftActions(visit: Visit, { version, digest }: ShownVersion): Html | null {
  if (!isEditor(visit)) return null;
  const words = websiteWords(visit.language);
  const path = versionPath(version.articleId, version.number);
  const gaps = listGaps(version.content, isUpdate(version));
  return html`${gaps.length > 0 ? gapsView(gaps, visit.language) : null}
<div class="actions">
${gaps.length === 0 ? html`<form method="post" action="${linkTo(visit, `${path}/submit/${digest}`)}"><button>${words.submit}</button></form>\n` : null}<a class="button second" href="${linkTo(visit, `${path}/edit`)}">${words.editDraft}</a>
<a class="button second" href="${linkTo(visit, `${path}/picture`)}">${words.editPicture}</a>
<form method="post" action="${linkTo(visit, `${path}/discard`)}"><button class="danger">${words.discard}</button></form>
</div>`;
}

/** Whatever was decided on a version: it can be brought back. */
function restoreView(visit: Visit, { articleId, number }: Version): Html | null {
  if (!isEditor(visit)) return null;
  return html`<form method="post" action="${linkTo(visit, `${versionPath(articleId, number)}/restore`)}"><button class="second">${websiteWords(visit.language).restore}</button></form>`;
}

function shareView(visit: Visit, { articleId, number }: Version): Html {
  const words = websiteWords(visit.language);
  return html`<form method="post" action="${linkTo(visit, `${versionPath(articleId, number)}/share`)}"><p class="quiet" id="share-hint">${fillIn(words.shareHint, { hours: 72 })}</p>
<p><button class="second" aria-describedby="share-hint">${words.sharePreview}</button></p></form>`;
}

function gapsView(gaps: readonly Gap[], language: Language): Html {
  const words = websiteWords(language);
  const names: Record<Gap['what'], WordKey> = {
    title: 'gapTitle',
    summary: 'gapSummary',
    body: 'gapBody',
    'picture-alt': 'gapPictureAlt',
    'change-note': 'gapChangeNote',
    'figure-alt': 'gapFigureAlt',
    place: 'gapPlace',
    event: 'gapEvent',
    blocks: 'gapBlocks',
    contact: 'gapContact',
    redirects: 'gapRedirects',
  };
  return html`<section class="panel notice" aria-label="${words.gaps}"><h2>${words.gaps}</h2><ul>${gaps.map(
    (gap) =>
      html`<li>${fillIn(words.inLanguageColon, { language: nameLanguage(gap.language, language), what: words[names[gap.what]] })}</li>`,
  )}</ul></section>`;
}

function reviewActions(visit: Visit, shown: ShownVersion): Html {
  const { version, digest, remark } = shown;
  const words = websiteWords(visit.language);
  if (!isReviewer(visit)) return html`<div class="panel calm"><p>${words.notReviewer}</p></div>`;
  const path = versionPath(version.articleId, version.number);
  const isOwn = version.submission?.accountId === visit.person.accountId;
  return html`${isOwn ? html`<div class="panel calm"><p>${words.secondPerson}</p></div>` : null}
${
  isOwn
    ? null
    : html`<form class="decision" method="post" action="${linkTo(visit, `${path}/approve/${digest}`)}">
<p id="approve-hint">${words.approveHint}</p>
<p><button aria-describedby="approve-hint">${words.approve}</button></p>
</form>`
}
<details class="fields"${attributes({ open: remark !== undefined })}>
<summary>${words.sendBack}</summary>
<div class="fields-body">
<form method="post" action="${linkTo(visit, `${path}/reject`)}">
<div class="field">
<label for="remark">${words.remark}</label>
<p class="hint" id="remark-hint">${words.sendBackHint}</p>
${remark ? html`<p class="field-fault" id="remark-fault">${remark.fault}</p>` : null}
<textarea id="remark" name="remark" maxlength="2000" required aria-describedby="remark-hint${remark ? ' remark-fault' : ''}"${attributes({ 'aria-invalid': remark ? 'true' : false })}>
${remark?.text}</textarea>
</div>
<p><button class="second">${words.sendBack}</button></p>
</form>
</div>
</details>`;
}

const FIELD_WORDS: Readonly<Record<ComparedField, WordKey>> = {
  title: 'title',
  summary: 'summary',
  body: 'body',
  'picture-alt': 'gapPictureAlt',
  'change-note': 'changeNote',
  kind: 'kind',
  address: 'address',
  picture: 'picture',
  place: 'place',
  publishing: 'publishing',
  subjects: 'subjects',
  details: 'eventTimes',
};

export function comparisonsView(visit: Visit, comparisons: readonly Comparison[], title?: string): Html {
  const words = websiteWords(visit.language);
  return html`<h2>${title ?? words.differences}</h2>
${title ? null : html`<p class="quiet">${words.comparedWith}</p>`}
${comparisons.length === 0 ? html`<p>${words.noDifferences}</p>` : html`<dl class="record">${comparisons.map((comparison) => comparisonView(visit, comparison))}</dl>`}`;
}

function comparisonView(visit: Visit, { field, language, lines }: Comparison): Html {
  const words = websiteWords(visit.language);
  const name = words[FIELD_WORDS[field]];
  const own = attributes(language ? { lang: language, dir: language === 'ar' ? 'rtl' : 'ltr' } : {});
  return html`<dt>${language ? fillIn(words.inLanguageColon, { language: nameLanguage(language, visit.language), what: name }) : name}</dt>
<dd ${own}>${lines.map((pieces) => html`<p>${differenceView(pieces)}</p>`)}</dd>
`;
}

function previewView(visit: Visit, version: Version, language: Language): Html {
  const words = websiteWords(visit.language);
  const { content, articleId, number } = version;
  // Whoever approves has all of it before their eyes.
  const isOpen =
    version.state === 'submitted' || language === visit.language || (language === 'en' && !content.texts[visit.language]);
  const href = linkTo(visit, `${versionPath(articleId, number)}/preview/${language}`);
  return html`<details class="fields"${attributes({ open: isOpen })}>
<summary>${nameLanguage(language, visit.language)}</summary>
<div class="fields-body">
<p><a href="${href}">${fillIn(words.previewIn, { language: nameLanguage(language, visit.language) })}</a></p>
<div class="preview-frame"${attributes(language === visit.language ? {} : { lang: language, dir: language === 'ar' ? 'rtl' : 'ltr' })}>
${previewArticle(version, language)}
</div>
</div>
</details>
`;
}

function previewArticle(version: Version, language: Language): Html {
  const { content } = version;
  const notes = Object.fromEntries(languagesOf(content).map((each) => [each, content.texts[each]?.changeNote || undefined]));
  return articleView({
    content,
    language,
    place: 'part',
    pictureHref: content.picture && `/pictures/${content.picture.sha256}`,
    publishedAt: null,
    updates: isUpdate(version) && !content.isMinor ? [{ at: null, notes }] : [],
  });
}
