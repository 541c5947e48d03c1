import { LANGUAGES } from '@bulkhead/contracts';
import {
  attributes,
  type FormFaults,
  fillIn,
  formatDay,
  formatMoment,
  formatNumber,
  type Html,
  html,
  LANGUAGE_NAMES,
  wordsIn,
} from '@bulkhead/web';
import { breakGlassWords } from '#break-glass/break-glass.words.ts';
import type { GrantEvent } from '#grant/grant.rules.ts';
import { historySection, type RolesShown, rolesSection, roleTitle, termFields } from '#grant/grant.views.ts';
import { privacyWords } from '#privacy/privacy.words.ts';
import { type OfferedRole, type Role, writeRole } from '#role/role.rules.ts';
import type { LiveSession } from '#session/session.rules.ts';
import { type Choice, choiceView, faultList, fieldView } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { badNews, buttonForm, form, goodNews, layOut, paging } from '#site/site.views.ts';
import { identityWords } from '#words/words.ts';
import {
  type Account,
  type AccountFilter,
  type AccountLine,
  type AccountStatus,
  KEPT_AFTER_DELETION_DAYS,
  STATUS_FILTERS,
} from './account.rules.ts';

export type AccountListShown = {
  readonly accounts: readonly AccountLine[];
  readonly found: number;
  readonly hasMore: boolean;
  readonly filter: AccountFilter;
  readonly offered: readonly OfferedRole[];
  /** By name; none for whoever administers one delegation. */
  readonly delegations: readonly Choice[];
};

export function accountListPage(shell: Shell, shown: AccountListShown): Html {
  const words = identityWords(shell.language);
  const { accounts, found, filter } = shown;
  const query = new URLSearchParams({ q: filter.text, delegation: filter.delegationId ?? '', status: filter.status ?? '' });
  return layOut(shell, {
    title: words.accounts,
    section: 'accounts',
    main: html`<div class="section-head"><h1>${words.accounts}</h1><a class="button" href="${keepLanguage(shell, '/accounts/new')}">${words.newAccount}</a></div>
${searchForm(shell, shown)}
<p class="quiet" role="status">${found === 0 ? words.nobodyFound : fillIn(words.found, { count: formatNumber(found, shell.language) })}</p>
${
  accounts.length === 0
    ? null
    : html`<div class="table-scroll" tabindex="0" role="region" aria-label="${words.accounts}"><table>
<thead><tr><th scope="col">${words.displayName}</th><th scope="col">${words.email}</th><th scope="col">${words.delegation}</th><th scope="col">${words.roles}</th><th scope="col">${words.status}</th></tr></thead>
<tbody>${accounts.map((account) => accountRow(shell, account, shown.offered))}</tbody>
</table></div>`
}
${shell.person?.isAdministrator ? html`<p><a href="${keepLanguage(shell, '/break-glass/pairs')}">${breakGlassWords(shell.language).pairs}</a></p>` : null}
${paging(shell, { path: `/accounts?${query.toString()}`, page: filter.page, hasMore: shown.hasMore, previous: words.previousPage, next: words.nextPage })}`,
  });
}

function searchForm(shell: Shell, { filter, delegations }: AccountListShown): Html {
  const words = identityWords(shell.language);
  const statuses = STATUS_FILTERS.map((status) => ({ value: status, text: statusText(shell, status) }));
  return html`<form method="get" action="/accounts" role="search">
${shell.asked ? html`<input type="hidden" name="lang" value="${shell.asked}">` : null}
${fieldView({ name: 'q', label: words.search, hint: words.searchPeople, type: 'search', value: filter.text, autocomplete: 'off', isOptional: true }, {})}
${
  delegations.length === 0
    ? null
    : choiceView(
        {
          name: 'delegation',
          label: words.delegation,
          value: filter.delegationId ?? '',
          choices: [{ value: '', text: words.allDelegations }, ...delegations],
        },
        {},
      )
}
${choiceView({ name: 'status', label: words.status, value: filter.status ?? '', choices: [{ value: '', text: words.anyStatus }, ...statuses] }, {})}
<div class="actions"><button class="second">${words.search}</button></div>
</form>`;
}

