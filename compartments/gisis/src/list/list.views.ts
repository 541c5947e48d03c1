import { attributes, fillIn, formatDay, formatNumber, type Html, html } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import { labelOf, type Registered, shownFields } from '#record/record.rules.ts';
import { stateBadge } from '#record/record.views.ts';
import { valueView } from '#record/value.views.ts';
import { sampleSourceOf } from '#site/sample-source.rules.ts';
import { linkTo, recordPath, type Visit } from '#site/site.rules.ts';
import { layOut } from '#site/site.views.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { ownWords } from '#words/words.ts';
import { GONE_STATES, nameState } from '#workflow/workflow.rules.ts';
import type { FoundList } from './found.rules.ts';
import type { Order } from './order.rules.ts';
import {
  type FormatName,
  MOST_COUNTED,
  offeredFacets,
  offeredFilters,
  offeredOrders,
  type Query,
  STATE_FILTER,
  toggle,
  writeQuery,
} from './query.rules.ts';
import { waysView, whereView } from './way.views.ts';

export type ShownList = {
  readonly module: Module;
  readonly query: Query;
  readonly found: FoundList;
  /** When something in the module last changed. */
  readonly changedAt: Date | null;
  readonly mayFile: boolean;
  /** In which it can be taken along. */
  readonly formats: readonly FormatName[];
  /** What else can be done with what it finds. */
  readonly beside: Html | null;
};

/** A module's page: what it is, its search, its filters with counts, and its records. */
export function listPage(visit: Visit, shown: ShownList): Html {
  const { module, query, mayFile } = shown;
  const { language } = visit;
  const words = ownWords(language);
  const title = module.say(module.title, language);
  const adding = fillIn(words.newRecord, { record: module.say(module.record.one, language) });
  return layOut(visit, {
    title: query.text === '' ? title : `${query.text.slice(0, 60)} · ${title}`,
    section: 'module',
    description: module.say(module.about, language),
    main: html`<div class="section-head module-head"><h1>${title}</h1>${
      mayFile && !visit.site.isReadOnly
        ? html`<p><a class="button" href="${linkTo(visit, `/${module.name}/new`)}">${adding}</a>${
            module.bulk === false
              ? null
              : html` <a class="button second" href="${linkTo(visit, `/${module.name}/import`)}">${words.importLink}</a>`
          }</p>`
        : null
    }</div>
<div class="list-top"><div>
<p class="lead">${module.say(module.about, language)}</p>
${sampleView(visit, module)}${pagesView(visit, module)}
${searchView(visit, shown)}
</div>
${whereView(visit, shown)}
</div>
${waysView(visit, shown, 'list')}
<div class="list-body">
${narrowView(visit, shown)}
<div class="list-found">
${foundView(visit, shown)}
</div>
</div>
${lawView(visit, module)}`,
  });
}

/** Pages that are made of many of its records. */
function pagesView(visit: Visit, { name, pages = [], say }: Module): Html | null {
  if (pages.length === 0) return null;
  return html`<ul class="inline-list pages">${pages.map(
    (page) => html`<li><a href="${linkTo(visit, `/${name}/${page.name}`)}">${say(page.title, visit.language)}</a></li>\n`,
  )}</ul>`;
}

/** Where the records of a sample estate come from. */
function sampleView({ site, language }: Visit, module: Module): Html | null {
  const source = site.isSample ? sampleSourceOf(module) : undefined;
  return source === undefined ? null : html`<p class="quiet">${fillIn(ownWords(language).sampleFrom, { source })}</p>\n`;
}

function searchView(visit: Visit, { module, query }: ShownList): Html {
  const words = ownWords(visit.language);
  return html`<form class="search" role="search" method="get" action="/${module.name}">
<label for="q">${words.search}</label>
<div class="row"><input id="q" type="search" name="q" maxlength="200" dir="auto" autocomplete="off" value="${query.text}" aria-describedby="q-hint"><button>${words.search}</button></div>
<p class="hint" id="q-hint">${words.searchHint}</p>
${[...query.asked].map(([name, values]) => values.map((value) => html`<input type="hidden" name="${name}" value="${value}">`))}${languageField(visit)}
</form>`;
}

function languageField(visit: Visit): Html | null {
  return visit.asked ? html`<input type="hidden" name="lang" value="${visit.asked}">` : null;
}

