import { attributes, fillIn, formatMoment, formatNumber, type Html, html } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import { type Query, writeQuery } from '#list/query.rules.ts';
import { labelOf, type Registered } from '#record/record.rules.ts';
import { stateBadge } from '#record/record.views.ts';
import { linkTo, recordPath, type Visit } from '#site/site.rules.ts';
import { layOut, momentView } from '#site/site.views.ts';
import { type Counted, keepQuery, LONGEST_NAME, MOST_NEW, type Opened, type SavedSearch, SHOWN_NEW } from './search.rules.ts';
import { searchWords } from './search.words.ts';

/** On a list that somebody narrowed: where it is saved. */
export function saveLink(visit: Visit, module: Module, query: Query): Html | null {
  const kept = visit.viewer.accountId === null || visit.site.isReadOnly ? null : keepQuery(module, query);
  if (kept === null) return null;
  const params = new URLSearchParams({ module: module.name, query: kept });
  return html`<p><a href="${linkTo(visit, `/searches/new?${params.toString()}`)}">${searchWords(visit.language).save}</a></p>
`;
}

export type ShownNew = {
  readonly module: Module;
  readonly query: string;
  readonly name: string;
  readonly fault: 'nameFault' | 'tooMany' | null;
};

export function newSearchPage(visit: Visit, { module, query, name, fault }: ShownNew): Html {
  const words = searchWords(visit.language);
  const list = `/${module.name}?${query}`;
  return layOut(visit, {
    title: words.save,
    section: 'for-you',
    main: html`<h1>${words.save}</h1>
<p class="lead">${words.saveLead}</p>
<p>${fillIn(words.inModule, { module: module.say(module.title, visit.language) })} · <a href="${linkTo(visit, list)}">${words.openList}</a></p>
<form class="record-form" method="post" action="${linkTo(visit, '/searches')}">
<input type="hidden" name="module" value="${module.name}"><input type="hidden" name="query" value="${query}">
<div class="field"><label for="name">${words.name}</label><p class="hint" id="name-hint">${words.nameHint}</p>
${fault === null ? null : html`<p class="field-fault" id="name-fault" role="alert">${words[fault]}</p>`}
<input id="name" name="name" dir="auto" maxlength="${LONGEST_NAME}" autocomplete="off" required value="${name}"${attributes({
      'aria-describedby': fault === null ? 'name-hint' : 'name-hint name-fault',
      'aria-invalid': fault !== null && 'true',
    })}></div>
<div class="actions"><button>${words.save}</button></div></form>`,
  });
}

export function searchesPage(visit: Visit, counted: readonly Counted[]): Html {
  const words = searchWords(visit.language);
  return layOut(visit, {
    title: words.searches,
    section: 'for-you',
    main: html`<h1>${words.searches}</h1>
<p class="lead">${words.searchesLead}</p>
${counted.length === 0 ? html`<p>${words.none}</p>` : searchList(visit, counted)}`,
  });
}

/** On the page of what concerns somebody: what is new in their searches. */
export function searchesSummary(visit: Visit, counted: readonly Counted[]): Html {
  const words = searchWords(visit.language);
  return html`<section class="facts"><h2><a href="${linkTo(visit, '/searches')}">${words.searches}</a></h2>
${counted.length === 0 ? html`<p class="quiet">${words.none}</p>` : searchList(visit, counted)}</section>
`;
}

function searchList(visit: Visit, counted: readonly Counted[]): Html {
  const { language } = visit;
  return html`<ul class="list">${counted.map(
    (
      one,
    ) => html`<li><p><a href="${linkTo(visit, `/searches/${one.search.id}`)}"><bdi>${one.search.name}</bdi></a> <span class="badge${one.newCount > 0 ? ' wait' : ''}">${newSentence(visit, one)}</span><br>
<span class="quiet">${one.module.say(one.module.title, language)}</span></p></li>
`,
  )}</ul>`;
}

function newSentence({ language }: Visit, { newCount }: Counted): string {
  const words = searchWords(language);
  if (newCount === 0) return words.newNone;
  if (newCount === 1) return words.newOne;
  return newCount >= MOST_NEW
    ? fillIn(words.newMore, { count: formatNumber(MOST_NEW - 1, language) })
    : fillIn(words.newMany, { count: formatNumber(newCount, language) });
}

