import { fillIn, formatDay, formatNumber, type Html, html } from '@bulkhead/web';
import { labelOf } from '#record/record.rules.ts';
import { linkTo, recordPath, type Visit } from '#site/site.rules.ts';
import { layOut } from '#site/site.views.ts';
import { nameCountry } from '#state/country.rules.ts';
import type { Told } from '#told/told.rules.ts';
import { toldView } from '#told/told.views.ts';
import { ownWords } from '#words/words.ts';
import { dutyTitle } from '#workflow/reminder.rules.ts';
import { daysBetween, type OwedLine, type OwedPlace, writeOwedPlace } from './duty.rules.ts';
import { dutyWords } from './duty.words.ts';

/** How much each State owes. */
export function debtsPage(
  visit: Visit,
  debts: readonly { readonly state: string; readonly count: number; readonly overdue: number }[],
): Html {
  const { language } = visit;
  const words = dutyWords(language);
  return layOut(visit, {
    title: words.title,
    section: 'states',
    description: words.lead,
    main: html`<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
${
  debts.length === 0
    ? html`<p class="found" role="status">${words.nothing}</p>`
    : html`<section class="table-scroll sheet" tabindex="0" aria-label="${words.title}"><table>
<thead><tr><th scope="col">${words.state}</th><th scope="col" class="number">${words.count}</th><th scope="col" class="number">${words.overdueCount}</th></tr></thead>
<tbody>${debts.map(
        ({ state, count, overdue }) =>
          html`<tr><th scope="row"><a href="${linkTo(visit, `/states/${state}/owed`)}">${nameCountry(state, language)}</a></th><td class="number">${formatNumber(count, language)}</td><td class="number">${formatNumber(overdue, language)}</td></tr>
`,
      )}</tbody></table></section>`
}`,
  });
}

export type ShownOwed = {
  readonly state: string;
  readonly today: string;
  readonly lines: readonly OwedLine[];
  readonly next: OwedPlace | null;
};

/** What one State owes, by the day. */
export function owedPage(visit: Visit, shown: ShownOwed): Html {
  const { language, viewer } = visit;
  const words = dutyWords(language);
  const { state, lines, next } = shown;
  const title = fillIn(words.titleOf, { state: nameCountry(state, language) });
  return layOut(visit, {
    title,
    section: 'states',
    main: html`<p class="kicker"><a class="kind" href="${linkTo(visit, '/states')}">${words.title}</a></p>
<h1>${title}</h1>
<p class="lead">${words.leadOf}${viewer.state === state || viewer.isSecretariat ? html` ${words.leadOwn}` : null}</p>
${lines.length === 0 ? html`<p class="found" role="status">${words.nothing}</p>` : owedTable(visit, shown)}
${next === null ? null : html`<nav class="paging" aria-label="${words.more}"><p><a class="button second" rel="next" href="${linkTo(visit, `/states/${state}/owed?after=${writeOwedPlace(next)}`)}">${words.more}</a></p></nav>`}
<p class="take-along"><a href="${linkTo(visit, `/states/${state}/owed.ics`)}">${words.calendar}</a></p>`,
  });
}

function owedTable(visit: Visit, { lines, today }: Pick<ShownOwed, 'lines' | 'today'>): Html {
  const { language } = visit;
  const words = dutyWords(language);
  return html`<section class="table-scroll sheet" tabindex="0" aria-label="${words.owed}"><table>
<thead><tr><th scope="col">${words.owed}</th><th scope="col">${words.due}</th><th scope="col">${words.about}</th><th scope="col">${words.since}</th></tr></thead>
<tbody>${lines.map(({ owed, module, record }) => {
    const source = [...(module.duties ?? []), ...(module.yearlyReports ?? [])].find(({ name }) => name === owed.duty)?.source;
    return html`<tr><th scope="row">${module.say(dutyTitle(module, owed.duty), language)}${
      source
        ? html`<span class="reference">${module.say(source.instrument, language)}${source.clause === undefined ? null : `, ${module.say(source.clause, language)}`}</span>`
        : null
    }</th>
<td>${dayView(owed.due, visit)}${overdueView(owed.due, today, visit)}</td>
<td><a href="${linkTo(visit, recordPath(module, record.reference))}"><bdi>${labelOf(module, record, language)}</bdi></a> <span class="reference"><code dir="ltr">${record.reference}</code></span></td>
<td>${dayView(owed.since, visit)}</td></tr>
`;
  })}</tbody></table></section>`;
}

function dayView(day: string, { language }: Visit): Html {
  return html`<time datetime="${day}">${formatDay(new Date(`${day}T00:00:00Z`), language)}</time>`;
}

function overdueView(due: string, today: string, { language }: Visit): Html | null {
  const words = dutyWords(language);
  const days = daysBetween(due, today);
  if (days <= 0) return null;
  const told = days === 1 ? words.overdueByOne : fillIn(words.overdueBy, { days: formatNumber(days, language) });
  return html` <span class="badge bad">${told}</span>`;
}

/** For whoever is signed in: what their State owes next, then what was told to them. */
export function forYouPage(
  visit: Visit,
  {
    told,
    older,
    own,
    beside,
  }: {
    readonly told: readonly Told[];
    readonly older: string | null;
    readonly own: ShownOwed | null;
    readonly beside: Html | null;
  },
): Html {
  const words = ownWords(visit.language);
  return layOut(visit, {
    title: words.forYou,
    section: 'for-you',
    main: html`<h1>${words.forYou}</h1>
<p class="lead">${words.forYouLead}</p>
${beside}
${own === null ? null : ownView(visit, own)}
${told.length === 0 ? html`<p>${words.forYouNone}</p>` : html`<ul class="list told">${told.map((one) => toldView(visit, one))}</ul>`}
${older === null ? null : html`<nav class="paging" aria-label="${words.nextPage}"><p><a class="button second" rel="next" href="${linkTo(visit, `/for-you?before=${older}`)}">${words.nextPage}</a></p></nav>`}`,
  });
}

function ownView(visit: Visit, own: ShownOwed): Html | null {
  if (own.lines.length === 0) return null;
  const words = dutyWords(visit.language);
  const state = nameCountry(own.state, visit.language);
  return html`<section class="owed"><h2>${fillIn(words.ofYours, { state })}</h2>
${owedTable(visit, own)}
<p><a href="${linkTo(visit, `/states/${own.state}/owed`)}">${fillIn(words.allOfYours, { state })}</a></p></section>
<h2>${words.toldTitle}</h2>`;
}
