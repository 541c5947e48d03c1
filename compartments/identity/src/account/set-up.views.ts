import { type FormFaults, type Html, html } from '@bulkhead/web';
import { faultList, fieldView, hiddenField } from '#site/field.views.ts';
import type { Shell } from '#site/shell.rules.ts';
import { form, layOut } from '#site/site.views.ts';
import { otpauthUri } from '#totp/totp.rules.ts';
import { identityWords } from '#words/words.ts';

export function secretPage(shell: Shell, faults: FormFaults): Html {
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
  html`${fieldView({ name: 'secret', label: words.setUpSecret, autocomplete: 'off' }, faults)}
<button>${words.goOn}</button>`,
)}`,
  });
}

export type EnrolmentShown = {
  readonly secret: string;
  readonly email: string;
  readonly displayName: string;
  readonly totpSecret: string;
  readonly faults: FormFaults;
};

/** The authenticator's key, and the form that ends set-up. */
export function enrolmentPage(shell: Shell, shown: EnrolmentShown): Html {
  const words = identityWords(shell.language);
  const uri = otpauthUri(shown.totpSecret, { organisation: shell.site.organisation, email: shown.email });
  const { faults } = shown;
  return layOut(shell, {
    title: words.setUp,
    section: 'none',
    main: html`<h1>${words.setUp}</h1>
${faultList(shell, faults)}
<p class="lead">${shown.displayName} · <bdi>${shown.email}</bdi></p>
<h2>${words.authenticator}</h2>
<p>${words.authenticatorLead}</p>
<dl class="record">
<dt>${words.key}</dt><dd><code dir="ltr">${inFours(shown.totpSecret)}</code></dd>
<dt>${words.keyAddress}</dt><dd><code dir="ltr">${uri}</code></dd>
</dl>
<h2>${words.password}</h2>
${form(
  shell,
  '/set-up/finish',
  html`${hiddenField('secret', shown.secret)}
${fieldView({ name: 'password', label: words.newPassword, hint: words.newPasswordHint, type: 'password', autocomplete: 'new-password' }, faults)}
${fieldView({ name: 'again', label: words.again, type: 'password', autocomplete: 'new-password' }, faults)}
${fieldView({ name: 'code', label: words.firstCode, autocomplete: 'one-time-code', inputmode: 'numeric', isShort: true }, faults)}
<button>${words.finish}</button>`,
)}`,
  });
}

function inFours(secret: string): string {
  return (secret.match(/.{1,4}/g) ?? []).join(' ');
}
