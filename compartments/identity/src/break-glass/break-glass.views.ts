import { attributes, type FormFaults, fillIn, formatDay, formatMoment, type Html, html } from '@bulkhead/web';
import { faultList, fieldView } from '#site/field.views.ts';
import { keepLanguage, type Shell } from '#site/shell.rules.ts';
import { badNews, buttonForm, form, goodNews, layOut } from '#site/site.views.ts';
import type { Pair } from './break-glass.rules.ts';
import { breakGlassWords } from './break-glass.words.ts';

export type GlassShown = {
  readonly reason: string;
  readonly faults: FormFaults;
  readonly refusal: string | null;
  /** Until when the other half must follow, once the first is accepted. */
  readonly waitingUntil: Date | null;
};

export function glassPage(shell: Shell, shown: GlassShown): Html {
  const words = breakGlassWords(shell.language);
  const { faults, waitingUntil } = shown;
  const title = waitingUntil ? words.waiting : words.open;
  return layOut(shell, {
    title,
    section: 'none',
    main: html`<h1>${title}</h1>
${badNews(shown.refusal)}
${faultList(shell, faults)}
${
  waitingUntil
    ? goodNews(fillIn(words.waitingLead, { until: formatMoment(waitingUntil, shell.language) }))
    : html`<p class="lead">${words.openLead}</p>`
}
${form(
  shell,
  '/break-glass',
  html`${fieldView({ name: 'code', label: waitingUntil ? words.waiting : words.code, hint: words.codeHint, type: 'password', autocomplete: 'off' }, faults)}
${
  waitingUntil
    ? null
    : fieldView(
        { name: 'second', label: words.second, hint: words.secondHint, type: 'password', autocomplete: 'off', isOptional: true },
        faults,
      )
}
${fieldView({ name: 'reason', label: words.reason, hint: words.reasonHint, value: shown.reason, autocomplete: 'off' }, faults)}
<button>${words.send}</button>`,
)}`,
  });
}

export type PairsShown = {
  readonly pairs: readonly Pair[];
  readonly first: string;
  readonly second: string;
  readonly faults: FormFaults;
  readonly news: string | null;
};

export function pairsPage(shell: Shell, shown: PairsShown): Html {
  const words = breakGlassWords(shell.language);
  const { pairs, faults } = shown;
  const email = { type: 'email', inputmode: 'email', autocomplete: 'off' } as const;
  return layOut(shell, {
    title: words.pairs,
    section: 'accounts',
    main: html`<h1>${words.pairs}</h1>
${goodNews(shown.news)}
<p class="lead">${words.pairsLead}</p>
${pairs.length === 0 ? html`<p class="panel notice">${words.noPairs}</p>` : pairTable(shell, pairs)}
<h2>${words.make}</h2>
${faultList(shell, faults)}
${form(
  shell,
  '/break-glass/pairs',
  html`${fieldView({ name: 'first', label: words.firstHolder, value: shown.first, ...email }, faults)}
${fieldView({ name: 'second', label: words.secondHolder, value: shown.second, ...email }, faults)}
<div class="actions"><button class="second">${words.makeButton}</button></div>`,
)}`,
  });
}

function pairTable(shell: Shell, pairs: readonly Pair[]): Html {
  const words = breakGlassWords(shell.language);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${words.pairs}"><table>
<thead><tr><th scope="col">${words.holders}</th><th scope="col">${words.made}</th><th scope="col">${words.state}</th><th scope="col">${words.withdraw}</th></tr></thead>
<tbody>${pairs.map((pair) => {
    const holders = pair.holders.map(({ holderName }) => holderName).join(' · ');
    const label = fillIn(words.withdrawOf, { holders });
    return html`<tr><th scope="row"><bdi>${holders}</bdi></th><td>${formatDay(pair.createdAt, shell.language)}</td><td>${stateOf(shell, pair)}</td><td>${
      pair.endedAt
        ? null
        : buttonForm(shell, `/break-glass/pairs/${pair.id}/withdraw`, { text: words.withdraw, kind: 'danger', label })
    }</td></tr>`;
  })}</tbody>
</table></div>`;
}

function stateOf(shell: Shell, pair: Pair): Html {
  const words = breakGlassWords(shell.language);
  if (pair.endedAt) {
    const when = formatMoment(pair.endedAt, shell.language);
    const text = pair.endedWhy === 'used' ? words.used : words.withdrawn;
    return html`<span${attributes({ class: pair.endedWhy === 'used' ? 'badge bad' : 'badge' })}>${text}</span> ${when} <bdi>${pair.reason}</bdi>`;
  }
  if (pair.holders.some((holder) => !holder.isActive)) return html`<span class="badge bad">${words.holderLeft}</span>`;
  const unseen = pair.holders.filter((holder) => holder.shownAt === null).map((holder) => holder.holderName);
  if (unseen.length === 0) return html`<span class="badge good">${words.ready}</span>`;
  return html`<span class="badge wait">${words.notShown}</span> <bdi>${unseen.join(' · ')}</bdi>`;
}

/** On the page of one's own account: a half that waits to be shown. */
export function halvesSection(shell: Shell, pairIds: readonly string[]): Html | null {
  if (pairIds.length === 0) return null;
  const words = breakGlassWords(shell.language);
  return html`<div class="panel notice"><h2>${words.half}</h2><p>${words.halfLead}</p>
${pairIds.map((id) => buttonForm(shell, `/break-glass/halves/${id}`, { text: words.show, kind: 'second' }))}</div>`;
}

export function halfPage(shell: Shell, code: string): Html {
  const words = breakGlassWords(shell.language);
  return layOut(shell, {
    title: words.yourHalf,
    section: 'profile',
    main: html`<h1>${words.yourHalf}</h1>
<div class="panel notice"><p>${words.yourHalfLead}</p><p class="lead"><code dir="ltr">${code}</code></p></div>
<p><a href="${keepLanguage(shell, '/')}">${words.back}</a></p>`,
  });
}

/** Beneath the form of sign-in. */
export function glassLink(shell: Shell): Html {
  const words = breakGlassWords(shell.language);
  return html`<p class="quiet">${words.instead} <a href="${keepLanguage(shell, '/break-glass')}">${words.open}</a></p>`;
}
