import { type FormFaults, fillIn, type Html, html } from '@bulkhead/web';
import { KEPT_AFTER_DELETION_DAYS } from '#account/account.rules.ts';
import { faultList, fieldView } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { badNews, form, layOut } from '#site/site.views.ts';
import { privacyWords } from './privacy.words.ts';

const KEPT = ['account', 'credentials', 'sessions', 'grants', 'tokens', 'invitations', 'letters', 'archive'] as const;

export function privacyPage(shell: Shell, shown: { readonly faults: FormFaults; readonly refusal: string | null }): Html {
  const words = privacyWords(shell.language);
  const days = KEPT_AFTER_DELETION_DAYS;
  return layOut(shell, {
    title: words.privacy,
    section: 'profile',
    main: html`<h1>${words.privacy}</h1>
${badNews(shown.refusal)}
${faultList(shell, shown.faults)}
<p class="lead">${words.lead}</p>
<div class="table-scroll" tabindex="0" role="region" aria-label="${words.privacy}"><table>
<thead><tr><th scope="col">${words.what}</th><th scope="col">${words.howLong}</th></tr></thead>
<tbody>${KEPT.map((kind) => html`<tr><th scope="row">${words[kind]}</th><td>${fillIn(words[`${kind}For`], { days })}</td></tr>`)}</tbody>
</table></div>
<h2>${words.export}</h2>
<p>${words.exportLead}</p>
<p><a class="button second" href="${keepLanguage(shell, '/privacy/export')}">${words.exportButton}</a></p>
<h2>${words.delete}</h2>
<p>${fillIn(words.deleteLead, { days })}</p>
${form(
  shell,
  '/privacy/delete',
  html`${fieldView({ name: 'email', label: words.confirm, type: 'email', autocomplete: 'off', inputmode: 'email' }, shown.faults)}
<div class="actions"><button class="danger">${words.deleteButton}</button></div>`,
)}`,
  });
}
