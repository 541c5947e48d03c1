import type { Language } from '@bulkhead/contracts';
import { attributes, fillIn, type Html, html, nameLanguage } from '@bulkhead/web';
import { differenceView } from '#difference/difference.views.ts';
import { type WordKey, type Words, websiteWords } from '#words/words.ts';
import { type Gap, isUpdate, languagesOf, listGaps, type Version } from './article.rules.ts';
import { articleView, kindWord } from './article.views.ts';
import type { ComparedField, Comparison } from './comparison.rules.ts';
import { type Notice, newsroomPage, stampView, stateBadge, titleView } from './newsroom.views.ts';
import { articlePath, isEditor, isReviewer, linkTo, type Visit, versionPath } from './visit.rules.ts';

export type ShownVersion = {
  readonly version: Version;
  readonly digest: string;
  /** Differences to the version that is public; null if nothing is. */
  readonly comparisons: readonly Comparison[] | null;
  readonly notice?: Notice | undefined;
  /** What a reviewer wrote before a fault was found. */
  readonly remark?: { readonly text: string; readonly fault: string } | undefined;
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
${shown.comparisons ? comparisonsView(visit, shown.comparisons) : null}
<h2>${words.preview}</h2>
${languagesOf(version.content).map((language) => previewView(visit, version, language))}
${version.state === 'submitted' ? reviewActions(visit, shown) : null}`,
  });
}

function remarkView(version: Version, words: Words): Html | null {
  if (version.remark === null) return null;
  return html`<div class="panel notice"><h2>${words.remark}</h2><p>${version.remark}</p></div>`;
}

function recordView(visit: Visit, { version, digest }: ShownVersion): Html {
  const { language } = visit;
  const words = websiteWords(language);
  const { content, submission, decision } = version;
  return html`<dl class="record">
<dt>${words.kind}</dt><dd>${kindWord(content.kind, words)}</dd>
<dt>${words.address}</dt><dd dir="ltr"><bdi>/${content.slug}</bdi></dd>
${isUpdate(version) && content.isMinor ? html`<dt>${words.changeNote}</dt><dd>${words.minorUpdate}</dd>\n` : null}<dt>${words.lastChange}</dt><dd>${stampView(version.changed, language)}</dd>
${submission ? html`<dt>${words.submitted}</dt><dd>${stampView(submission, language)}</dd>\n` : null}${
  decision && version.state === 'approved' ? html`<dt>${words.approved}</dt><dd>${stampView(decision, language)}</dd>\n` : null
}<dt>${words.digest}</dt><dd><span class="digest" dir="ltr">${digest}</span><br><span class="quiet">${words.digestHint}</span></dd>
</dl>`;
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

function gapsView(gaps: readonly Gap[], language: Language): Html {
  const words = websiteWords(language);
  const names: Record<Gap['what'], WordKey> = {
    title: 'gapTitle',
    summary: 'gapSummary',
    body: 'gapBody',
    'picture-alt': 'gapPictureAlt',
    'change-note': 'gapChangeNote',
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
${previewArticle(version, language, 'part')}
</div>
</div>
</details>
`;
}

function previewArticle(version: Version, language: Language, place: 'page' | 'part'): Html {
  const { content } = version;
  const notes = Object.fromEntries(languagesOf(content).map((each) => [each, content.texts[each]?.changeNote || undefined]));
  return articleView({
    content,
    language,
    place,
    pictureHref: content.picture && `/pictures/${content.picture.sha256}`,
    publishedAt: null,
    updates: isUpdate(version) && !content.isMinor ? [{ at: null, notes }] : [],
  });
}

/** A version in one language, as large as the public will see it. */
export function previewPage(visit: Visit, version: Version, language: Language): Html {
  const words = websiteWords(language);
  return newsroomPage(
    { ...visit, language },
    {
      title: fillIn(words.previewIn, { language: nameLanguage(language, language) }),
      notice: { tone: 'calm', text: fillIn(words.previewLine, { number: version.number }) },
      languages: Object.fromEntries(
        languagesOf(version.content).map((other) => [
          other,
          linkTo(visit, `${versionPath(version.articleId, version.number)}/preview/${other}`),
        ]),
      ),
      main: html`<p><a href="${linkTo(visit, versionPath(version.articleId, version.number))}">${fillIn(words.version, { number: version.number })}</a></p>
${previewArticle(version, language, 'page')}`,
    },
  );
}
