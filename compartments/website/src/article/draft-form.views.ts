import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { attributes, fillIn, formatMoment, type Html, html, LANGUAGE_NAMES, nameLanguage, wordsIn } from '@bulkhead/web';
import { type Copy, placeOf } from '#copy/copy.rules.ts';
import type { EditorAssets } from '#editor/asset.rules.ts';
import { editorData, editorHead } from '#editor/editor.views.ts';
import { type Words, websiteWords } from '#words/words.ts';
import { TEXT_LIMITS, type Version } from './article.rules.ts';
import { kindWord } from './article.views.ts';
import type { Comparison } from './comparison.rules.ts';
import { detailFieldsView } from './detail-form.views.ts';
import { bodyShown, fieldName, kindShown } from './draft-form.rules.ts';
import { areaField, type Filled, lineField, selectField, valueOf } from './form-field.views.ts';
import { hasOwnPage, KINDS, type Kind, roomOf } from './kind.rules.ts';
import type { Named } from './named.rules.ts';
import { type Notice, newsroomPage } from './newsroom.views.ts';
import { translationOf } from './translation.rules.ts';
import { comparisonsView } from './version.views.ts';
import { linkTo, type Visit, versionPath } from './visit.rules.ts';

export type ShownDraft = Filled & {
  /** Null for an article that does not exist yet. */
  readonly version: Version | null;
  /** Topics, bodies and contact points that can be chosen. */
  readonly named: readonly Named[];
  readonly assets: EditorAssets;
  /** Copies of what this person typed here and did not save. */
  readonly copies?: readonly Copy[];
  /** Who else has the draft open. */
  readonly others?: readonly string[];
  readonly notice?: Notice | undefined;
  /** What is saved now against what was typed, if somebody else changed it meanwhile. */
  readonly comparisons?: readonly Comparison[] | undefined;
};

/** The form of an article: six languages beside each other, those that are empty folded. */
export function draftPage(visit: Visit, shown: ShownDraft): Html {
  const words = websiteWords(visit.language);
  const { version } = shown;
  const path = version ? versionPath(version.articleId, version.number) : '/articles';
  const kind = kindShown(shown.values);
  return newsroomPage(visit, {
    title: version ? words.editArticle : words.newArticle,
    notice: shown.notice,
    section: version ? 'list' : 'new',
    head: editorHead(shown.assets),
    main: html`<h1>${version ? words.editArticle : words.newArticle}</h1>
${shown.others && shown.others.length > 0 ? html`<div class="panel notice" role="status" data-presence>${tellOthers(shown.others, visit.language)}</div>` : null}
${shown.copies && shown.copies.length > 0 ? copiesView(visit, shown.copies, version) : null}
${faultsView(shown, visit.language)}
${version ? null : kindLinks(visit, kind)}
${shown.comparisons ? comparisonsView(visit, shown.comparisons, words.differences) : null}
<form class="draft" id="draft" method="post" action="${linkTo(visit, path)}" ${editorData({ language: visit.language, place: placeOf(version) })}>
<input type="hidden" name="revision" value="${valueOf(shown, 'revision') || '0'}">
${kindField(shown, words)}
${kind === 'home' ? null : slugField(shown, words)}
${version?.basedOn ? minorField(shown, words) : null}
<p class="hint">${words.englishFirst}</p>
<div class="beside">
${orderOf(visit.language).map((language) => languageFields(visit.language, shown, language))}</div>
${detailFieldsView(shown, { kind, named: shown.named, language: visit.language })}
<div class="actions"><button>${wordsIn(visit.language).save}</button> <a href="${linkTo(visit, version ? path : '/')}">${wordsIn(visit.language).cancel}</a></div>
</form>`,
  });
}

/** Each kind has fields of its own: it is chosen first. */
function kindLinks(visit: Visit, kind: Kind): Html {
  const words = websiteWords(visit.language);
  return html`<nav class="kinds" aria-label="${words.kind}"><ul>${KINDS.map(
    (each) =>
      html`<li><a href="/articles/new?kind=${each}&amp;lang=${visit.language}"${attributes({ 'aria-current': each === kind && 'page' })}>${kindWord(each, words)}</a></li>`,
  )}</ul></nav>`;
}

function tellOthers(others: readonly string[], language: Language): string {
  return fillIn(websiteWords(language).alsoHere, { names: new Intl.ListFormat(language).format(others) });
}

/** What was typed and not saved, since the browser or the machine stopped: take it up, or throw it away. */
function copiesView(visit: Visit, copies: readonly Copy[], version: Version | null): Html {
  const words = websiteWords(visit.language);
  const [last] = copies.toSorted((left, right) => right.savedAt.getTime() - left.savedAt.getTime());
  const languages = new Intl.ListFormat(visit.language).format(
    copies.map(({ language }) => nameLanguage(language, visit.language)),
  );
  const text = fillIn(words.copyFound, { languages, time: last ? formatMoment(last.savedAt, visit.language) : '' });
  const place = placeOf(version);
  const path = version ? `${versionPath(version.articleId, version.number)}/edit` : '/articles/new';
  return html`<div class="panel notice" role="alert" data-copies><p>${text}</p>
<div class="actions"><a class="button" href="${path}?copy=take&amp;lang=${visit.language}">${words.copyTake}</a>
<form method="post" action="/copies/drop?lang=${visit.language}"><input type="hidden" name="place" value="${place}"><button class="second">${words.copyDrop}</button></form></div></div>`;
}