export type ShownSearch = {
  readonly opened: Opened;
  /** The private address, where it was made just now. */
  readonly address: string | null;
  /** Up to when what is shown was looked for. */
  readonly at: Date;
};

export function searchPage(visit: Visit, shown: ShownSearch): Html {
  const { search, module, query } = shown.opened;
  const words = searchWords(visit.language);
  const remove = linkTo(visit, `/searches/${search.id}/delete`);
  return layOut(visit, {
    title: search.name,
    section: 'for-you',
    main: html`<p class="kicker"><a href="${linkTo(visit, '/searches')}">${words.searches}</a></p>
<h1><bdi>${search.name}</bdi></h1>
<p class="lead">${fillIn(words.inModule, { module: module.say(module.title, visit.language) })}</p>
${query === null ? html`<p class="panel notice">${words.cannotAsk}</p>` : latestView(visit, shown, query)}
${addressView(visit, shown)}
${visit.site.isReadOnly ? null : html`<form method="post" action="${remove}"><button class="second">${words.remove}</button></form>`}`,
  });
}

function latestView(visit: Visit, { opened, at }: ShownSearch, query: Query): Html {
  const { language } = visit;
  const words = searchWords(language);
  const { search, module, latest, newCount } = opened;
  const since = { at: formatMoment(search.lookedAt, language) };
  const list = writeQuery(module, query, null);
  return html`${
    latest.length === 0
      ? html`<p>${fillIn(words.sinceNone, since)}</p>`
      : html`<h2>${fillIn(words.since, since)}</h2>
<ul class="list">${latest.map((record) => latestItem(visit, module, record))}</ul>
${newCount > SHOWN_NEW ? html`<p class="quiet">${fillIn(words.firstOnly, { count: formatNumber(SHOWN_NEW, language) })}</p>` : null}`
  }
<div class="actions">${
    latest.length === 0 || visit.site.isReadOnly
      ? null
      : html`<form method="post" action="${linkTo(visit, `/searches/${search.id}/seen`)}"><input type="hidden" name="at" value="${at.toISOString()}"><button>${words.seen}</button></form> `
  }<a class="button second" href="${linkTo(visit, list)}">${words.openList}</a></div>`;
}

function latestItem(visit: Visit, module: Module, record: Registered): Html {
  return html`<li><p><a href="${linkTo(visit, recordPath(module, record.reference))}"><bdi>${labelOf(module, record, visit.language)}</bdi></a> ${stateBadge(module, record.state, visit)}<br>
<span class="quiet"><code dir="ltr">${record.reference}</code> · ${momentView(record.changedAt, visit)}</span></p></li>
`;
}

function addressView(visit: Visit, { opened, address }: ShownSearch): Html {
  const words = searchWords(visit.language);
  const { search, isForEverybody } = opened;
  return html`<section class="facts"><h2>${words.address}</h2>
${isForEverybody ? html`<p>${words.addressHint}</p>` : html`<p>${words.addressNot}</p>`}
${address === null ? null : html`<div class="panel notice" role="status"><p><strong>${words.addressOnce}</strong></p><p><code dir="ltr" class="long">${address}</code></p></div>`}
${search.hasAddress && address === null ? html`<p>${words.addressStands}</p>` : null}
${visit.site.isReadOnly ? null : addressForms(visit, search, isForEverybody)}</section>
<section class="facts"><h2>${words.ownFeed}</h2>
<p>${words.ownFeedHint}</p>
<p><code dir="ltr" class="long">${visit.site.origin}/searches/${search.id}/own.atom</code></p></section>`;
}

function addressForms(visit: Visit, { id, hasAddress }: SavedSearch, isForEverybody: boolean): Html {
  const words = searchWords(visit.language);
  const button = (path: string, text: string) =>
    html`<form method="post" action="${linkTo(visit, `/searches/${id}/${path}`)}"><button class="second">${text}</button></form> `;
  return html`<div class="actions">${isForEverybody ? button('address', hasAddress ? words.addressRenew : words.addressMake) : null}${hasAddress ? button('address/end', words.addressEnd) : null}</div>`;
}
