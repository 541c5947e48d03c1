import { attributes, type FormFaults, fillIn, formatDay, formatMoment, type Html, html, inLanguage } from '@bulkhead/web';
import { type OfferedRole, writeRole } from '#role/role.rules.ts';
import { choiceView, faultList, fieldView } from '#site/field.views.ts';
import type { Shell } from '#site/shell.rules.ts';
import { buttonForm, form, goodNews, layOut } from '#site/site.views.ts';
import type { ApiTokenRow } from './api-token.rules.ts';
import { apiTokenWords } from './api-token.words.ts';

export type TokensShown = {
  readonly tokens: readonly ApiTokenRow[];
  readonly held: readonly OfferedRole[];
  readonly typed: { readonly name: string; readonly scopes: readonly string[]; readonly access: string; readonly until: string };
  readonly faults: FormFaults;
  readonly secret: string | null;
  readonly isEnded: boolean;
  readonly now: Date;
};

export function apiTokensPage(shell: Shell, shown: TokensShown): Html {
  const words = apiTokenWords(shell.language);
  return layOut(shell, {
    title: words.tokens,
    section: 'profile',
    main: html`<h1>${words.tokens}</h1>
${goodNews(shown.isEnded ? words.endedNow : null)}
${shown.secret === null ? null : secretPanel(shell, shown.secret)}
<p class="lead">${words.lead}</p>
${shown.tokens.length === 0 ? html`<p>${words.none}</p>` : tokenTable(shell, shown)}
<h2>${words.makeOne}</h2>
${shown.held.length === 0 ? html`<p>${words.noRoles}</p>` : makeForm(shell, shown)}`,
  });
}

function secretPanel(shell: Shell, secret: string): Html {
  const words = apiTokenWords(shell.language);
  return html`<div class="panel good" role="status">
<p>${words.secretLead}</p>
<p><code dir="ltr">${secret}</code></p>
<p>${words.usage} <code dir="ltr">Authorization: Bearer …</code></p></div>`;
}

function tokenTable(shell: Shell, { tokens, now }: TokensShown): Html {
  const words = apiTokenWords(shell.language);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${words.tokens}"><table>
<thead><tr><th scope="col">${words.name}</th><th scope="col">${words.scope}</th><th scope="col">${words.access}</th><th scope="col">${words.until}</th><th scope="col">${words.lastUsed}</th><th scope="col">${words.state}</th><th scope="col">${words.end}</th></tr></thead>
<tbody>${tokens.map((token) => tokenRow(shell, token, now))}</tbody>
</table></div>`;
}

function tokenRow(shell: Shell, token: ApiTokenRow, now: Date): Html {
  const words = apiTokenWords(shell.language);
  const isLive = token.endedAt === null && token.expiresAt > now;
  const state = token.endedAt !== null ? words.ended : isLive ? words.live : words.over;
  const lastDay = new Date(token.expiresAt.getTime() - 1);
  return html`<tr><td><bdi>${token.name}</bdi></td><td>${token.scopes.map((scope) => html`<code dir="ltr">${scope}</code> `)}</td><td>${token.isReadOnly ? words.read : words.write}</td><td>${formatDay(lastDay, shell.language)}</td><td>${
    token.lastUsedAt === null ? words.never : formatMoment(token.lastUsedAt, shell.language)
  }</td><td><span class="${isLive ? 'badge calm' : 'badge'}">${state}</span></td><td>${
    isLive
      ? buttonForm(shell, `/api-tokens/${token.id}/end`, {
          text: words.end,
          kind: 'danger',
          label: fillIn(words.endOf, { name: token.name }),
        })
      : null
  }</td></tr>`;
}

function makeForm(shell: Shell, { held, typed, faults }: TokensShown): Html {
  const words = apiTokenWords(shell.language);
  return html`${faultList(shell, faults)}
${form(
  shell,
  '/api-tokens',
  html`${fieldView({ name: 'name', label: words.name, hint: words.nameHint, value: typed.name }, faults)}
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
${fieldView({ name: 'until', label: words.until, hint: words.untilHint, type: 'date', value: typed.until, isShort: true }, faults)}
<button>${words.make}</button>`,
)}`;
}

function roleView(shell: Shell, role: OfferedRole, chosen: readonly string[]): Html {
  const name = writeRole(role);
  return html`<div class="field"><label class="check"><input type="checkbox" name="scopes" value="${name}"${attributes({
    checked: chosen.includes(name),
  })}> ${inLanguage(role.compartmentTitle, shell.language).text} · ${inLanguage(role.title, shell.language).text}</label></div>`;
}
