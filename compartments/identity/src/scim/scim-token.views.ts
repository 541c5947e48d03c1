import { type FormFaults, type Html, html } from '@bulkhead/web';
import { bearerTable, nameView, secretPanel, untilView } from '#bearer/bearer.views.ts';
import { bearerWords } from '#bearer/bearer.words.ts';
import { faultList } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { badNews, form, goodNews, layOut } from '#site/site.views.ts';
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
  const shared = bearerWords(shell.language);
  const at = `/delegations/${shown.delegation.id}`;
  return layOut(shell, {
    title: words.title,
    section: 'delegations',
    main: html`<p><a href="${keepLanguage(shell, at)}">${shown.delegation.name}</a></p>
<h1>${words.title}</h1>
${goodNews(shown.isEnded ? shared.endedNow : null)}
${badNews(shown.isFull ? words.full : null)}
${shown.secret === null ? null : secretPanel(shell, shown.secret)}
<p class="lead">${words.lead}</p>
<dl class="record"><dt>${words.address}</dt><dd><code dir="ltr">${shown.address}</code></dd></dl>
<p>${words.groups}</p>
${shown.tokens.length === 0 ? html`<p>${words.none}</p>` : bearerTable(shell, { title: words.title, rows: shown.tokens, endPath: ({ id }) => `${at}/scim/${id}/end`, now: shown.now })}
<h2>${shared.makeOne}</h2>
${faultList(shell, shown.faults)}
${form(
  shell,
  `${at}/scim`,
  html`${nameView(shell, { hint: words.nameHint, value: shown.typed.name }, shown.faults)}
${untilView(shell, shown.typed.until, shown.faults)}
<button>${shared.make}</button>`,
)}`,
  });
}
