import { attributes, type Html, html } from '@bulkhead/web';
import { hiddenField } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { accessWords } from '#words/access.ts';

/**
 * A form that is sent with what a passkey signs. Hidden until our script finds that the browser knows passkeys;
 * whatever else it offers stands in other forms.
 */
export function passkeyForm(
  shell: Shell,
  given: {
    readonly action: string;
    readonly does: 'make' | 'sign';
    /** JSON for the browser. */
    readonly options: string;
    readonly content?: Html | null;
    readonly button: string;
    readonly isSecond?: boolean;
  },
): Html {
  const words = accessWords(shell.language);
  return html`<form method="post" action="${keepLanguage(shell, given.action)}" data-passkey="${given.does}" data-options="${given.options}" novalidate hidden>
<p class="panel bad" role="alert" tabindex="-1" data-failed hidden>${given.does === 'make' ? words.passkeyNotMade : words.passkeyNotUsed}</p>
${given.content}
${hiddenField('response', '')}
<div class="actions"><button${attributes({ class: given.isSecond === true && 'second' })}>${given.button}</button></div>
</form>`;
}
