import type { Language } from '@bulkhead/contracts';
import { attributes, directionOf, type FormFaults, type FormValues, type Html, html } from '@bulkhead/web';

/** What was typed, and what is wrong with it. */
export type Filled = { readonly values: FormValues; readonly faults: FormFaults };

export function valueOf({ values }: Filled, name: string): string {
  const value = values[name];
  return typeof value === 'string' ? value : '';
}

/** What was chosen of several. */
export function chosenOf({ values }: Filled, name: string): readonly string[] {
  const value = values[name];
  return typeof value === 'string' ? [value] : (value ?? []);
}

function describe(filled: Filled, name: string, hint: boolean) {
  const ids = [hint ? `${name}-hint` : '', filled.faults[name] ? `${name}-fault` : ''].filter((id) => id !== '').join(' ');
  return attributes({ 'aria-describedby': ids || null, 'aria-invalid': filled.faults[name] ? 'true' : null });
}

function faultView(filled: Filled, name: string): Html | null {
  const fault = filled.faults[name];
  return fault ? html`<p class="field-fault" id="${name}-fault">${fault}</p>\n` : null;
}

export type Field = {
  readonly name: string;
  readonly label: string;
  readonly limit: number;
  /** Absent for what is the same in all languages, such as addresses: written from left to right. */
  readonly language?: Language;
  readonly hint?: string;
  readonly isRequired?: boolean;
  readonly isTall?: boolean;
  readonly type?: 'text' | 'datetime-local' | 'email' | 'tel' | 'number';
  readonly list?: string;
  readonly isShort?: boolean;
};

function headView(filled: Filled, { name, label, hint }: Field): Html {
  return html`<label for="${name}">${label}</label>
${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>\n` : null}${faultView(filled, name)}`;
}

function textAttributes({ language }: Field) {
  return language ? attributes({ lang: language, dir: directionOf(language) }) : attributes({ dir: 'ltr', spellcheck: 'false' });
}

/** A field of one line. */
export function lineField(filled: Filled, field: Field): Html {
  const { name } = field;
  return html`<div class="field">${headView(filled, field)}<input id="${name}" name="${name}" type="${field.type ?? 'text'}" maxlength="${field.limit}" autocomplete="off" value="${valueOf(filled, name)}" ${textAttributes(field)} ${attributes({ required: field.isRequired, list: field.list ?? null, class: field.isShort && 'short' })} ${describe(filled, name, field.hint !== undefined)}></div>`;
}

/** A field of several lines. The line end after the tag is dropped by browsers, so that a text may begin with one of its own. */
export function areaField(filled: Filled, field: Field, shown?: string): Html {
  const { name } = field;
  return html`<div class="field">${headView(filled, field)}<textarea id="${name}" name="${name}" maxlength="${field.limit}" ${textAttributes(field)} ${attributes({ class: field.isTall && 'tall' })} ${describe(filled, name, field.hint !== undefined)}>
${shown ?? valueOf(filled, name)}</textarea></div>`;
}

export type Choice = { readonly value: string; readonly text: string };

/** One of several. */
export function selectField(
  filled: Filled,
  given: Pick<Field, 'name' | 'label' | 'hint'> & { readonly choices: readonly Choice[]; readonly usual?: string },
): Html {
  const { name, choices } = given;
  const chosen = valueOf(filled, name) || (given.usual ?? '');
  return html`<div class="field">${headView(filled, { ...given, limit: 0 })}<select class="short" id="${name}" name="${name}" ${describe(filled, name, given.hint !== undefined)}>${choices.map(
    ({ value, text }) => html`<option value="${value}"${attributes({ selected: value === chosen })}>${text}</option>`,
  )}</select></div>`;
}

/** Any number of several. */
export function checksField(
  filled: Filled,
  given: { readonly name: string; readonly label: string; readonly choices: readonly Choice[] },
): Html | null {
  const { name, label, choices } = given;
  if (choices.length === 0) return null;
  const chosen = chosenOf(filled, name);
  return html`<fieldset class="checks"><legend>${label}</legend>${faultView(filled, name)}${choices.map(
    ({ value, text }) =>
      html`<label class="check"><input type="checkbox" name="${name}" value="${value}"${attributes({ checked: chosen.includes(value) })}> ${text}</label>\n`,
  )}</fieldset>`;
}
