import { attributes, fillIn, type Html, html, wordsIn } from '@bulkhead/web';
import type { Field } from '#declaration/field.rules.ts';
import type { Module } from '#declaration/module.rules.ts';
import { linkTo, recordPath, type Visit } from '#site/site.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import type { Control, Meaning } from '#value/value.rules.ts';
import { ownWords } from '#words/words.ts';
import type { ShownForm } from './form.rules.ts';
import { labelOf } from './record.rules.ts';

/** The form's inner part: faults first, then what is asked back, the fields in their groups, and why. */
export function formBody(visit: Visit, form: ShownForm): Html {
  const { module, fields } = form;
  const { language } = visit;
  const grouped = module.groups.map(({ title, fields: names }) => ({
    title,
    names: names.filter((name) => fields.includes(name)),
  }));
  return html`${faultList(visit, form)}
${askedView(visit, form)}
${form.revision === null ? null : html`<input type="hidden" name="revision" value="${form.revision}">`}
${grouped
  .filter(({ names }) => names.length > 0)
  .map(
    ({ title, names }) => html`<fieldset><legend>${module.say(title, language)}</legend>
${names.map((name) => fieldView(visit, form, name))}</fieldset>
`,
  )}
${sourceView(visit, form)}`;
}

/** All faults, first on the page, each leading to its field. */
export function faultList({ language }: Visit, { module, faults }: Pick<ShownForm, 'module' | 'faults'>): Html | null {
  if (faults.length === 0) return null;
  const words = wordsIn(language);
  const titleOf = (name: string) => module.say(module.fields[name.replace(/^since\./, '')]?.title ?? '', language);
  return html`<div class="faults" role="alert" aria-labelledby="faults"><h2 id="faults">${words.faultsFound}</h2><p>${words.notSaved}</p>
<ul>${faults.map(({ field, sentence }) => html`<li><a href="#${idOf(field)}">${titleOf(field) === '' ? null : html`${titleOf(field)}: `}${sentence[language]}</a></li>`)}</ul></div>`;
}

function askedView(visit: Visit, { module, asked }: ShownForm): Html | null {
  if (asked === null) return null;
  const { language } = visit;
  const words = ownWords(language);
  const { alike, faults } = asked;
  return html`<div class="panel notice" role="alert"><h2>${words.askedTitle}</h2>
${faults.map(({ field, sentence }) => html`<p><a href="#${idOf(field)}">${module.say(module.fields[field]?.title ?? '', language)}</a>: ${sentence[language]}</p>`)}
${
  alike === null
    ? null
    : html`<p>${words.askedAlike} <a href="${linkTo(visit, recordPath(module, alike.reference))}"><bdi>${labelOf(module, alike, language)}</bdi></a> <code dir="ltr">${alike.reference}</code></p>`
}
<p><label class="check"><input type="checkbox" name="sure" value="yes"> ${words.askedSure}</label></p></div>`;
}

function sourceView({ language }: Visit, form: ShownForm): Html {
  const words = ownWords(language);
  const fault = form.faults.find(({ field }) => field === 'source');
  const isOptional = form.revision === null;
  return html`<div class="field"><label for="source">${words.source} ${isOptional ? html`<span class="quiet">(${wordsIn(language).optional})</span>` : null}</label>
<p class="hint" id="source-hint">${words.sourceHint}</p>
${fault ? html`<p class="field-fault" id="source-fault">${fault.sentence[language]}</p>` : null}
<input id="source" name="source" dir="auto" maxlength="500" autocomplete="off" value="${form.source}"${attributes({
    required: !isOptional,
    'aria-describedby': fault ? 'source-hint source-fault' : 'source-hint',
    'aria-invalid': fault !== undefined && 'true',
  })}></div>`;
}

