import { type FormFaults, fillIn, formatDay, formatMoment, type Html, html } from '@bulkhead/web';
import { faultList, fieldView } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { badNews, buttonForm, form, goodNews, layOut } from '#site/site.views.ts';
import type { ScimTokenRow } from './scim-token.rules.ts';
import { scimWords } from './scim-token.words.ts';

export type ScimTokensShown = {
  readonly delegation: { readonly id: string; readonly name: string };
  readonly address: string;
  readonly tokens: readonly ScimTokenRow[];
  readonly typed: { readonly name: string; readonly until: string };
  readonly faults: FormFaults;
  readonly secret: string | null;
  readonly isEnded: boolean;
  readonly isFull: boolean;
  readonly now: Date;
};

export function scimTokensPage(shell: Shell, shown: ScimTokensShown): Html {
  const words = scimWords(shell.language);
  const at = `/delegations/${shown.delegation.id}`;
  return layOut(shell, {
    title: words.title,
    section: 'delegations',
    main: html`<p><a href="${keepLanguage(shell, at)}">${shown.delegation.name}</a></p>
<h1>${words.title}</h1>
${goodNews(shown.isEnded ? words.endedNow : null)}
${badNews(shown.isFull ? words.full : null)}
${shown.secret === null ? null : secretPanel(shell, shown.secret)}
<p class="lead">${words.lead}</p>
<dl class="record"><dt>${words.address}</dt><dd><code dir="ltr">${shown.address}</code></dd></dl>
<p>${words.groups}</p>
${shown.tokens.length === 0 ? html`<p>${words.none}</p>` : tokenTable(shell, shown)}
<h2>${words.makeOne}</h2>
${faultList(shell, shown.faults)}
${form(
  shell,
  `${at}/scim`,
  html`${fieldView({ name: 'name', label: words.name, hint: words.nameHint, value: shown.typed.name, autocomplete: 'off' }, shown.faults)}
${fieldView({ name: 'until', label: words.until, hint: words.untilHint, type: 'date', value: shown.typed.until, isShort: true }, shown.faults)}
<button>${words.make}</button>`,
)}`,
  });
}

function secretPanel(shell: Shell, secret: string): Html {
  return html`<div class="panel good" role="status">
<p>${scimWords(shell.language).secretLead}</p>
<p><code dir="ltr">${secret}</code></p></div>`;
}

function tokenTable(shell: Shell, shown: ScimTokensShown): Html {
  const words = scimWords(shell.language);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${words.title}"><table>
<thead><tr><th scope="col">${words.name}</th><th scope="col">${words.until}</th><th scope="col">${words.lastUsed}</th><th scope="col">${words.state}</th><th scope="col">${words.end}</th></tr></thead>
<tbody>${shown.tokens.map((token) => tokenRow(shell, token, shown.now))}</tbody>
</table></div>`;
}

function tokenRow(shell: Shell, token: ScimTokenRow, now: Date): Html {
  const words = scimWords(shell.language);
  const isLive = token.endedAt === null && token.expiresAt > now;
  const state = token.endedAt !== null ? words.ended : isLive ? words.live : words.over;
  const lastDay = new Date(token.expiresAt.getTime() - 1);
  const used = token.lastUsedAt === null ? words.never : formatMoment(token.lastUsedAt, shell.language);
  const label = fillIn(words.endOf, { name: token.name });
  const end = `/delegations/${token.delegationId}/scim/${token.id}/end`;
  return html`<tr><td><bdi>${token.name}</bdi></td><td>${formatDay(lastDay, shell.language)}</td><td>${used}</td><td><span class="${isLive ? 'badge calm' : 'badge'}">${state}</span></td><td>${
    isLive ? buttonForm(shell, end, { text: words.end, kind: 'danger', label }) : null
  }</td></tr>`;
}
