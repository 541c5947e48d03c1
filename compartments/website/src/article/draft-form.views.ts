import { LANGUAGES, type Language } from '@bulkhead/contracts';
import {
  attributes,
  directionOf,
  type FormFaults,
  type FormValues,
  fillIn,
  type Html,
  html,
  LANGUAGE_NAMES,
  nameLanguage,
  wordsIn,
} from '@bulkhead/web';
import { type Words, websiteWords } from '#words/words.ts';
import { KINDS, TEXT_LIMITS, type Version } from './article.rules.ts';
import { kindWord } from './article.views.ts';
import type { Comparison } from './comparison.rules.ts';
import { type DraftFault, fieldName } from './draft-form.rules.ts';
import { type Notice, newsroomPage } from './newsroom.views.ts';
import { comparisonsView } from './version.views.ts';
import { linkTo, type Visit, versionPath } from './visit.rules.ts';

export type ShownDraft = {
  readonly values: FormValues;
  readonly faults: FormFaults;
  /** Null for an article that does not exist yet. */
  readonly version: Version | null;
  readonly notice?: Notice | undefined;
  /** What is saved now against what was typed, if somebody else changed it meanwhile. */
  readonly comparisons?: readonly Comparison[] | undefined;
};

/** A fault in the words of a person. */
export function tellDraftFault(fault: DraftFault, words: Words): string {
  if (fault.what === 'slug-form') return words.faultSlugForm;
  if (fault.what === 'english-title') return words.faultEnglishTitle;
  if (fault.what === 'link') return fillIn(words.faultLinkForm, { href: fault.href ?? '' });
  return words.faultTooManyBlocks;
}

/** The form of an article: six languages on one page, those that are empty folded. */
export function draftPage(visit: Visit, shown: ShownDraft): Html {
  const words = websiteWords(visit.language);
  const { version } = shown;
  const path = version ? versionPath(version.articleId, version.number) : '/articles';
  return newsroomPage(visit, {
    title: version ? words.editArticle : words.newArticle,
    notice: shown.notice,
    section: version ? 'list' : 'new',
    main: html`<h1>${version ? words.editArticle : words.newArticle}</h1>
${faultsView(shown, visit.language)}
${shown.comparisons ? comparisonsView(visit, shown.comparisons, words.differences) : null}
<form method="post" action="${linkTo(visit, path)}">
<input type="hidden" name="revision" value="${valueOf(shown, 'revision') || '0'}">
${kindField(shown, words)}
${slugField(shown, words)}
${version?.basedOn ? minorField(shown, words) : null}
<p class="hint">${words.englishFirst}</p>
${orderOf(visit.language).map((language) => languageFields(visit.language, shown, language))}
<div class="actions"><button>${wordsIn(visit.language).save}</button> <a href="${linkTo(visit, version ? path : '/')}">${wordsIn(visit.language).cancel}</a></div>
</form>`,
  });
}

// English first, as it must be complete; then the reader's own.
function orderOf(own: Language): Language[] {
  return [...new Set<Language>(['en', own, ...LANGUAGES])];
}

function valueOf(shown: ShownDraft, name: string): string {
  const value = shown.values[name];
  return typeof value === 'string' ? value : '';
}

function faultsView(shown: ShownDraft, language: Language): Html | null {
  const faults = Object.entries(shown.faults);
  if (faults.length === 0) return null;
  const words = wordsIn(language);
  return html`<div class="faults" role="alert" aria-labelledby="faults"><h2 id="faults">${words.faultsFound}</h2><p>${words.notSaved}</p><ul>${faults.map(
    ([name, sentence]) => html`<li><a href="#${name}">${sentence}</a></li>`,
  )}</ul></div>`;
}

function describe(shown: ShownDraft, name: string, hint: boolean) {
  const ids = [hint ? `${name}-hint` : '', shown.faults[name] ? `${name}-fault` : ''].filter((id) => id !== '').join(' ');
  return attributes({ 'aria-describedby': ids || null, 'aria-invalid': shown.faults[name] ? 'true' : null });
}

function faultView(shown: ShownDraft, name: string): Html | null {
  const fault = shown.faults[name];
  return fault ? html`<p class="field-fault" id="${name}-fault">${fault}</p>\n` : null;
}

