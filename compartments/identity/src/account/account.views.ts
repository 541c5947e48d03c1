import { LANGUAGES } from '@bulkhead/contracts';
import {
  attributes,
  type FormFaults,
  fillIn,
  formatMoment,
  type Html,
  html,
  inLanguage,
  LANGUAGE_NAMES,
  wordsIn,
} from '@bulkhead/web';
import type { LiveSession } from '#session/session.rules.ts';
import { faultList, fieldView } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { badNews, buttonForm, form, goodNews, layOut } from '#site/site.views.ts';
import { identityWords } from '#words/words.ts';
import { type Account, type AccountStatus, type OfferedRole, type Role, writeRole } from './account.rules.ts';

export function accountListPage(shell: Shell, accounts: readonly Account[], offered: readonly OfferedRole[]): Html {
  const words = identityWords(shell.language);
  return layOut(shell, {
    title: words.accounts,
    section: 'accounts',
    main: html`<div class="section-head"><h1>${words.accounts}</h1><a class="button" href="${keepLanguage(shell, '/accounts/new')}">${words.newAccount}</a></div>
<div class="table-scroll" tabindex="0" role="region" aria-label="${words.accounts}"><table>
<thead><tr><th scope="col">${words.displayName}</th><th scope="col">${words.email}</th><th scope="col">${words.roles}</th><th scope="col">${words.status}</th></tr></thead>
<tbody>${accounts.map(
      (account) =>
        html`<tr><th scope="row"><a href="${keepLanguage(shell, `/accounts/${account.id}`)}">${account.displayName}</a></th><td><bdi>${account.email}</bdi></td><td>${roleTitles(shell, account.roles, offered)}</td><td>${statusBadge(shell, account.status)}</td></tr>`,
    )}</tbody>
</table></div>`,
  });
}

export type NewAccountShown = {
  readonly email: string;
  readonly displayName: string;
  readonly language: string;
  readonly roles: readonly string[];
  readonly faults: FormFaults;
};

export function newAccountPage(shell: Shell, shown: NewAccountShown, offered: readonly OfferedRole[]): Html {
  const words = identityWords(shell.language);
  const { faults } = shown;
  return layOut(shell, {
    title: words.newAccount,
    section: 'accounts',
    main: html`<h1>${words.newAccount}</h1>
${faultList(shell, faults)}
${form(
  shell,
  '/accounts',
  html`${fieldView({ name: 'displayName', label: words.displayName, value: shown.displayName, autocomplete: 'off' }, faults)}
${fieldView({ name: 'email', label: words.email, type: 'email', value: shown.email, autocomplete: 'off', inputmode: 'email' }, faults)}
<div class="field"><label for="language">${words.language}</label><select id="language" name="language">${LANGUAGES.map(
    (language) =>
      html`<option value="${language}" lang="${language}"${attributes({ selected: language === shown.language })}>${LANGUAGE_NAMES[language]}</option>`,
  )}</select></div>
${roleChoice(shell, shown.roles, offered, faults)}
<div class="actions"><button>${words.createAccount}</button><a class="button second" href="${keepLanguage(shell, '/accounts')}">${wordsIn(shell.language).cancel}</a></div>`,
)}`,
  });
}

function roleChoice(shell: Shell, chosen: readonly string[], offered: readonly OfferedRole[], faults: FormFaults): Html {
  const words = identityWords(shell.language);
  const fault = faults['roles'];
  return html`<fieldset id="roles"><legend>${words.roles}</legend>
${fault ? html`<p class="field-fault">${fault}</p>` : null}
${offered.map((role) => {
  const name = writeRole(role);
  return html`<div class="field"><label class="check"><input type="checkbox" name="roles" value="${name}"${attributes({
    checked: chosen.includes(name),
  })}> <span>${titleOf(shell, role)}</span></label></div>`;
})}
</fieldset>`;
}