function usualOrder(visit: Visit, module: Module): Order | null {
  return offeredOrders(module, visit.viewer)[0] ?? null;
}

function hrefOf(visit: Visit, module: Module, query: Query, more: readonly (readonly [string, string])[] = []): string {
  return linkTo(visit, writeQuery(module, query, usualOrder(visit, module), more));
}

/** Facets as links, which set and take away one value each, and a form for what no facet counts. */
function narrowView(visit: Visit, shown: ShownList): Html {
  const { module, query } = shown;
  const words = ownWords(visit.language);
  const isNarrowed = query.asked.size > 0 || query.text !== '';
  return html`<nav class="narrow" aria-label="${words.narrow}">
${isNarrowed ? html`<p><a href="${linkTo(visit, `/${module.name}`)}">${words.clearAll}</a></p>` : null}
${offeredFacets(module, visit.viewer).map((field) => facetView(visit, shown, field))}
${statesView(visit, shown)}
${filterForm(visit, shown)}
</nav>`;
}

type Counted = { readonly value: string; readonly text: string; readonly count: number | null };

function facetView(visit: Visit, shown: ShownList, field: string): Html | null {
  const { module, query, found } = shown;
  const { language } = visit;
  const facet = meaningsOf(module)[field]?.facet;
  if (!facet) return null;
  const name = facet.filter === '' ? field : `${field}.${facet.filter}`;
  const picked = query.asked.get(name) ?? [];
  const counts = found.facets.filter((one) => one.field === field);
  // A long list can be narrowed before it is counted: by the values that there are to choose from.
  const isCounted = found.count !== null;
  const offered =
    isCounted || module.fields[field]?.kind === 'state' ? [] : (meaningsOf(module)[field]?.control.options?.(language) ?? []);
  const known = new Set(counts.map(({ value }) => value));
  const absent = [...new Set([...picked, ...(facet.filter === '' ? offered.map(({ value }) => value) : [])])]
    .filter((value) => !known.has(value))
    .map((value) => ({ value, count: isCounted ? 0 : null }));
  const entries: Counted[] = [...counts, ...absent].map(({ value, count }) => ({
    value,
    count,
    text: facet.show(value, language),
  }));
  const sorted = entries.toSorted((left, right) =>
    facet.order === 'size'
      ? (right.count ?? 0) - (left.count ?? 0) || left.text.localeCompare(right.text, language)
      : right.value.localeCompare(left.value),
  );
  return facetList(visit, shown, {
    name,
    title: module.say(module.fields[field]?.title ?? field, language),
    entries: sorted,
    picked,
  });
}

function statesView(visit: Visit, shown: ShownList): Html | null {
  const { module, query, found } = shown;
  const entries = found.facets
    .filter(({ field }) => field === STATE_FILTER)
    .map(({ value, count }) => ({ value, count, text: nameState(module, value, visit.language) }));
  if (entries.length < 2 && query.states.length === 0) return null;
  return facetList(visit, shown, { name: STATE_FILTER, title: ownWords(visit.language).state, entries, picked: query.states });
}

const FACET_LINES = 8;

type FacetParts = {
  readonly name: string;
  readonly title: string;
  readonly entries: readonly Counted[];
  readonly picked: readonly string[];
};

function facetList(visit: Visit, shown: ShownList, { name, title, entries, picked }: FacetParts): Html | null {
  if (entries.length === 0) return null;
  const isPicked = ({ value }: Counted) => picked.includes(value);
  const near = entries.filter((entry, at) => at < FACET_LINES || isPicked(entry));
  const far = entries.filter((entry) => !near.includes(entry));
  const line = (
    entry: Counted,
  ) => html`<li><a href="${hrefOf(visit, shown.module, toggle(shown.query, name, entry.value))}"${attributes({
    'aria-current': isPicked(entry) && 'true',
  })}><bdi>${entry.text}</bdi>${entry.count === null ? null : html` <span class="count">${formatNumber(entry.count, visit.language)}</span>`}</a></li>
`;
  return html`<details class="facet"${attributes({ open: true })}><summary>${title}</summary>
<ul>${near.map(line)}</ul>${far.length === 0 ? null : html`<details class="far"><summary>+ ${formatNumber(far.length, visit.language)}</summary><ul>${far.map(line)}</ul></details>`}</details>
`;
}

