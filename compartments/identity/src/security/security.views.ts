import { attributes, type FormFaults, fillIn, formatMoment, type Html, html } from '@bulkhead/web';
import type { AccountEvent } from '#event/event.rules.ts';
import { tellEvent } from '#event/event-words.rules.ts';
import type { Passkey } from '#passkey/passkey.rules.ts';
import { passkeyForm } from '#passkey/passkey.views.ts';
import { passkeyScript } from '#passkey/passkey-script.ts';
import { faultList, fieldView, hiddenField } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { badNews, buttonForm, form, goodNews, layOut } from '#site/site.views.ts';
import { authenticatorKey } from '#totp/totp.views.ts';
import { accessWords } from '#words/access.ts';
import { identityWords } from '#words/words.ts';

export type SecurityShown = {
  readonly passkeys: readonly Passkey[];
  readonly hasPassword: boolean;
  readonly codesLeft: number;
  readonly events: readonly AccountEvent[];
  readonly news: readonly AccountEvent[];
  readonly done: string | null;
};

/** What an account is signed in with, and what happened to that lately. */
export function securityPage(shell: Shell, shown: SecurityShown): Html {
  const words = accessWords(shell.language);
  return layOut(shell, {
    title: words.security,
    section: 'security',
    main: html`<h1>${words.security}</h1>
${goodNews(shown.done)}
${newsBanner(shell, shown.news)}
<h2>${words.passkeys}</h2>
<p>${words.passkeysLead}</p>
${passkeyTable(shell, shown.passkeys)}
<p><a class="button second" href="${keepLanguage(shell, '/security/passkeys/new')}">${words.addPasskey}</a></p>
<h2>${words.passwordAndAuthenticator}</h2>
<p>${shown.hasPassword ? words.hasPassword : words.hasNoPassword}</p>
<div class="actions">
${shown.hasPassword ? html`<a class="button second" href="${keepLanguage(shell, '/password')}">${identityWords(shell.language).changePassword}</a>` : null}
<a class="button second" href="${keepLanguage(shell, '/security/authenticator')}">${shown.hasPassword ? words.newAuthenticator : words.addPassword}</a>
</div>
${shown.hasPassword ? recoveryCodes(shell, shown.codesLeft) : null}
<h2>${words.lately}</h2>
${eventTable(shell, shown.events)}`,
  });
}

/** What happened elsewhere since the person last looked: on every page of their own until they say that they saw it. */
export function newsBanner(shell: Shell, news: readonly AccountEvent[]): Html | null {
  if (news.length === 0) return null;
  const words = accessWords(shell.language);
  return html`<div class="panel notice" role="status">
<p><strong>${words.newsLead}</strong></p>
<ul>${news.slice(0, 10).map((event) => html`<li>${tellEvent(event, words)} ${moment(shell, event.happenedAt)} · <bdi>${event.device || words.letterUnknown}</bdi> · <bdi>${event.address}</bdi></li>`)}</ul>
<div class="actions">${buttonForm(shell, '/security/seen', { text: words.seen, kind: 'second' })}</div>
</div>`;
}

function passkeyTable(shell: Shell, passkeys: readonly Passkey[]): Html {
  const words = accessWords(shell.language);
  if (passkeys.length === 0) return html`<p>${words.noPasskeys}</p>`;
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${words.passkeys}"><table>
<thead><tr><th scope="col">${words.passkeyName}</th><th scope="col">${words.added}</th><th scope="col">${words.lastUse}</th></tr></thead>
<tbody>${passkeys.map(
    (passkey) =>
      html`<tr><td><a href="${keepLanguage(shell, `/security/passkeys/${passkey.id}`)}"><bdi>${passkey.name}</bdi></a> ${
        passkey.copiedAt ? html`<span class="badge bad">${words.passkeyStopped}</span>` : null
      }</td><td>${moment(shell, passkey.createdAt)}</td><td>${passkey.lastUsedAt ? moment(shell, passkey.lastUsedAt) : words.never}</td></tr>`,
  )}</tbody>
</table></div>`;
}

function recoveryCodes(shell: Shell, left: number): Html {
  const words = accessWords(shell.language);
  return html`<h2>${words.recoveryCodes}</h2>
<p>${words.recoveryCodesLead} ${fillIn(words.codesLeft, { count: left })}</p>
<p><a class="button second" href="${keepLanguage(shell, '/security/recovery-codes')}">${words.makeCodes}</a></p>`;
}

function eventTable(shell: Shell, events: readonly AccountEvent[]): Html {
  const words = accessWords(shell.language);
  if (events.length === 0) return html`<p>${words.nothingHappened}</p>`;
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${words.lately}"><table>
<thead><tr><th scope="col">${words.when}</th><th scope="col">${words.what}</th><th scope="col">${words.letterDevice}</th><th scope="col">${words.letterAddress}</th></tr></thead>
<tbody>${events.map(
    (event) =>
      html`<tr><td>${moment(shell, event.happenedAt)}</td><td>${tellEvent(event, words)}</td><td><bdi>${event.device || words.letterUnknown}</bdi></td><td><bdi>${event.address}</bdi></td></tr>`,
  )}</tbody>
</table></div>`;
}

