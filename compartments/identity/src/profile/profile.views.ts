import { type FormFaults, fillIn, formatDay, formatMoment, type Html, html } from '@bulkhead/web';
import { apiTokenWords } from '#api-token/api-token.words.ts';
import { halvesSection } from '#break-glass/break-glass.views.ts';
import { delegationWords } from '#delegation/delegation.words.ts';
import type { AccountEvent } from '#event/event.rules.ts';
import type { Grant } from '#grant/grant.rules.ts';
import { roleTitle } from '#grant/grant.views.ts';
import { grantWords } from '#grant/grant.words.ts';
import { privacyWords } from '#privacy/privacy.words.ts';
import { providerWords } from '#provider/provider.words.ts';
import type { OfferedRole } from '#role/role.rules.ts';
import { newsBanner } from '#security/security.views.ts';
import { endOf, type LiveSession } from '#session/session.rules.ts';
import { faultList, fieldView } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { badNews, buttonForm, form, goodNews, layOut } from '#site/site.views.ts';
import { identityWords } from '#words/words.ts';

export type ProfileShown = {
  readonly name: string;
  readonly email: string;
  readonly delegation: string;
  readonly grants: readonly Grant[];
  readonly offered: readonly OfferedRole[];
  /** Break-glass pairs of which half waits to be shown. */
  readonly halves: readonly string[];
  readonly sessions: readonly LiveSession[];
  readonly sessionId: string;
  readonly news: string | null;
  /** What happened elsewhere since the person last looked. */
  readonly unseen: readonly AccountEvent[];
};

export function profilePage(shell: Shell, shown: ProfileShown): Html {
  const words = identityWords(shell.language);
  return layOut(shell, {
    title: words.yourAccount,
    section: 'profile',
    main: html`<h1>${words.yourAccount}</h1>
${goodNews(shown.news)}
${newsBanner(shell, shown.unseen)}
<dl class="record">
<dt>${words.displayName}</dt><dd>${shown.name}</dd>
<dt>${words.email}</dt><dd><bdi>${shown.email}</bdi></dd>
<dt>${delegationWords(shell.language).delegation}</dt><dd>${shown.delegation}</dd>
<dt>${words.roles}</dt><dd>${grantList(shell, shown)}</dd>
</dl>
${halvesSection(shell, shown.halves)}
<div class="actions">
<a class="button second" href="${keepLanguage(shell, '/password')}">${words.changePassword}</a>
<a class="button second" href="${keepLanguage(shell, '/privacy')}">${privacyWords(shell.language).privacy}</a>
<a class="button second" href="${keepLanguage(shell, '/connections')}">${providerWords(shell.language).connections}</a>
<a class="button second" href="${keepLanguage(shell, '/api-tokens')}">${apiTokenWords(shell.language).tokens}</a>
${buttonForm(shell, '/sign-out', { text: words.signOut, kind: 'second' })}
</div>
<h2>${words.sessions}</h2>
<p>${words.sessionsLead} ${limitsOf(shell, shown)}</p>
${sessionTable(shell, shown)}
${shown.sessions.length > 1 ? buttonForm(shell, '/sessions/end-others', { text: words.endOthers, kind: 'danger' }) : null}`,
  });
}

function grantList(shell: Shell, { grants, offered }: ProfileShown): Html {
  if (grants.length === 0) return html`${identityWords(shell.language).none}`;
  const words = grantWords(shell.language);
  return html`${grants.map(
    (grant, at) =>
      html`${at > 0 && html`<br>`}${roleTitle(shell, grant, offered)}, ${fillIn(words.endsOn, { day: formatDay(grant.endsAt, shell.language) })} ${
        grant.state === 'asked' ? html`<span class="badge wait">${words.waiting}</span>` : null
      }`,
  )}`;
}

/** How long this session lasts, as its own row says. */
function limitsOf(shell: Shell, { sessions, sessionId }: ProfileShown): string {
  const own = sessions.find(({ id }) => id === sessionId);
  if (!own) return '';
  const idle = Math.round(own.idleMs / 60_000);
  const hours = Math.round((own.endsAt.getTime() - own.startedAt.getTime()) / 3_600_000);
  return fillIn(identityWords(shell.language).sessionLimits, { idle, hours });
}

function sessionTable(shell: Shell, { sessions, sessionId }: ProfileShown): Html {
  const words = identityWords(shell.language);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${words.sessions}"><table>
<thead><tr><th scope="col">${words.device}</th><th scope="col">${words.address}</th><th scope="col">${words.since}</th><th scope="col">${words.lastUsed}</th><th scope="col">${words.endsUnused}</th><th scope="col">${words.endsAtLatest}</th><th scope="col">${words.end}</th></tr></thead>
<tbody>${sessions.map((session) => sessionRow(shell, session, session.id === sessionId))}</tbody>
</table></div>`;
}

function sessionRow(shell: Shell, session: LiveSession, isThis: boolean): Html {
  const words = identityWords(shell.language);
  const moment = (at: Date) => html`<time datetime="${at.toISOString()}">${formatMoment(at, shell.language)}</time>`;
  const device = session.device || words.unknownDevice;
  const label = fillIn(words.endSession, { device, since: formatMoment(session.startedAt, shell.language) });
  return html`<tr><td><bdi>${device}</bdi> ${isThis ? html`<span class="badge calm">${words.thisSession}</span>` : null}</td><td><bdi>${session.address}</bdi></td><td>${moment(session.startedAt)}</td><td>${moment(session.lastSeenAt)}</td><td>${moment(endOf(session))}</td><td>${moment(session.endsAt)}</td><td>${
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
