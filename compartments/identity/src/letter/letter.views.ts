import { fillIn, formatMoment, formatNumber, type Html, html } from '@bulkhead/web';
import type { Shell } from '#site/shell.rules.ts';
import { badNews, buttonForm, goodNews, layOut } from '#site/site.views.ts';
import { type AccessWords, accessWords } from '#words/access.ts';
import type { LetterState, LetterTrace } from './letter.rules.ts';

export type RelayShown =
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly answer: string }
  | { readonly kind: 'not known' }
  | { readonly kind: 'takes letters'; readonly at: Date }
  | { readonly kind: 'away'; readonly since: Date; readonly answer: string };
export type LettersShown = {
  readonly relay: RelayShown;
  readonly counts: Readonly<Record<LetterState, number>>;
  readonly latest: readonly LetterTrace[];
  readonly isWritten: boolean;
};

/** What administrators see of the mail: whether it leaves, and what became of each letter; never a text. */
export function lettersPage(shell: Shell, shown: LettersShown): Html {
  const words = accessWords(shell.language);
  const { counts } = shown;
  return layOut(shell, {
    title: words.letters,
    section: 'letters',
    main: html`<h1>${words.letters}</h1>
${goodNews(shown.isWritten ? words.testWritten : null)}
<p class="lead">${words.lettersLead}</p>
${relayLine(shell, shown.relay)}
<dl class="record">${(['waiting', 'sent', 'refused', 'given up'] as const).map(
      (state) => html`<dt>${stateWord(state, words)}</dt><dd>${formatNumber(counts[state], shell.language)}</dd>`,
    )}</dl>
<div class="actions">${buttonForm(shell, '/letters/test', { text: words.sendTest, kind: 'second' })}</div>
${shown.latest.length === 0 ? html`<p>${words.noLetters}</p>` : letterTable(shell, shown.latest)}`,
  });
}

function relayLine(shell: Shell, relay: RelayShown): Html | null {
  const words = accessWords(shell.language);
  const at = (moment: Date) => formatMoment(moment, shell.language);
  if (relay.kind === 'none') return html`<p class="panel notice">${words.relayNone}</p>`;
  if (relay.kind === 'fault') return badNews(fillIn(words.relayFault, { answer: relay.answer }));
  if (relay.kind === 'away') return badNews(fillIn(words.relayAway, { at: at(relay.since), answer: relay.answer }));
  if (relay.kind === 'not known') return html`<p class="panel">${words.relayUnknown}</p>`;
  return html`<p class="panel good">${fillIn(words.relayWorks, { at: at(relay.at) })}</p>`;
}

function letterTable(shell: Shell, letters: readonly LetterTrace[]): Html {
  const words = accessWords(shell.language);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${words.letters}"><table>
<thead><tr><th scope="col">${words.written}</th><th scope="col">${words.recipient}</th><th scope="col">${words.what}</th><th scope="col">${words.letterState}</th><th scope="col">${words.attempts}</th><th scope="col">${words.lastAnswer}</th></tr></thead>
<tbody>${letters.map(
    (letter) =>
      html`<tr><td><time datetime="${letter.createdAt.toISOString()}">${formatMoment(letter.createdAt, shell.language)}</time></td><td><bdi>${letter.recipient}</bdi></td><td>${kindWord(letter.kind, words)}</td><td><span class="badge ${toneOf(letter.state)}">${stateWord(letter.state, words)}</span></td><td>${letter.attempts}</td><td><bdi>${letter.answer}</bdi></td></tr>`,
  )}</tbody>
</table></div>`;
}

function kindWord(kind: string, words: AccessWords): string {
  if (kind === 'invitation') return words.kindInvitation;
  return kind === 'test' ? words.kindTest : words.kindNotice;
}

function toneOf(state: LetterState): string {
  if (state === 'sent') return 'good';
  return state === 'waiting' ? 'wait' : 'bad';
}

function stateWord(state: LetterState, words: AccessWords): string {
  const told: Readonly<Record<LetterState, string>> = {
    waiting: words.stateWaiting,
    sent: words.stateSent,
    refused: words.stateRefused,
    'given up': words.stateGivenUp,
  };
  return told[state];
}
