import { attributes, type FormFaults, fillIn, formatDay, formatMoment, type Html, html, inLanguage } from '@bulkhead/web';
import { type OfferedRole, type Role, writeRole } from '#role/role.rules.ts';
import { choiceView, faultList, fieldView, hiddenField } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { badNews, form, goodNews, layOut, paging } from '#site/site.views.ts';
import { dayOf, type Grant, type GrantEvent, type GrantOfPerson } from './grant.rules.ts';
import { grantWords } from './grant.words.ts';

/** A role's title with its compartment's, or how it is written if no compartment declares it any more. */
export function roleTitle(shell: Shell, role: Role, offered: readonly OfferedRole[]): string {
  const found = offered.find((one) => writeRole(one) === writeRole(role));
  if (!found) return writeRole(role);
  return `${inLanguage(found.title, shell.language).text} (${inLanguage(found.compartmentTitle, shell.language).text})`;
}

export type GiveShown = {
  readonly values: { readonly role: string; readonly endsOn: string; readonly reason: string };
  readonly faults: FormFaults;
};
export type RolesShown = {
  readonly accountId: string;
  readonly grants: readonly Grant[];
  /** What can be given: held by the delegation and not given yet. */
  readonly choices: readonly OfferedRole[];
  readonly offered: readonly OfferedRole[];
  /** Whoever looks can change them. */
  readonly mayChange: boolean;
  readonly asksForApproval: boolean;
  readonly now: Date;
  readonly give: GiveShown;
};

/** The roles of an account, each with its end, and the form that gives another. */
export function rolesSection(shell: Shell, shown: RolesShown): Html {
  const words = grantWords(shell.language);
  return html`<h2 id="roles">${words.rolesHeld}</h2>
${shown.grants.length === 0 ? html`<p>${words.noRoles}</p>` : grantTable(shell, shown)}
${shown.mayChange ? giveForm(shell, shown) : null}`;
}