export function newPasskeyPage(shell: Shell, shown: { readonly options: string; readonly refusal: string | null }): Html {
  const words = accessWords(shell.language);
  return layOut(shell, {
    title: words.addPasskey,
    section: 'security',
    head: passkeyScript,
    main: html`<h1>${words.addPasskey}</h1>
${badNews(shown.refusal)}
<p class="lead">${words.addPasskeyLead}</p>
${passkeyForm(shell, {
  action: '/security/passkeys',
  does: 'make',
  options: shown.options,
  content: fieldView(
    { name: 'name', label: words.passkeyName, hint: words.passkeyNameHint, autocomplete: 'off', isOptional: true },
    {},
  ),
  button: words.makePasskey,
})}
<p class="panel" data-without-script>${words.needsScript}</p>
${back(shell)}`,
  });
}

export function passkeyPage(shell: Shell, shown: { readonly passkey: Passkey; readonly refusal: string | null }): Html {
  const words = accessWords(shell.language);
  const { passkey } = shown;
  const path = `/security/passkeys/${passkey.id}`;
  return layOut(shell, {
    title: passkey.name,
    section: 'security',
    main: html`<h1><bdi>${passkey.name}</bdi></h1>
${badNews(shown.refusal)}
${passkey.copiedAt ? badNews(words.passkeyStoppedLead) : null}
<dl class="record">
<dt>${words.added}</dt><dd>${moment(shell, passkey.createdAt)}</dd>
<dt>${words.lastUse}</dt><dd>${passkey.lastUsedAt ? moment(shell, passkey.lastUsedAt) : words.never}</dd>
<dt>${words.kind}</dt><dd>${passkey.isSynced ? words.synced : words.ofOneDevice}</dd>
</dl>
${form(shell, `${path}/rename`, html`${fieldView({ name: 'name', label: words.passkeyName, value: passkey.name, autocomplete: 'off' }, {})}<button class="second">${words.rename}</button>`)}
<h2>${words.removePasskey}</h2>
<p>${words.removePasskeyLead}</p>
${buttonForm(shell, `${path}/remove`, { text: words.removePasskey, kind: 'danger' })}
${back(shell)}`,
  });
}

export type AuthenticatorShown = {
  readonly ticket: string;
  readonly totpSecret: string;
  readonly email: string;
  readonly hasPassword: boolean;
  readonly faults: FormFaults;
};

export function authenticatorPage(shell: Shell, shown: AuthenticatorShown): Html {
  const words = accessWords(shell.language);
  const { firstCode, newPassword, newPasswordHint, again, finish } = identityWords(shell.language);
  const { faults, hasPassword } = shown;
  const title = hasPassword ? words.newAuthenticator : words.addPassword;
  const password = html`${fieldView({ name: 'password', label: newPassword, hint: newPasswordHint, type: 'password', autocomplete: 'new-password' }, faults)}
${fieldView({ name: 'again', label: again, type: 'password', autocomplete: 'new-password' }, faults)}`;
  return layOut(shell, {
    title,
    section: 'security',
    main: html`<h1>${title}</h1>
${faultList(shell, faults)}
${authenticatorKey(shell, shown)}
${form(
  shell,
  '/security/authenticator',
  html`${hiddenField('ticket', shown.ticket)}
${hasPassword ? null : password}
${fieldView({ name: 'code', label: firstCode, autocomplete: 'one-time-code', inputmode: 'numeric', isShort: true }, faults)}
<button>${finish}</button>`,
)}
${back(shell)}`,
  });
}

export function recoveryCodePage(shell: Shell, shown: { readonly left: number; readonly codes: readonly string[] | null }): Html {
  const words = accessWords(shell.language);
  return layOut(shell, {
    title: words.recoveryCodes,
    section: 'security',
    main: html`<h1>${words.recoveryCodes}</h1>
${
  shown.codes === null
    ? html`<p class="lead">${words.recoveryCodesLead} ${fillIn(words.codesLeft, { count: shown.left })}</p>
<p>${words.makeCodesLead}</p>
${buttonForm(shell, '/security/recovery-codes', { text: words.makeCodes })}`
    : html`<p class="panel notice">${words.codesShownOnce}</p>
<ol class="codes">${shown.codes.map((code) => html`<li><code dir="ltr">${code}</code></li>`)}</ol>`
}
${back(shell)}`,
  });
}

function back(shell: Shell): Html {
  return html`<p><a href="${keepLanguage(shell, '/security')}">${accessWords(shell.language).backToSecurity}</a></p>`;
}

function moment(shell: Shell, at: Date): Html {
  return html`<time${attributes({ datetime: at.toISOString() })}>${formatMoment(at, shell.language)}</time>`;
}