/** What is asked by typing: ranges of days and numbers, ports, boxes. */
function filterForm(visit: Visit, { module, query }: ShownList): Html | null {
  const { language, viewer } = visit;
  const words = ownWords(language);
  const facets = new Set(
    offeredFacets(module, viewer).map((field) => {
      const suffix = meaningsOf(module)[field]?.facet?.filter ?? '';
      return suffix === '' ? field : `${field}.${suffix}`;
    }),
  );
  const offered = offeredFilters(module, viewer).filter(
    ({ name, filter }) =>
      !facets.has(name) && filter.suffix !== 'is' && filter.suffix !== 'box' && filter.control.shape !== 'pick-any',
  );
  if (offered.length === 0) return null;
  const kept = [...query.asked].filter(([name]) => !offered.some((one) => one.name === name));
  return html`<details class="facet more"${attributes({ open: offered.some(({ name }) => query.asked.has(name)) })}><summary>${words.moreFilters}</summary>
<form method="get" action="/${module.name}">
${kept.map(([name, values]) => values.map((value) => html`<input type="hidden" name="${name}" value="${value}">`))}${
  query.text === '' ? null : html`<input type="hidden" name="q" value="${query.text}">`
}${languageField(visit)}
${offered.map(({ field, name, filter }) => filterField(visit, { module, query, field, name, filter }))}
<p><button class="second">${words.apply}</button></p></form></details>`;
}

type FilterParts = { readonly module: Module; readonly query: Query } & ReturnType<typeof offeredFilters>[number];

function filterField({ language }: Visit, { module, query, field, name, filter }: FilterParts): Html {
  const words = ownWords(language);
  const { control, suffix } = filter;
  const bound = suffix === 'from' ? words.from : suffix === 'to' ? words.to : suffix;
  const title = `${module.say(module.fields[field]?.title ?? field, language)}${bound === '' ? '' : `, ${bound}`}`;
  const id = `filter-${name.replaceAll('.', '-')}`;
  const value = query.asked.get(name)?.[0] ?? '';
  const fault = query.faults.find((one) => one.name === name);
  const told = fault ? html`<p class="field-fault" id="${id}-fault">${fault.sentence[language]}</p>` : null;
  const common = {
    id,
    name,
    'aria-invalid': fault !== undefined && 'true',
    'aria-describedby': fault !== undefined && `${id}-fault`,
  };
  if (control.shape === 'pick')
    return html`<div class="field"><label for="${id}">${title}</label>${told}<select ${attributes(common)}><option value=""></option>${(
      control.options?.(language) ?? []
    ).map(
      (option) =>
        html`<option value="${option.value}"${attributes({ selected: option.value === value })}>${option.text}</option>`,
    )}</select></div>`;
  return html`<div class="field"><label for="${id}">${title}</label>${told}<input ${attributes({
    ...common,
    type: control.shape === 'day' ? 'date' : 'text',
    dir: control.isCode ? 'ltr' : 'auto',
    maxlength: control.shape === 'day' ? null : 200,
    inputmode: control.inputMode,
    autocomplete: 'off',
    value,
  })}></div>
`;
}

function foundView(visit: Visit, shown: ShownList): Html {
  const { module, query, found, changedAt } = shown;
  const words = ownWords(visit.language);
  if (found.records.length === 0)
    return html`<p class="found" role="status">${query.text === '' && query.asked.size === 0 ? words.noRecordYet : words.foundNone}</p>
${shown.beside}`;
  return html`<div class="found-head"><p class="found" role="status">${countSentence(visit, found.count)}</p>${ordersView(visit, shown)}</div>
${tableView(visit, module, found.records)}
${pagingView(visit, shown)}
${takeAlongView(visit, shown)}
${shown.beside}<p class="quiet permalink">${changedAt === null ? null : html`${fillIn(words.lastChange, { day: formatDay(changedAt, visit.language) })} · `}${words.permalink}</p>`;
}

function countSentence({ language }: Visit, count: number | null): string {
  const words = ownWords(language);
  if (count === null) return fillIn(words.foundMany, { count: formatNumber(MOST_COUNTED, language) });
  return count === 1 ? words.foundOne : fillIn(words.found, { count: formatNumber(count, language) });
}