function grantTable(shell: Shell, shown: RolesShown): Html {
  const words = grantWords(shell.language);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${words.rolesHeld}"><table>
<thead><tr><th scope="col">${words.role}</th><th scope="col">${words.until}</th><th scope="col">${words.reason}</th>${
    shown.mayChange ? html`<th scope="col">${words.endRole}</th>` : null
  }</tr></thead>
<tbody>${shown.grants.map((grant) => grantRow(shell, shown, grant))}</tbody>
</table></div>`;
}

function grantRow(shell: Shell, shown: RolesShown, grant: Grant): Html {
  const words = grantWords(shell.language);
  const title = roleTitle(shell, grant, shown.offered);
  const field = `end-${grant.compartment}-${grant.role}`;
  return html`<tr><th scope="row">${title} ${
    grant.state === 'asked' ? html`<span class="badge wait">${words.waiting}</span>` : null
  }${grant.state === 'granted' && grant.reviewBy <= shown.now ? html`<span class="badge bad">${words.overdue}</span>` : null}</th><td>${day(shell, grant.endsAt)}</td><td><bdi>${grant.reason}</bdi></td>${
    shown.mayChange
      ? html`<td>${form(
          shell,
          `/accounts/${shown.accountId}/grants/end`,
          html`${hiddenField('role', writeRole(grant))}<label class="hidden-text" for="${field}">${words.reason}</label><input id="${field}" name="reason" maxlength="500" placeholder="${words.reason}" required>
<button class="danger"${attributes({ 'aria-label': fillIn(words.endRoleOf, { role: title }) })}>${words.endRole}</button>`,
        )}</td>`
      : null
  }</tr>`;
}

function giveForm(shell: Shell, shown: RolesShown): Html {
  const words = grantWords(shell.language);
  const { choices, give } = shown;
  if (choices.length === 0) return html`<p class="quiet">${words.nothingToGive}</p>`;
  const { values, faults } = give;
  return html`<h3>${words.giveRole}</h3>
${faultList(shell, faults)}
${shown.asksForApproval ? html`<p class="hint">${words.askForRole}</p>` : null}
${form(
  shell,
  `/accounts/${shown.accountId}/grants`,
  html`${choiceView(
    {
      name: 'role',
      label: words.role,
      value: values.role,
      choices: [
        { value: '', text: words.chooseRole },
        ...choices.map((role) => ({ value: writeRole(role), text: roleTitle(shell, role, shown.offered) })),
      ],
    },
    faults,
  )}
${termFields(shell, values, faults)}
<div class="actions"><button class="second">${words.give}</button></div>`,
)}`;
}

/** Until when and why. */
export function termFields(
  shell: Shell,
  values: { readonly endsOn: string; readonly reason: string },
  faults: FormFaults,
  isOptional = false,
): Html {
  const words = grantWords(shell.language);
  return html`${fieldView({ name: 'endsOn', label: words.until, hint: words.untilHint, type: 'date', value: values.endsOn, isShort: true, isOptional }, faults)}
${fieldView({ name: 'reason', label: words.reason, hint: words.reasonHint, value: values.reason, autocomplete: 'off', isOptional }, faults)}`;
}

/** What became of an account's roles. */
export function historySection(shell: Shell, events: readonly GrantEvent[], offered: readonly OfferedRole[]): Html {
  const words = grantWords(shell.language);
  return html`<details class="fields"><summary>${words.history}</summary><div class="fields-body">
${
  events.length === 0
    ? html`<p>${words.noHistory}</p>`
    : html`<ul class="updates">${events.map(
        (event) =>
          html`<li>${moment(shell, event.at)} · ${roleTitle(shell, event, offered)}: <strong>${words[event.what]}</strong>${
            event.endsAt && event.what !== 'lapsed'
              ? html` ${fillIn(words.endsOn, { day: formatDay(event.endsAt, shell.language) })}`
              : null
          } · <bdi>${event.byName ?? words.theEstate}</bdi>${event.reason ? html` · <bdi>${event.reason}</bdi>` : null}</li>`,
      )}</ul>`
}
</div></details>`;
}

export type ListShown = {
  readonly grants: readonly GrantOfPerson[];
  readonly offered: readonly OfferedRole[];
  readonly page: number;
  readonly hasMore: boolean;
  readonly now: Date;
  readonly news: string | null;
  readonly refusal: string | null;
  /** What was typed where it could not be taken. */
  readonly typed: { readonly key: string; readonly endsOn: string; readonly reason: string } | null;
  readonly faults: FormFaults;
};

/** What waits for the Secretariat's approval. */
export function waitingPage(shell: Shell, shown: ListShown): Html {
  const words = grantWords(shell.language);
  return layOut(shell, {
    title: words.requests,
    section: 'requests',
    main: html`<h1>${words.requests}</h1>
${goodNews(shown.news)}
${badNews(shown.refusal)}
${faultList(shell, shown.faults)}
<p class="lead">${words.requestsLead}</p>
${shown.grants.length === 0 ? html`<p>${words.noRequests}</p>` : html`<ul class="list">${shown.grants.map((grant, at) => waitingItem(shell, shown, grant, at))}</ul>`}
${paging(shell, { path: '/grants/waiting?', page: shown.page, hasMore: shown.hasMore, previous: words.previous, next: words.next })}`,
  });
}

function waitingItem(shell: Shell, shown: ListShown, grant: GrantOfPerson, at: number): Html {
  const words = grantWords(shell.language);
  return html`<li>${head(shell, shown, grant)}
<dl class="record"><dt>${words.askedBy}</dt><dd><bdi>${grant.grantedByName ?? words.theEstate}</bdi> · ${moment(shell, grant.grantedAt)}</dd>
<dt>${words.until}</dt><dd>${day(shell, grant.endsAt)}</dd><dt>${words.reason}</dt><dd><bdi>${grant.reason}</bdi></dd></dl>
${form(
  shell,
  '/grants/decide',
  html`${keyFields(grant)}${reasonField(shell, shown, grant, at)}
<div class="actions"><button name="decision" value="approve">${words.approve}</button><button class="danger" name="decision" value="refuse">${words.refuse}</button></div>`,
)}</li>`;
}

/** What must be looked at: most overdue first. */
export function reviewPage(shell: Shell, shown: ListShown & { readonly late: number }): Html {
  const words = grantWords(shell.language);
  return layOut(shell, {
    title: words.reviews,
    section: 'reviews',
    main: html`<h1>${words.reviews} ${shown.late > 0 ? html`<span class="badge bad">${fillIn(words.lateCount, { count: shown.late })}</span>` : null}</h1>
${goodNews(shown.news)}
${badNews(shown.refusal)}
${faultList(shell, shown.faults)}
<p class="lead">${words.reviewsLead}</p>
${shown.grants.length === 0 ? html`<p>${words.noReviews}</p>` : html`<ul class="list">${shown.grants.map((grant, at) => reviewItem(shell, shown, grant, at))}</ul>`}
${paging(shell, { path: '/reviews?', page: shown.page, hasMore: shown.hasMore, previous: words.previous, next: words.next })}`,
  });
}

function reviewItem(shell: Shell, shown: ListShown, grant: GrantOfPerson, at: number): Html {
  const words = grantWords(shell.language);
  const typed = shown.typed?.key === keyOf(grant) ? shown.typed : null;
  const faults = typed ? shown.faults : {};
  return html`<li>${head(shell, shown, grant)}
<dl class="record"><dt>${words.reviewBy}</dt><dd>${day(shell, grant.reviewBy)} ${
    grant.reviewBy <= shown.now ? html`<span class="badge bad">${words.overdue}</span>` : null
  }</dd><dt>${words.until}</dt><dd>${day(shell, grant.endsAt)}</dd><dt>${words.reason}</dt><dd><bdi>${grant.reason}</bdi></dd></dl>
${form(
  shell,
  '/reviews',
  html`${keyFields(grant)}${hiddenField('seen', grant.reviewBy.toISOString())}
${fieldView({ name: 'endsOn', id: typed ? 'endsOn' : `endsOn-${at}`, label: words.until, type: 'date', value: typed?.endsOn ?? dayOf(new Date(Math.max(grant.endsAt.getTime(), shown.now.getTime() + 365 * 86_400_000))), isShort: true }, faults)}
${reasonField(shell, shown, grant, at)}
<div class="actions"><button name="decision" value="confirm">${words.confirm}</button><button class="danger" name="decision" value="end">${words.endRole}</button></div>`,
)}</li>`;
}

function reasonField(shell: Shell, shown: ListShown, grant: GrantOfPerson, at: number): Html {
  const typed = shown.typed?.key === keyOf(grant) ? shown.typed : null;
  const { reason, reasonHint } = grantWords(shell.language);
  const field = { name: 'reason', id: typed ? 'reason' : `reason-${at}`, label: reason, hint: reasonHint, autocomplete: 'off' };
  return fieldView({ ...field, value: typed?.reason ?? '' }, typed ? shown.faults : {});
}

function head(shell: Shell, shown: ListShown, grant: GrantOfPerson): Html {
  const names = grant.delegationNames;
  return html`<h2>${roleTitle(shell, grant, shown.offered)}</h2>
<p><a href="${keepLanguage(shell, `/accounts/${grant.accountId}`)}"><bdi>${grant.displayName}</bdi></a> · ${names[shell.language] ?? names['en'] ?? ''}</p>`;
}

/** What names a grant in a form. */
export function keyOf(grant: Role & { readonly accountId: string }): string {
  return `${grant.accountId} ${writeRole(grant)}`;
}

function keyFields(grant: GrantOfPerson): Html {
  return html`${hiddenField('account', grant.accountId)}${hiddenField('role', writeRole(grant))}`;
}

function day(shell: Shell, at: Date): Html {
  return html`<time datetime="${dayOf(at)}">${formatDay(at, shell.language)}</time>`;
}

function moment(shell: Shell, at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${formatMoment(at, shell.language)}</time>`;
}
