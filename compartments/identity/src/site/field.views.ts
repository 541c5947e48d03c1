import { attributes, type FormFaults, type Html, html, wordsIn } from '@bulkhead/web';
import type { Shell } from './shell.rules.ts';

export type Field = {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password';
  readonly value?: string;
  readonly hint?: string;
  readonly autocomplete?: string;
  readonly inputmode?: 'numeric' | 'email';
  readonly isShort?: boolean;
};

/** A field with its label, hint and fault. */
export function fieldView(field: Field, faults: FormFaults): Html {
  const fault = faults[field.name];
  const described = [field.hint ? `${field.name}-hint` : '', fault ? `${field.name}-fault` : ''].filter(Boolean).join(' ');
  return html`<div class="field">
<label for="${field.name}">${field.label}</label>
${field.hint ? html`<p class="hint" id="${field.name}-hint">${field.hint}</p>` : null}
${fault ? html`<p class="field-fault" id="${field.name}-fault">${fault}</p>` : null}
<input id="${field.name}" name="${field.name}" type="${field.type ?? 'text'}" value="${field.value ?? ''}" required${attributes({
    class: field.isShort && 'short',
    dir: field.type !== undefined || field.isShort ? 'ltr' : 'auto',
    autocomplete: field.autocomplete,
    inputmode: field.inputmode,
    spellcheck: 'false',
    autocapitalize: 'off',
    'aria-describedby': described || undefined,
    'aria-invalid': fault !== undefined && 'true',
  })}>
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