export function fieldView(visit: Visit, form: ShownForm, name: string): Html | null {
  const { module, typed, faults } = form;
  const { language } = visit;
  const field = module.fields[name];
  const meaning = meaningsOf(module)[name];
  if (field === undefined || meaning === undefined) return null;
  const fault = faults.find((one) => one.field === name);
  const given = typed[name] ?? [];
  const parts: Parts = {
    name,
    id: idOf(name),
    title: module.say(field.title, language),
    isRequired: field.required === true || form.needs.includes(name),
    hint: hintOf(module, field, meaning, language),
    fault: fault?.sentence[language] ?? null,
    suggestions: fault?.suggestions ?? [],
    texts: typeof given === 'string' ? [given] : given,
    control: meaning.control,
    kept: form.kept?.[name] ?? null,
  };
  return html`${controlView(visit, parts)}${field.effective === true && form.revision !== null ? sinceView(visit, form, name) : null}`;
}

type Parts = {
  readonly name: string;
  readonly id: string;
  readonly title: string;
  readonly isRequired: boolean;
  readonly hint: string;
  readonly fault: string | null;
  readonly suggestions: readonly string[];
  readonly texts: readonly string[];
  readonly control: Control;
  /** A file that was sent before. */
  readonly kept: string | null;
};

function hintOf(module: Module, field: Field, { control }: Meaning, language: Visit['language']): string {
  const help = field.help === undefined ? '' : module.say(field.help, language);
  const unit = control.unit === undefined ? '' : module.say(control.unit, language);
  return [help, unit].filter((part) => part !== '').join(' · ');
}

function controlView(visit: Visit, parts: Parts): Html {
  const { control } = parts;
  if (control.shape === 'pick-any') return checksView(visit, parts);
  if (control.shape === 'two-days') return twoDaysView(visit, parts);
  if (control.shape === 'file') return fileView(visit, parts);
  return html`<div class="field"><label for="${parts.id}">${parts.title}${optionalMark(visit, parts)}</label>
${aboutControl(visit, parts)}${inputView(visit, parts)}</div>
`;
}

function optionalMark({ language }: Visit, { isRequired }: Parts): Html | null {
  return isRequired ? null : html` <span class="quiet">(${wordsIn(language).optional})</span>`;
}

function aboutControl({ language }: Visit, { id, hint, fault, suggestions, control }: Parts): Html {
  const { example } = control;
  return html`${
    hint === '' && example === undefined
      ? null
      : html`<p class="hint" id="${id}-hint">${hint}${hint !== '' && example !== undefined ? ' ' : null}${example === undefined ? null : html`<code dir="ltr">${example}</code>`}</p>\n`
  }${
    fault === null
      ? null
      : html`<p class="field-fault" id="${id}-fault">${fault}${
          suggestions.length === 0
            ? null
            : html` ${ownWords(language).didYouMean} ${suggestions.map((one, at) => html`${at > 0 ? ', ' : null}<code dir="ltr">${one}</code>`)}?`
        }</p>\n`
  }`;
}

function described({ id, hint, fault, control }: Parts): Record<string, string | boolean> {
  const by = [
    ...(hint === '' && control.example === undefined ? [] : [`${id}-hint`]),
    ...(fault === null ? [] : [`${id}-fault`]),
  ];
  return { 'aria-describedby': by.length > 0 && by.join(' '), 'aria-invalid': fault !== null && 'true' };
}

function inputView(visit: Visit, parts: Parts): Html {
  const { id, name, texts, control, isRequired } = parts;
  const text = texts[0] ?? '';
  const common = { id, name, required: isRequired, ...described(parts) };
  if (control.shape === 'lines')
    return html`<textarea ${attributes({ ...common, dir: control.isCode ? 'ltr' : 'auto', maxlength: control.most })}>
${text}</textarea>`;
  if (control.shape === 'pick') {
    const options = control.options?.(visit.language) ?? [];
    return html`<select ${attributes(common)}><option value="">${ownWords(visit.language).choose}</option>${options.map(
      (option) => html`<option value="${option.value}"${attributes({ selected: option.value === text })}>${option.text}</option>`,
    )}</select>`;
  }
  return html`<input ${attributes({
    ...common,
    type: control.shape === 'day' ? 'date' : 'text',
    dir: control.isCode ? 'ltr' : 'auto',
    class: ((control.isCode && control.most <= 100) || control.shape === 'day') && 'short',
    maxlength: control.shape === 'day' ? null : control.most,
    inputmode: control.inputMode,
    autocomplete: 'off',
    spellcheck: control.isCode ? 'false' : null,
    value: text,
  })}>`;
}

