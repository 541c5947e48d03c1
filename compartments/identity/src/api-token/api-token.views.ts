import { attributes, type FormFaults, type Html, html, inLanguage } from '@bulkhead/web';
import { bearerTable, nameView, secretPanel, untilView } from '#bearer/bearer.views.ts';
import { bearerWords } from '#bearer/bearer.words.ts';
import { type OfferedRole, writeRole } from '#role/role.rules.ts';
import { choiceView, faultList } from '#site/field.views.ts';
import type { Shell } from '#site/shell.rules.ts';
import { form, goodNews, layOut } from '#site/site.views.ts';
import type { ApiTokenRow } from './api-token.rules.ts';
import { apiTokenWords } from './api-token.words.ts';

export type TokensShown = {
  readonly tokens: readonly ApiTokenRow[];
  readonly held: readonly OfferedRole[];
  /** Every role that there is, by which the scopes of tokens are named. */
  readonly offered: readonly OfferedRole[];
  readonly typed: { readonly name: string; readonly scopes: readonly string[]; readonly access: string; readonly until: string };
  readonly faults: FormFaults;
  readonly secret: string | null;
  readonly isEnded: boolean;
  readonly now: Date;
};

export function apiTokensPage(shell: Shell, shown: TokensShown): Html {
  const words = apiTokenWords(shell.language);
  const shared = bearerWords(shell.language);
  return layOut(shell, {
    title: words.tokens,
    section: 'profile',
    main: html`<h1>${words.tokens}</h1>
${goodNews(shown.isEnded ? shared.endedNow : null)}
${shown.secret === null ? null : secretPanel(shell, shown.secret, usageOf(shell))}
<p class="lead">${words.lead}</p>
${shown.tokens.length === 0 ? html`<p>${words.none}</p>` : tokenTable(shell, shown)}
<h2>${shared.makeOne}</h2>
${shown.held.length === 0 ? html`<p>${words.noRoles}</p>` : makeForm(shell, shown)}`,
  });
}

function usageOf(shell: Shell): Html {
  return html`<p>${apiTokenWords(shell.language).usage} <code dir="ltr">Authorization: Bearer …</code></p>`;
}

function tokenTable(shell: Shell, { tokens, offered, now }: TokensShown): Html {
  const words = apiTokenWords(shell.language);
  const columns = [
    {
      title: words.scope,
      cell: ({ scopes }: ApiTokenRow) =>
        html`${scopes.map((scope, at) => html`${at > 0 && html`<br>`}${scopeView(shell, scope, offered)}`)}`,
    },
    { title: words.access, cell: ({ isReadOnly }: ApiTokenRow) => html`${isReadOnly ? words.read : words.write}` },
  ];
  const endPath = ({ id }: ApiTokenRow) => `/api-tokens/${id}/end`;
  return bearerTable(shell, { title: words.tokens, rows: tokens, columns, endPath, now });
}

function makeForm(shell: Shell, { held, typed, faults }: TokensShown): Html {
  const words = apiTokenWords(shell.language);
  return html`${faultList(shell, faults)}
${form(
  shell,
  '/api-tokens',
  html`${nameView(shell, { hint: words.nameHint, value: typed.name }, faults)}
<fieldset id="scopes"><legend>${words.scope}</legend>
<p class="hint">${words.scopeHint}</p>
${held.map((role) => roleView(shell, role, typed.scopes))}</fieldset>
${choiceView(
  {
    name: 'access',
    label: words.access,
    value: typed.access,
    choices: [
      { value: 'read', text: words.read },
      { value: 'write', text: words.write },
    ],
  },
  faults,
)}
${untilView(shell, typed.until, faults)}
<button>${bearerWords(shell.language).make}</button>`,
)}`;
}

function scopeView(shell: Shell, scope: string, offered: readonly OfferedRole[]): Html {
  const role = offered.find((one) => writeRole(one) === scope);
  return role ? html`${nameRole(shell, role)}` : html`<code dir="ltr">${scope}</code>`;
}

function nameRole(shell: Shell, role: OfferedRole): string {
  return `${inLanguage(role.compartmentTitle, shell.language).text} · ${inLanguage(role.title, shell.language).text}`;
}

function roleView(shell: Shell, role: OfferedRole, chosen: readonly string[]): Html {
  const name = writeRole(role);
  return html`<div class="field"><label class="check"><input type="checkbox" name="scopes" value="${name}"${attributes({
    checked: chosen.includes(name),
  })}> ${nameRole(shell, role)}</label></div>`;
}