function accountRow(shell: Shell, account: AccountLine, offered: readonly OfferedRole[]): Html {
  const names = account.delegationNames;
  return html`<tr><th scope="row"><a href="${keepLanguage(shell, `/accounts/${account.id}`)}"><bdi>${account.displayName}</bdi></a></th><td><bdi>${account.email}</bdi></td><td>${names[shell.language] ?? names['en'] ?? ''}</td><td>${roleTitles(shell, account.roles, offered)}</td><td>${statusBadge(shell, account.status)}</td></tr>`;
}

export type NewAccountShown = {
  readonly email: string;
  readonly displayName: string;
  readonly language: string;
  readonly delegation: string;
  readonly roles: readonly string[];
  readonly endsOn: string;
  readonly reason: string;
  readonly faults: FormFaults;
};

export function newAccountPage(
  shell: Shell,
  shown: NewAccountShown,
  given: { readonly choices: readonly OfferedRole[]; readonly delegations: readonly Choice[] },
): Html {
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
${languageView(shell, shown.language)}
${
  given.delegations.length === 0
    ? null
    : choiceView({ name: 'delegation', label: words.delegation, value: shown.delegation, choices: given.delegations }, faults)
}
${given.choices.length === 0 ? null : roleChoice(shell, shown, given.choices)}
<div class="actions"><button>${words.createAccount}</button><a class="button second" href="${keepLanguage(shell, '/accounts')}">${wordsIn(shell.language).cancel}</a></div>`,
)}`,
  });
}

function languageView(shell: Shell, chosen: string): Html {
  return html`<div class="field"><label for="language">${identityWords(shell.language).language}</label><select id="language" name="language">${LANGUAGES.map(
    (language) =>
      html`<option value="${language}" lang="${language}"${attributes({ selected: language === chosen })}>${LANGUAGE_NAMES[language]}</option>`,
  )}</select></div>`;
}

function roleChoice(shell: Shell, shown: NewAccountShown, choices: readonly OfferedRole[]): Html {
  const words = identityWords(shell.language);
  const fault = shown.faults['roles'];
  return html`<fieldset id="roles"><legend>${words.roles}</legend>
${fault ? html`<p class="field-fault">${fault}</p>` : null}
${choices.map((role) => {
  const name = writeRole(role);
  return html`<div class="field"><label class="check"><input type="checkbox" name="roles" value="${name}"${attributes({
    checked: shown.roles.includes(name),
  })}> <span>${roleTitle(shell, role, choices)}</span></label></div>`;
})}
${termFields(shell, shown, shown.faults, true)}
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
<p><a href="${keepLanguage(shell, `/accounts/${shown.account.id}`)}"><bdi>${shown.account.displayName}</bdi></a></p>`,
  });
}

export type AccountShown = {
  readonly account: Account;
  readonly delegationName: string;
  readonly delegationIsActive: boolean;
  readonly delegations: readonly Choice[];
  readonly sessions: readonly LiveSession[];
  readonly roles: RolesShown;
  readonly history: readonly GrantEvent[];
  readonly change: {
    readonly displayName: string;
    readonly language: string;
    readonly delegation: string;
    readonly faults: FormFaults;
  };
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
    main: html`<h1><bdi>${account.displayName}</bdi></h1>
${goodNews(shown.news)}
${badNews(shown.refusal)}
${recordView(shell, shown)}
${account.status === 'deleted' ? null : changeForm(shell, shown)}
${rolesSection(shell, shown.roles)}
${historySection(shell, shown.history, shown.roles.offered)}
<h2>${words.sessionsOfAccount}</h2>
${sessions.length === 0 ? html`<p>${words.none}</p>` : sessionList(shell, sessions)}
${sessions.length === 0 ? null : buttonForm(shell, `${at}/end-sessions`, { text: words.endSessions, kind: 'danger' })}
${account.status === 'deleted' && account.eraseAt === null ? null : dangerSection(shell, account)}`,
  });
}