function ordersView(visit: Visit, { module, query }: ShownList): Html {
  const { language, viewer } = visit;
  const words = ownWords(language);
  const orders = offeredOrders(module, viewer);
  const name = (order: Order) => {
    const title = module.say(module.fields[order.field]?.title ?? order.field, language);
    return order.isDescending ? fillIn(words.down, { field: title }) : title;
  };
  return html`<form class="orders" method="get" action="/${module.name}">
${query.text === '' ? null : html`<input type="hidden" name="q" value="${query.text}">`}${[...query.asked].map(
  ([filter, values]) => values.map((value) => html`<input type="hidden" name="${filter}" value="${value}">`),
)}${languageField(visit)}
<label for="sort">${words.sortBy}</label> <select id="sort" name="sort">${
    query.text === ''
      ? null
      : html`<option value="best"${attributes({ selected: query.order === null })}>${words.bestFirst}</option>`
  }${orders.map((order) => html`<option value="${order.name}"${attributes({ selected: order.name === query.order?.name })}>${name(order)}</option>`)}</select>
<button class="second">${words.apply}</button></form>`;
}

function tableView(visit: Visit, module: Module, records: readonly Registered[]): Html {
  const { language } = visit;
  const words = ownWords(language);
  // The label stands in the first column.
  const columns = module.list.columns.filter((name) => module.fields[name] !== undefined && !module.label.includes(name));
  return html`<section class="table-scroll records" tabindex="0" aria-label="${module.say(module.record.many, language)}"><table>
<thead><tr><th scope="col">${module.say(module.record.one, language)}</th>${columns.map(
    (name) => html`<th scope="col">${module.say(module.fields[name]?.title ?? name, language)}</th>`,
  )}</tr></thead>
<tbody>${records.map(
    (
      record,
    ) => html`<tr><th scope="row"><a href="${linkTo(visit, recordPath(module, record.reference))}"><bdi>${labelOf(module, record, language)}</bdi></a>
<span class="reference"><code dir="ltr">${record.reference}</code>${record.isSample ? html` <span class="badge wait">${words.sample}</span>` : null}${
      GONE_STATES.includes(record.state) || (module.workflow?.unpublished ?? []).includes(record.state)
        ? html` ${stateBadge(module, record.state, visit)}`
        : null
    }</span></th>${columns.map((name) => html`<td>${record.values[name] === null || !shownFields(module, record, visit.viewer).includes(name) ? html`<span class="quiet" aria-hidden="true">–</span><span class="hidden-text">${words.empty}</span>` : valueView(visit, module, name, record.values[name])}</td>`)}</tr>
`,
  )}</tbody></table></section>`;
}

function pagingView(visit: Visit, { module, query, found }: ShownList): Html | null {
  if (found.next === null && found.previous === null) return null;
  const words = ownWords(visit.language);
  return html`<nav class="paging" aria-label="${words.nextPage}">
${found.previous === null ? null : html`<p><a class="button second" rel="prev" href="${hrefOf(visit, module, query, [['before', found.previous]])}">${words.previousPage}</a></p>`}
${found.next === null ? null : html`<p><a class="button second" rel="next" href="${hrefOf(visit, module, query, [['after', found.next]])}">${words.nextPage}</a></p>`}
</nav>`;
}

function lawView(visit: Visit, module: Module): Html | null {
  if (module.law.length === 0) return null;
  const { language } = visit;
  return html`<section class="facts"><h2>${ownWords(language).law}</h2>
<ul class="inline-list">${module.law.map(
    ({ instrument, clause }) =>
      html`<li>${module.say(instrument, language)}${clause === undefined ? null : `, ${module.say(clause, language)}`}</li>\n`,
  )}</ul></section>`;
}

/** All that the list finds, without a limit. */
function takeAlongView(visit: Visit, { module, query, formats }: ShownList): Html | null {
  if (formats.length === 0) return null;
  const words = ownWords(visit.language);
  const search = writeQuery(module, { ...query, order: null }, null).split('?')[1];
  return html`<p class="take-along">${words.export}: ${formats.map(
    (format, at) =>
      html`${at > 0 ? ' · ' : null}<a href="/${module.name}/export.${format}${search === undefined ? '' : `?${search}`}" download>${NAMES[format]}</a>`,
  )} <span class="quiet">${words.exportHint}</span></p>`;
}

const NAMES: Readonly<Record<FormatName, string>> = { csv: 'CSV', xlsx: 'XLSX', jsonl: 'JSON Lines', geojson: 'GeoJSON' };
