import { type FormFaults, type Html, html } from '@bulkhead/web';
import { passkeyForm } from '#passkey/passkey.views.ts';
import { passkeyScript } from '#passkey/passkey-script.ts';
import { faultList, fieldView, hiddenField } from '#site/field.views.ts';
import type { Shell } from '#site/shell.rules.ts';
import { badNews, form, layOut } from '#site/site.views.ts';
import { authenticatorKey } from '#totp/totp.views.ts';
import { accessWords } from '#words/access.ts';
import { identityWords } from '#words/words.ts';

export function secretPage(shell: Shell, faults: FormFaults, secret = ''): Html {
  const words = identityWords(shell.language);
  return layOut(shell, {
    title: words.setUp,
    section: 'none',
    main: html`<h1>${words.setUp}</h1>
${faultList(shell, faults)}
<p class="lead">${words.setUpLead}</p>
${form(
  shell,
  '/set-up',
  html`${fieldView({ name: 'secret', label: words.setUpSecret, value: secret, autocomplete: 'off' }, faults)}
<button>${words.goOn}</button>`,
)}`,
  });
}

export type EnrolmentShown = {
  readonly secret: string;
  readonly email: string;
  readonly displayName: string;
  readonly totpSecret: string;
  /** What the browser is asked for to make a passkey, as JSON. */
  readonly passkeyOptions: string;
  readonly faults: FormFaults;
  /** Why a passkey was not taken. */
  readonly refusal: string | null;
};

/** Both ways to end set-up: a passkey, or a password with an authenticator. */
export function enrolmentPage(shell: Shell, shown: EnrolmentShown): Html {
  const words = identityWords(shell.language);
  const access = accessWords(shell.language);
  const { faults } = shown;
  return layOut(shell, {
    title: words.setUp,
    section: 'none',
    head: passkeyScript,
    main: html`<h1>${words.setUp}</h1>
${badNews(shown.refusal)}
${faultList(shell, faults)}
<p class="lead">${shown.displayName} · <bdi>${shown.email}</bdi></p>
<h2>${access.passkeyOffer}</h2>
<p>${access.addPasskeyLead}</p>
${passkeyForm(shell, {
  action: '/set-up/passkey',
  does: 'make',
  options: shown.passkeyOptions,
  content: hiddenField('secret', shown.secret),
  button: access.makePasskey,
})}
<p class="panel" data-without-script>${access.needsScript}</p>
<h2>${access.passwordOffer}</h2>
<p>${words.authenticatorLead}</p>
${authenticatorKey(shell, shown)}
${form(
  shell,
  '/set-up/finish',
  html`${hiddenField('secret', shown.secret)}
${fieldView({ name: 'password', label: words.newPassword, hint: words.newPasswordHint, type: 'password', autocomplete: 'new-password' }, faults)}
${fieldView({ name: 'again', label: words.again, type: 'password', autocomplete: 'new-password' }, faults)}
${fieldView({ name: 'code', label: words.firstCode, autocomplete: 'one-time-code', inputmode: 'numeric', isShort: true }, faults)}
<button class="second">${words.finish}</button>`,
)}`,
  });
}