function recordView(shell: Shell, { account, delegationName, delegationIsActive }: AccountShown): Html {
  const words = identityWords(shell.language);
  return html`<dl class="record">
<dt>${words.email}</dt><dd><bdi>${account.email}</bdi></dd>
<dt>${words.delegation}</dt><dd>${delegationName} ${
    delegationIsActive ? null : html`<span class="badge bad">${words.delegationEnded}</span>`
  }</dd>
<dt>${words.status}</dt><dd>${statusBadge(shell, account.status)}${
    account.eraseAt ? html` ${fillIn(words.eraseOn, { day: formatDay(account.eraseAt, shell.language) })}` : null
  }</dd>
<dt>${words.language}</dt><dd lang="${account.language}">${LANGUAGE_NAMES[account.language]}</dd>
<dt>${words.created}</dt><dd>${formatMoment(account.createdAt, shell.language)}</dd>
</dl>`;
}

function changeForm(shell: Shell, { account, change, delegations }: AccountShown): Html {
  const words = identityWords(shell.language);
  const isOpen = Object.keys(change.faults).length > 0;
  return html`${faultList(shell, change.faults)}
<details class="fields"${attributes({ open: isOpen })}><summary>${words.change}</summary><div class="fields-body">
${form(
  shell,
  `/accounts/${account.id}/change`,
  html`${fieldView({ name: 'displayName', label: words.displayName, value: change.displayName, autocomplete: 'off' }, change.faults)}
${languageView(shell, change.language)}
${
  delegations.length === 0
    ? null
    : choiceView({ name: 'delegation', label: words.delegation, value: change.delegation, choices: delegations }, change.faults)
}
<div class="actions"><button class="second">${words.save}</button></div>`,
)}
</div></details>`;
}

function dangerSection(shell: Shell, account: Account): Html {
  const words = identityWords(shell.language);
  const at = `/accounts/${account.id}`;
  return html`<h2>${words.danger}</h2>
<p>${words.reinviteHint}</p>
<div class="actions">
${buttonForm(shell, `${at}/reinvite`, { text: words.reinvite, kind: 'second' })}
${account.status === 'active' || account.status === 'invited' ? buttonForm(shell, `${at}/disable`, { text: words.disable, kind: 'danger' }) : null}
</div>
${account.status === 'deleted' ? null : deleteForm(shell, account)}`;
}

function deleteForm(shell: Shell, account: Account): Html {
  const words = privacyWords(shell.language);
  return html`<details class="fields"><summary>${words.deletePerson}</summary><div class="fields-body">
<p>${fillIn(words.deletePersonLead, { days: KEPT_AFTER_DELETION_DAYS })}</p>
${form(
  shell,
  `/accounts/${account.id}/delete`,
  html`${fieldView({ name: 'reason', id: 'delete-reason', label: words.reason, autocomplete: 'off' }, {})}
<div class="actions"><button class="danger">${words.deleteButton}</button></div>`,
)}
</div></details>`;
}

function sessionList(shell: Shell, sessions: readonly LiveSession[]): Html {
  const words = identityWords(shell.language);
  return html`<ul class="updates">${sessions.map(
    (session) =>
      html`<li><bdi>${session.device || words.unknownDevice}</bdi> · <bdi>${session.address}</bdi> · ${words.lastUsed}: ${formatMoment(session.lastSeenAt, shell.language)}</li>`,
  )}</ul>`;
}

function roleTitles(shell: Shell, roles: readonly Role[], offered: readonly OfferedRole[]): Html {
  if (roles.length === 0) return html`${identityWords(shell.language).none}`;
  return html`${roles.map((role, at) => html`${at > 0 && html`<br>`}${roleTitle(shell, role, offered)}`)}`;
}

function statusText(shell: Shell, status: AccountStatus): string {
  const words = identityWords(shell.language);
  const told: Readonly<Record<AccountStatus, string>> = {
    invited: words.statusInvited,
    active: words.statusActive,
    disabled: words.statusDisabled,
    deleted: words.statusDeleted,
    'break-glass': words.statusActive,
  };
  return told[status];
}

function statusBadge(shell: Shell, status: AccountStatus): Html {
  const kind = status === 'active' ? 'good' : status === 'invited' ? 'wait' : 'bad';
  return html`<span${attributes({ class: `badge ${kind}` })}>${statusText(shell, status)}</span>`;
}
