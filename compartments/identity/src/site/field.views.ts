import { attributes, type FormFaults, type Html, html, wordsIn } from '@bulkhead/web';
import type { Shell } from './shell.rules.ts';

export type Field = {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password' | 'date' | 'search';
  readonly value?: string;
  readonly hint?: string;
  readonly autocomplete?: string;
  readonly inputmode?: 'numeric' | 'email';
  readonly isShort?: boolean;
  readonly isOptional?: boolean;
  /** Of the element, where one page has several forms with a field of this name. */
  readonly id?: string;
};

/** A field with its label, hint and fault. */
export function fieldView(field: Field, faults: FormFaults): Html {
  const fault = faults[field.name];
  const id = field.id ?? field.name;
  const described = [field.hint ? `${id}-hint` : '', fault ? `${id}-fault` : ''].filter(Boolean).join(' ');
  return html`<div class="field">
<label for="${id}">${field.label}</label>
${field.hint ? html`<p class="hint" id="${id}-hint">${field.hint}</p>` : null}
${fault ? html`<p class="field-fault" id="${id}-fault">${fault}</p>` : null}
<input id="${id}" name="${field.name}" type="${field.type ?? 'text'}" value="${field.value ?? ''}"${attributes({
    required: !field.isOptional,
    class: field.isShort && 'short',
    dir: (field.type !== undefined && field.type !== 'search') || field.isShort ? 'ltr' : 'auto',
    autocomplete: field.autocomplete,
    inputmode: field.inputmode,
    spellcheck: 'false',
    autocapitalize: 'off',
    'aria-describedby': described || undefined,
    'aria-invalid': fault !== undefined && 'true',
  })}>
</div>`;
}

export type Choice = { readonly value: string; readonly text: string };

/** A field of which one value is chosen. */
export function choiceView(
  field: Pick<Field, 'name' | 'label' | 'value' | 'hint' | 'id'> & { readonly choices: readonly Choice[] },
  faults: FormFaults,
): Html {
  const fault = faults[field.name];
  const id = field.id ?? field.name;
  const described = [field.hint ? `${id}-hint` : '', fault ? `${id}-fault` : ''].filter(Boolean).join(' ');
  return html`<div class="field">
<label for="${id}">${field.label}</label>
${field.hint ? html`<p class="hint" id="${id}-hint">${field.hint}</p>` : null}
${fault ? html`<p class="field-fault" id="${id}-fault">${fault}</p>` : null}
<select id="${id}" name="${field.name}"${attributes({
    'aria-describedby': described || undefined,
    'aria-invalid': fault !== undefined && 'true',
  })}>${field.choices.map(
    (choice) =>
      html`<option value="${choice.value}"${attributes({ selected: choice.value === field.value })}>${choice.text}</option>`,
  )}</select>
</div>`;
}

/** All faults of a form, first on the page, each leading to its field. */
export function faultList(shell: Shell, faults: FormFaults): Html | null {
  const entries = Object.entries(faults);
  if (entries.length === 0) return null;
  return html`<div class="faults" role="alert">
<h2>${wordsIn(shell.language).faultsFound}</h2>
<ul>${entries.map(([name, sentence]) => html`<li><a href="#${name}">${sentence}</a></li>`)}</ul>
</div>`;
}

export function hiddenField(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}