export function invitationPage(
  shell: Shell,
  shown: { readonly account: Pick<Account, 'id' | 'displayName'>; readonly secret: string; readonly expiresAt: Date },
): Html {
  const words = identityWords(shell.language);
  const end = formatMoment(shown.expiresAt, shell.language);
  return layOut(shell, {
    title: words.invitation,
    section: 'accounts',
    main: html`<h1>${words.invitation}</h1>
<div class="panel notice"><p>${fillIn(words.invitationLead, { name: shown.account.displayName, end })}</p>
<dl class="record"><dt>${words.setUpSecret}</dt><dd><code dir="ltr">${shown.secret}</code></dd>
<dt>${words.invitationWhere}</dt><dd><a href="/set-up">${words.setUp}</a></dd></dl></div>
<p><a href="${keepLanguage(shell, `/accounts/${shown.account.id}`)}">${shown.account.displayName}</a></p>`,
  });
}

export type AccountShown = {
  readonly account: Account;
  readonly sessions: readonly LiveSession[];
  readonly offered: readonly OfferedRole[];
  readonly news: string | null;
  readonly refusal: string | null;
};

export function accountPage(shell: Shell, shown: AccountShown): Html {
  const words = identityWords(shell.language);
  const { account, sessions } = shown;
  const at = `/accounts/${account.id}`;
  return layOut(shell, {
    title: account.displayName,
    section: 'accounts',
    main: html`<h1>${account.displayName}</h1>
${goodNews(shown.news)}
${badNews(shown.refusal)}
<dl class="record">
<dt>${words.email}</dt><dd><bdi>${account.email}</bdi></dd>
<dt>${words.status}</dt><dd>${statusBadge(shell, account.status)}</dd>
<dt>${words.language}</dt><dd lang="${account.language}">${LANGUAGE_NAMES[account.language]}</dd>
<dt>${words.created}</dt><dd>${formatMoment(account.createdAt, shell.language)}</dd>
</dl>
${form(
  shell,
  `${at}/roles`,
  html`${roleChoice(shell, account.roles.map(writeRole), shown.offered, {})}
<button class="second">${words.saveRoles}</button>`,
)}
<h2>${words.sessionsOfAccount}</h2>
${sessions.length === 0 ? html`<p>${words.none}</p>` : sessionList(shell, sessions)}
${sessions.length === 0 ? null : buttonForm(shell, `${at}/end-sessions`, { text: words.endSessions, kind: 'danger' })}
<h2>${words.danger}</h2>
<p>${words.reinviteHint}</p>
<div class="actions">
${buttonForm(shell, `${at}/reinvite`, { text: words.reinvite, kind: 'second' })}
${account.status === 'disabled' ? null : buttonForm(shell, `${at}/disable`, { text: words.disable, kind: 'danger' })}
</div>`,
  });
}

function sessionList(shell: Shell, sessions: readonly LiveSession[]): Html {
  const words = identityWords(shell.language);
  return html`<ul class="updates">${sessions.map(
    (session) =>
      html`<li><bdi>${session.device || words.unknownDevice}</bdi> · <bdi>${session.address}</bdi> · ${words.lastUsed}: ${formatMoment(session.lastSeenAt, shell.language)}</li>`,
  )}</ul>`;
}

function roleTitles(shell: Shell, roles: readonly Role[], offered: readonly OfferedRole[]): Html {
  const held = new Set(roles.map(writeRole));
  const titles = offered.filter((role) => held.has(writeRole(role)));
  if (titles.length === 0) return html`${identityWords(shell.language).none}`;
  return html`${titles.map((role, at) => html`${at > 0 && html`<br>`}${titleOf(shell, role)}`)}`;
}

function titleOf(shell: Shell, role: OfferedRole): string {
  return `${inLanguage(role.title, shell.language).text} (${inLanguage(role.compartmentTitle, shell.language).text})`;
}

function statusBadge(shell: Shell, status: AccountStatus): Html {
  const words = identityWords(shell.language);
  if (status === 'active') return html`<span class="badge good">${words.statusActive}</span>`;
  if (status === 'invited') return html`<span class="badge wait">${words.statusInvited}</span>`;
  return html`<span class="badge bad">${words.statusDisabled}</span>`;
}