// English first, as it must be complete; then the reader's own.
function orderOf(own: Language): Language[] {
  return [...new Set<Language>(['en', own, ...LANGUAGES])];
}

function faultsView(shown: ShownDraft, language: Language): Html | null {
  const faults = Object.entries(shown.faults);
  if (faults.length === 0) return null;
  const words = wordsIn(language);
  return html`<div class="faults" role="alert" aria-labelledby="faults"><h2 id="faults">${words.faultsFound}</h2><p>${words.notSaved}</p><ul>${faults.map(
    ([name, sentence]) => html`<li><a href="#${name}">${sentence}</a></li>`,
  )}</ul></div>`;
}

// What was public once stays in its room: its addresses are of that room.
function kindField(shown: ShownDraft, words: Words): Html {
  const { version } = shown;
  const offered = KINDS.filter((kind) => !version?.basedOn || roomOf(kind) === roomOf(version.content.kind));
  const choices = offered.map((kind) => ({ value: kind, text: kindWord(kind, words) }));
  return selectField(shown, { name: 'kind', label: words.kind, choices, usual: 'news' });
}

function slugField(shown: ShownDraft, words: Words): Html {
  const hint = shown.version?.basedOn ? words.formerAddress : words.addressHint;
  return lineField(shown, { name: 'slug', label: words.address, limit: TEXT_LIMITS.slug, hint });
}

function minorField(shown: ShownDraft, words: Words): Html {
  return html`<div class="field"><label class="check"><input type="checkbox" name="minor" value="on"${attributes({ checked: valueOf(shown, 'minor') === 'on' })}> ${words.minorUpdate}</label></div>`;
}

function languageFields(pageLanguage: Language, shown: ShownDraft, language: Language): Html {
  const words = websiteWords(pageLanguage);
  const names = (['title', 'summary', 'body', 'note', 'slug', 'place'] as const).map((field) => fieldName(field, language));
  const [title = '', summary = '', body = '', note = '', slug = '', place = ''] = names;
  const filled = [title, summary, body].filter((name) => valueOf(shown, name).trim() !== '').length;
  const isOpen = language === 'en' || filled > 0 || names.some((name) => shown.faults[name] !== undefined);
  const isOutdated = shown.version !== null && translationOf(shown.version.content, language) === 'outdated';
  const [tone, told] = filled === 3 ? ['good', words.complete] : filled > 0 ? ['wait', words.incomplete] : ['', words.missing];
  const kind = kindShown(shown.values);
  const text = bodyShown(shown.values, language);
  return html`<details class="fields" data-language="${language}"${attributes({ open: isOpen })}>
<summary>${nameLanguage(language, pageLanguage)} ${language === pageLanguage ? null : html`<span lang="${language}" class="quiet">${LANGUAGE_NAMES[language]}</span>`} <span class="badge ${tone}">${told}</span>${isOutdated ? html` <span class="badge bad">${words.outdated}</span>` : null}</summary>
<div class="fields-body">
${isOutdated ? currentField(shown, language, words) : null}
${lineField(shown, { name: title, label: words.title, limit: TEXT_LIMITS.title, language, isRequired: language === 'en' })}
${areaField(shown, { name: summary, label: words.summary, limit: TEXT_LIMITS.summary, language })}
${areaField(shown, { name: body, label: words.body, limit: TEXT_LIMITS.body, language, hint: words.bodyHint, isTall: true }, text.written)}
<input type="hidden" name="${fieldName('tree', language)}" value="${text.tree}" disabled>
${kind === 'event' || kind === 'meeting-summary' ? lineField(shown, { name: place, label: words.place, limit: TEXT_LIMITS.place, language }) : null}
${hasOwnPage(kind) && kind !== 'home' && language !== 'en' ? lineField(shown, { name: slug, label: words.languageSlug, limit: TEXT_LIMITS.slug, hint: words.languageSlugHint }) : null}
${shown.version?.basedOn ? lineField(shown, { name: note, label: words.changeNote, limit: TEXT_LIMITS.changeNote, language, hint: words.changeNoteHint }) : null}
</div>
</details>
`;
}

function currentField(shown: ShownDraft, language: Language, words: Words): Html {
  const name = fieldName('current', language);
  return html`<div class="panel notice"><p>${words.outdatedHint}</p>
<label class="check"><input type="checkbox" name="${name}" value="on"${attributes({ checked: valueOf(shown, name) === 'on' })}> ${words.translationCurrent}</label></div>`;
}