function kindField(shown: ShownDraft, words: Words): Html {
  const chosen = valueOf(shown, 'kind') || 'news';
  return html`<div class="field"><label for="kind">${words.kind}</label>
${faultView(shown, 'kind')}<select class="short" id="kind" name="kind" ${describe(shown, 'kind', false)}>${KINDS.map(
    (kind) => html`<option value="${kind}"${attributes({ selected: kind === chosen })}>${kindWord(kind, words)}</option>`,
  )}</select></div>`;
}

function slugField(shown: ShownDraft, words: Words): Html {
  if (shown.version?.basedOn)
    return html`<div class="field"><p class="label">${words.address}</p><p dir="ltr"><bdi>/${shown.version.content.slug}</bdi></p><p class="hint">${words.addressFixed}</p></div>`;
  return html`<div class="field"><label for="slug">${words.address}</label>
<p class="hint" id="slug-hint">${words.addressHint}</p>
${faultView(shown, 'slug')}<input id="slug" name="slug" dir="ltr" maxlength="${TEXT_LIMITS.slug}" autocomplete="off" spellcheck="false" value="${valueOf(shown, 'slug')}" ${describe(shown, 'slug', true)}></div>`;
}

function minorField(shown: ShownDraft, words: Words): Html {
  return html`<div class="field"><label class="check"><input type="checkbox" name="minor" value="on"${attributes({ checked: valueOf(shown, 'minor') === 'on' })}> ${words.minorUpdate}</label></div>`;
}

function languageFields(pageLanguage: Language, shown: ShownDraft, language: Language): Html {
  const words = websiteWords(pageLanguage);
  const names = (['title', 'summary', 'body', 'note'] as const).map((field) => fieldName(field, language));
  const filled = names.slice(0, 3).filter((name) => valueOf(shown, name).trim() !== '').length;
  const isOpen = language === 'en' || filled > 0 || names.some((name) => shown.faults[name] !== undefined);
  const [tone, told] = filled === 3 ? ['good', words.complete] : filled > 0 ? ['wait', words.incomplete] : ['', words.missing];
  const [title = '', summary = '', body = '', note = ''] = names;
  return html`<details class="fields"${attributes({ open: isOpen })}>
<summary>${nameLanguage(language, pageLanguage)} ${language === pageLanguage ? null : html`<span lang="${language}" class="quiet">${LANGUAGE_NAMES[language]}</span>`} <span class="badge ${tone}">${told}</span></summary>
<div class="fields-body">
${lineField(shown, { name: title, label: words.title, limit: TEXT_LIMITS.title, language, isRequired: language === 'en' })}
${areaField(shown, { name: summary, label: words.summary, limit: TEXT_LIMITS.summary, language })}
${areaField(shown, { name: body, label: words.body, limit: TEXT_LIMITS.body, language, hint: words.bodyHint, isTall: true })}
${shown.version?.basedOn ? lineField(shown, { name: note, label: words.changeNote, limit: TEXT_LIMITS.changeNote, language, hint: words.changeNoteHint }) : null}
</div>
</details>
`;
}

type Field = {
  readonly name: string;
  readonly label: string;
  readonly limit: number;
  readonly language: Language;
  readonly hint?: string;
  readonly isRequired?: boolean;
  readonly isTall?: boolean;
};

function lineField(shown: ShownDraft, field: Field): Html {
  const { name, language } = field;
  return html`<div class="field"><label for="${name}">${field.label}</label>
${field.hint ? html`<p class="hint" id="${name}-hint">${field.hint}</p>\n` : null}${faultView(shown, name)}<input id="${name}" name="${name}" lang="${language}" dir="${directionOf(language)}" maxlength="${field.limit}" autocomplete="off" value="${valueOf(shown, name)}" ${attributes({ required: field.isRequired })} ${describe(shown, name, field.hint !== undefined)}></div>`;
}

// The line end after the tag is dropped by browsers, so that a text may begin with one of its own.
function areaField(shown: ShownDraft, field: Field): Html {
  const { name, language } = field;
  return html`<div class="field"><label for="${name}">${field.label}</label>
${field.hint ? html`<p class="hint" id="${name}-hint">${field.hint}</p>\n` : null}${faultView(shown, name)}<textarea id="${name}" name="${name}" lang="${language}" dir="${directionOf(language)}" maxlength="${field.limit}" ${attributes({ class: field.isTall && 'tall' })} ${describe(shown, name, field.hint !== undefined)}>
${valueOf(shown, name)}</textarea></div>`;
}