/** Several of a list. Long lists scroll within their box. */
function checksView(visit: Visit, parts: Parts): Html {
  const { id, name, texts, control, title } = parts;
  const options = control.options?.(visit.language) ?? [];
  return html`<div class="field"><fieldset class="checks" id="${id}"${attributes(described(parts))}><legend>${title}${optionalMark(visit, parts)}</legend>
${aboutControl(visit, parts)}<div class="options">${options.map(
    (option) =>
      html`<label class="check"><input type="checkbox" name="${name}" value="${option.value}"${attributes({ checked: texts.includes(option.value) })}> ${option.text}</label>\n`,
  )}</div></fieldset></div>
`;
}

function twoDaysView(visit: Visit, parts: Parts): Html {
  const { id, name, texts, title } = parts;
  const words = ownWords(visit.language);
  return html`<div class="field"><fieldset class="checks" id="${id}"${attributes(described(parts))}><legend>${title}${optionalMark(visit, parts)}</legend>
${aboutControl(visit, parts)}<div class="two-days"><label>${words.from} <input type="date" name="${name}" value="${texts[0] ?? ''}"></label>
<label>${words.to} <input type="date" name="${name}" value="${texts[1] ?? ''}"></label></div></fieldset></div>
`;
}

/** A file: what stands or was sent before, whether it goes, and another in its place. */
function fileView(visit: Visit, parts: Parts): Html {
  const { id, name, texts, title, control, kept } = parts;
  const words = ownWords(visit.language);
  const reading = fileMeaningText(texts[0] ?? '');
  return html`<div class="field"><label for="${id}">${title}${optionalMark(visit, parts)}</label>
${aboutControl(visit, parts)}<p class="hint">${fillIn(words.fileTaken, { types: (control.accept ?? []).map(nameOfType).join(', '), most: Math.floor((control.mostBytes ?? 0) / 1_048_576) })}</p>
${
  reading === null
    ? null
    : html`<p>${words.fileStands} <bdi>${reading}</bdi></p>
<p><label class="check"><input type="checkbox" name="remove.${name}" value="yes"> ${words.fileRemove}</label></p>`
}${kept === null ? null : html`<input type="hidden" name="kept.${name}" value="${kept}">`}
<input type="file" ${attributes({ id, name, accept: (control.accept ?? []).join(','), ...described(parts) })}></div>
`;
}

function nameOfType(type: string): string {
  return (type.split('/').at(-1) ?? type).toUpperCase();
}

/** The name of a file that a form already has. */
function fileMeaningText(text: string): string | null {
  const name = /"name":("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  return name === undefined ? null : String(JSON.parse(name));
}

function sinceView({ language }: Visit, { typed, faults }: ShownForm, name: string): Html {
  const words = ownWords(language);
  const key = `since.${name}`;
  const id = idOf(key);
  const fault = faults.find((one) => one.field === key);
  const given = typed[key];
  return html`<div class="field since"><label for="${id}">${words.since}</label>
<p class="hint" id="${id}-hint">${words.sinceHint}</p>
${fault ? html`<p class="field-fault" id="${id}-fault">${fault.sentence[language]}</p>` : null}
<input class="short" type="date" id="${id}" name="${key}" value="${typeof given === 'string' ? given : ''}"${attributes({
    'aria-describedby': fault ? `${id}-hint ${id}-fault` : `${id}-hint`,
    'aria-invalid': fault !== undefined && 'true',
  })}></div>
`;
}

/** In an address and a stylesheet a point means something else. */
export function idOf(name: string): string {
  return `f-${name.replaceAll('.', '-')}`.replace(/^f-source$/, 'source');
}
