import { type FormFaults, fillIn, type Html, html } from '@bulkhead/web';
import { glassLink } from '#break-glass/break-glass.views.ts';
import { federationWords } from '#federation/federation.words.ts';
import { passkeyForm } from '#passkey/passkey.views.ts';
import { passkeyScript } from '#passkey/passkey-script.ts';
import { faultList, fieldView, hiddenField } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { badNews, form, goodNews, layOut } from '#site/site.views.ts';
import { accessWords } from '#words/access.ts';
import { identityWords } from '#words/words.ts';
import { type Errand, writeErrand } from './sign-in.rules.ts';

export type SignInShown = {
  readonly errand: Errand | null;
  readonly email: string;
  readonly faults: FormFaults;
  readonly refusal?: 'refused' | 'passkey refused' | { readonly waitSeconds: number };
  /** What the browser is asked to sign, as JSON. */
  readonly passkeyOptions: string;
  readonly news?: 'signed out' | 'set up';
  /** Whoever is signed in here already. */
  readonly present?: string;
};

export function signInPage(shell: Shell, shown: SignInShown): Html {
  const words = identityWords(shell.language);
  const { refusal, present } = shown;
  const bad = tellRefusal(shell, refusal);
  return layOut(shell, {
    title: words.signIn,
    section: 'none',
    head: passkeyScript,
    main: html`<h1>${words.signIn}</h1>
${goodNews(shown.news === 'signed out' ? words.signedOut : shown.news === 'set up' ? words.setUpDone : null)}
${badNews(bad)}
${faultList(shell, shown.faults)}
${present === undefined ? null : goOn(shell, present, shown.errand)}
${passkeyForm(shell, {
  action: '/sign-in/passkey',
  does: 'sign',
  options: shown.passkeyOptions,
  content: errandFields(shown.errand),
  button: accessWords(shell.language).signInByPasskey,
})}
${present === undefined ? html`<p class="lead">${words.signInLead}</p>` : html`<h2>${words.otherAccount}</h2>`}
${form(shell, '/sign-in', fields(shell, shown))}
<p><a href="${keepLanguage(shell, shown.errand ? `/federation?${writeErrand(shown.errand)}` : '/federation')}">${federationWords(shell.language).through}</a></p>
<p>${words.invited} <a href="${keepLanguage(shell, '/set-up')}">${words.setUp}</a></p>
${glassLink(shell)}`,
  });
}

function tellRefusal(shell: Shell, refusal: SignInShown['refusal']): string | undefined {
  if (refusal === undefined) return undefined;
  const words = identityWords(shell.language);
  if (refusal === 'refused') return words.signInRefused;
  if (refusal === 'passkey refused') return accessWords(shell.language).passkeyRefused;
  return fillIn(words.throttled, { seconds: refusal.waitSeconds });
}

function fields(shell: Shell, { errand, email, faults }: SignInShown): Html {
  const words = identityWords(shell.language);
  return html`${errandFields(errand)}
${fieldView({ name: 'email', label: words.email, type: 'email', value: email, autocomplete: 'username', inputmode: 'email' }, faults)}
${fieldView({ name: 'password', label: words.password, type: 'password', autocomplete: 'current-password' }, faults)}
${fieldView({ name: 'code', label: words.code, hint: accessWords(shell.language).codeOrRecoveryHint, autocomplete: 'one-time-code', isShort: true }, faults)}
<div class="actions"><button>${words.signIn}</button></div>`;
}

function goOn(shell: Shell, name: string, errand: Errand | null): Html {
  const words = identityWords(shell.language);
  return html`<p class="lead">${fillIn(words.signedInAs, { name })}</p>
${form(shell, '/sign-in/continue', html`${errandFields(errand)}<button>${words.goOn}</button>`)}`;
}

export function errandFields(errand: Errand | null): Html | null {
  if (!errand) return null;
  return html`${hiddenField('to', errand.to)}${hiddenField('path', errand.path)}${hiddenField('nonce', errand.nonce)}`;
}

/** In place of the form while nothing can be written. */
export function closedPage(shell: Shell): Html {
  const words = identityWords(shell.language);
  return layOut(shell, {
    title: words.nobodySignsIn,
    section: 'none',
    main: html`<h1>${words.nobodySignsIn}</h1>
<p class="lead">${words.nobodySignsInLead}</p>`,
  });
}
