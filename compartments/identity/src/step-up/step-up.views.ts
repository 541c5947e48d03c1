import { type FormFaults, fillIn, type Html, html } from '@bulkhead/web';
import { passkeyForm } from '#passkey/passkey.views.ts';
import { passkeyScript } from '#passkey/passkey-script.ts';
import type { Errand } from '#sign-in/sign-in.rules.ts';
import { errandFields } from '#sign-in/sign-in.views.ts';
import { faultList, fieldView } from '#site/field.views.ts';
import type { Shell } from '#site/shell.rules.ts';
import { badNews, buttonForm, form, layOut } from '#site/site.views.ts';
import { accessWords } from '#words/access.ts';
import { identityWords } from '#words/words.ts';

export type StepUpShown = {
  readonly errand: Errand | null;
  readonly faults: FormFaults;
  readonly refusal?: 'refused' | 'passkey refused' | { readonly waitSeconds: number };
  /** What the browser is asked to sign, as JSON; null if the account has no passkey. */
  readonly passkeyOptions: string | null;
  readonly hasPassword: boolean;
};

/** Asks the person of a session to prove again who they are. */
export function stepUpPage(shell: Shell, shown: StepUpShown): Html {
  const words = accessWords(shell.language);
  return layOut(shell, {
    title: words.stepUp,
    section: 'profile',
    head: passkeyScript,
    main: html`<h1>${words.stepUp}</h1>
${badNews(tellRefusal(shell, shown.refusal))}
${faultList(shell, shown.faults)}
<p class="lead">${words.stepUpLead}</p>
${shown.passkeyOptions === null ? null : byPasskey(shell, shown, shown.passkeyOptions)}
${shown.hasPassword ? form(shell, '/sign-in/again', fields(shell, shown)) : null}
${shown.hasPassword || shown.passkeyOptions !== null ? null : byOtherWay(shell)}`,
  });
}

function byPasskey(shell: Shell, shown: StepUpShown, options: string): Html {
  const button = accessWords(shell.language).signInByPasskey;
  return passkeyForm(shell, {
    action: '/sign-in/again/passkey',
    does: 'sign',
    options,
    content: errandFields(shown.errand),
    button,
  });
}

function fields(shell: Shell, { errand, faults }: StepUpShown): Html {
  const words = identityWords(shell.language);
  return html`${errandFields(errand)}
${fieldView({ name: 'password', label: words.password, type: 'password', autocomplete: 'current-password' }, faults)}
${fieldView({ name: 'code', label: words.code, hint: accessWords(shell.language).codeOrRecoveryHint, autocomplete: 'one-time-code', isShort: true }, faults)}
<button>${words.goOn}</button>`;
}

// Whoever signs in by a provider of their organisation has nothing here to prove it with: they sign out and in again.
function byOtherWay(shell: Shell): Html {
  const words = identityWords(shell.language);
  return html`<p>${accessWords(shell.language).stepUpOtherWay}</p>
${buttonForm(shell, '/sign-out', { text: words.signOut, kind: 'second' })}`;
}

function tellRefusal(shell: Shell, refusal: StepUpShown['refusal']): string | undefined {
  const words = identityWords(shell.language);
  if (refusal === undefined) return undefined;
  if (refusal === 'refused') return words.wrongCurrent;
  if (refusal === 'passkey refused') return accessWords(shell.language).passkeyRefused;
  return fillIn(words.throttled, { seconds: refusal.waitSeconds });
}
