import { type FormFaults, fillIn, formatMoment, type Html, html } from '@bulkhead/web';
import type { LiveSession } from '#session/session.rules.ts';
import { faultList, fieldView } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { badNews, buttonForm, form, goodNews, layOut } from '#site/site.views.ts';
import { identityWords } from '#words/words.ts';

export type ProfileShown = {
  readonly name: string;
  readonly email: string;
  /** Titles, in the language of the page. */
  readonly roles: readonly string[];
  readonly sessions: readonly LiveSession[];
  readonly sessionId: string;
  readonly news: string | null;
};

export function profilePage(shell: Shell, shown: ProfileShown): Html {
  const words = identityWords(shell.language);
  return layOut(shell, {
    title: words.yourAccount,
    section: 'profile',
    main: html`<h1>${words.yourAccount}</h1>
${goodNews(shown.news)}
<dl class="record">
<dt>${words.displayName}</dt><dd>${shown.name}</dd>
<dt>${words.email}</dt><dd><bdi>${shown.email}</bdi></dd>
<dt>${words.roles}</dt><dd>${shown.roles.length === 0 ? words.none : shown.roles.join(' · ')}</dd>
</dl>
<div class="actions">
<a class="button second" href="${keepLanguage(shell, '/password')}">${words.changePassword}</a>
${buttonForm(shell, '/sign-out', { text: words.signOut, kind: 'second' })}
</div>
<h2>${words.sessions}</h2>
<p>${words.sessionsLead}</p>
${sessionTable(shell, shown)}
${shown.sessions.length > 1 ? buttonForm(shell, '/sessions/end-others', { text: words.endOthers, kind: 'danger' }) : null}`,
  });
}

function sessionTable(shell: Shell, { sessions, sessionId }: ProfileShown): Html {
  const words = identityWords(shell.language);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${words.sessions}"><table>
<thead><tr><th scope="col">${words.device}</th><th scope="col">${words.address}</th><th scope="col">${words.since}</th><th scope="col">${words.lastUsed}</th><th scope="col">${words.endsAtLatest}</th><th scope="col">${words.end}</th></tr></thead>
<tbody>${sessions.map((session) => sessionRow(shell, session, session.id === sessionId))}</tbody>
</table></div>`;
}

function sessionRow(shell: Shell, session: LiveSession, isThis: boolean): Html {
  const words = identityWords(shell.language);
  const moment = (at: Date) => html`<time datetime="${at.toISOString()}">${formatMoment(at, shell.language)}</time>`;
  const device = session.device || words.unknownDevice;
  const label = fillIn(words.endSession, { device, since: formatMoment(session.startedAt, shell.language) });
  return html`<tr><td><bdi>${device}</bdi> ${isThis ? html`<span class="badge calm">${words.thisSession}</span>` : null}</td><td><bdi>${session.address}</bdi></td><td>${moment(session.startedAt)}</td><td>${moment(session.lastSeenAt)}</td><td>${moment(session.endsAt)}</td><td>${
    isThis ? null : buttonForm(shell, `/sessions/${session.id}/end`, { text: words.end, kind: 'danger', label })
  }</td></tr>`;
}

export function passwordPage(shell: Shell, shown: { readonly faults: FormFaults; readonly refusal: string | null }): Html {
  const words = identityWords(shell.language);
  const { faults } = shown;
  return layOut(shell, {
    title: words.changePassword,
    section: 'profile',
    main: html`<h1>${words.changePassword}</h1>
${badNews(shown.refusal)}
${faultList(shell, faults)}
${form(
  shell,
  '/password',
  html`${fieldView({ name: 'current', label: words.currentPassword, type: 'password', autocomplete: 'current-password' }, faults)}
${fieldView({ name: 'code', label: words.code, hint: words.codeHint, autocomplete: 'one-time-code', inputmode: 'numeric', isShort: true }, faults)}
${fieldView({ name: 'wanted', label: words.newPassword, hint: words.newPasswordHint, type: 'password', autocomplete: 'new-password' }, faults)}
${fieldView({ name: 'again', label: words.again, type: 'password', autocomplete: 'new-password' }, faults)}
<button>${words.changePassword}</button>`,
)}`,
  });
}
