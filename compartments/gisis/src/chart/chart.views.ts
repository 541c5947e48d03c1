import type { Language } from '@bulkhead/contracts';
import { fillIn, formatNumber, type Html, html } from '@bulkhead/web';
import { type Series, seriesOf } from '#colour/colour.rules.ts';
import type { Module } from '#declaration/module.rules.ts';
import type { Counted } from '#kept/kept.rules.ts';
import { offeredFilters, type Query } from '#list/query.rules.ts';
import { writeSearch, writeWay } from '#list/way.rules.ts';
import { askedView, keptFields, waysView } from '#list/way.views.ts';
import { linkTo, type Visit } from '#site/site.rules.ts';
import { layOut, momentView } from '#site/site.views.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { filterName } from '#value/value.rules.ts';
import { ownWords } from '#words/words.ts';
import { barSign, columnsView, hatchesView, nameBar, type Plot, rowBar, stackOf } from './bar.views.ts';
import { type Bar, barsOf, type Drawn, isSeveral, MOST_CHARTED, type Tallied } from './chart.rules.ts';
import { chartWords } from './chart.words.ts';

export type ShownCharts = {
  readonly module: Module;
  readonly query: Query;
  readonly charts: readonly Drawn[];
  readonly counted: Counted<readonly Tallied[]>;
};

/** What a module's charts show of a query, with the numbers as tables. */
export function statisticsPage(visit: Visit, shown: ShownCharts): Html {
  const { module, query, charts, counted } = shown;
  const { language } = visit;
  const words = chartWords(language);
  const title = fillIn(words.title, { module: module.say(module.title, language) });
  const records = counted.value[0]?.records ?? 0;
  return layOut(visit, {
    title,
    section: 'module',
    main: html`<div class="module-head"><h1>${title}</h1></div>
${waysView(visit, shown, 'statistics')}
<form class="search slim" role="search" method="get" action="/${module.name}/statistics">
<label class="hidden-text" for="q">${ownWords(language).search}</label>
<div class="row"><input id="q" type="search" name="q" maxlength="200" dir="auto" autocomplete="off" value="${query.text}"><button>${ownWords(language).search}</button></div>
${keptFields(visit, shown)}</form>
${askedView(visit, shown, 'statistics')}
${
  records === 0
    ? html`<p class="found" role="status">${words.none}</p>`
    : html`${leadView(visit, shown, records)}
${hatchesView()}
${charts.map((chart, at) => chartView(visit, shown, chart, counted.value[at] ?? { tallies: [], records: 0 }))}`
}`,
  });
}

function leadView(visit: Visit, { module, query, charts, counted }: ShownCharts, records: number): Html {
  const { language } = visit;
  const words = chartWords(language);
  const [before = '', after = ''] = words.counted.split('{moment}');
  const isOver = records > MOST_CHARTED;
  return html`<p class="lead">${isOver ? fillIn(words.tooMany, { count: formatNumber(MOST_CHARTED, language) }) : words.lead}</p>
${
  charts.length < 2 || isOver
    ? null
    : html`<nav class="chart-list" aria-label="${words.onPage}"><ul class="inline-list">${charts.map((chart) => html`<li><a href="#chart-${chart.number}">${module.say(chart.title, language)}</a></li>\n`)}</ul></nav>`
}
<p class="quiet">${before}${momentView(counted.at, visit)}${after} · <a href="/${module.name}/statistics.csv${writeSearch(module, query)}" download>${words.asCsv}</a></p>`;
}

function chartView(visit: Visit, shown: ShownCharts, chart: Drawn, { tallies, records }: Tallied): Html | null {
  if (tallies.length === 0 || records > MOST_CHARTED) return null;
  const { module } = shown;
  const { language } = visit;
  const words = chartWords(language);
  const title = module.say(chart.title, language);
  const plot: Plot = { title, bars: barsOf(chart, tallies), series: chartSeries(module, chart, tallies, language) };
  const show = (code: string) => nameCode(module, chart, code, language);
  return html`<section class="chart-sheet" aria-labelledby="chart-${chart.number}"><h2 id="chart-${chart.number}">${title}</h2>
${chart.split === null ? null : legendView(visit, plot.series)}
${chart.along === 'field' ? null : html`<div class="chart-scroll" tabindex="0" role="group" aria-label="${title}">${columnsView(plot, language, show)}</div>`}
${isSeveral(module, chart) ? html`<p class="quiet">${words.several}</p>` : null}
${tableView(visit, shown, chart, plot)}</section>
`;
}

function chartSeries(module: Module, chart: Drawn, tallies: Tallied['tallies'], language: Language): readonly Series[] {
  const words = chartWords(language);
  const counts = new Map<string | null, number>();
  for (const { part, count } of tallies) counts.set(part, (counts.get(part) ?? 0) + count);
  if (chart.split !== null) return seriesOf(module, chart.split, counts, words, language);
  return [{ kind: 'none', code: '', name: words.count, shade: 0, count: counts.get(null) ?? 0 }];
}

function nameCode(module: Module, { by, along }: Drawn, code: string, language: Language): string {
  if (along === 'field') return meaningsOf(module)[by]?.facet?.show(code, language) ?? code;
  return code;
}

function legendView({ language }: Visit, series: readonly Series[]): Html {
  return html`<ul class="legend">${series.map(
    (one) =>
      html`<li>${barSign(one)} <bdi>${one.name}</bdi> <span class="count">${formatNumber(one.count, language)}</span></li>\n`,
  )}</ul>`;
}

/** The numbers: time with the latest first, values with the most frequent first and a bar each. */
function tableView(visit: Visit, shown: ShownCharts, chart: Drawn, plot: Plot): Html {
  const { module } = shown;
  const { language } = visit;
  const words = chartWords(language);
  const hasBars = chart.along === 'field';
  const rows = hasBars ? plot.bars : plot.bars.toReversed();
  const most = plot.bars.reduce((highest, { total }) => Math.max(highest, total), 1);
  const name = module.say(module.fields[chart.by]?.title ?? chart.by, language);
  const series = chart.split === null ? [] : plot.series;
  const total = plot.bars.reduce((sum, bar) => sum + bar.total, 0);
  return html`<div class="table-scroll numbers" tabindex="0" role="group" aria-label="${fillIn(words.numbers, { chart: plot.title })}"><table>
<thead><tr><th scope="col">${name}</th><th scope="col" class="number">${words.total}</th>${hasBars ? html`<td class="bar-cell"></td>` : null}${series.map(
    (one) => html`<th scope="col" class="number">${one.name}</th>`,
  )}</tr></thead>
<tbody>${rows.map(
    (
      bar,
    ) => html`<tr><th scope="row">${linkView(visit, shown, chart, bar, html`<bdi>${nameBar(bar, language, (code) => nameCode(module, chart, code, language))}</bdi>`)}</th><td class="number">${formatNumber(bar.total, language)}</td>${
      hasBars ? html`<td class="bar-cell">${rowBar(bar, plot.series, most, language)}</td>` : null
    }${partCells(bar, series, language)}</tr>
`,
  )}</tbody>
<tfoot><tr><th scope="row">${words.total}</th><td class="number">${formatNumber(total, language)}</td>${hasBars ? html`<td class="bar-cell"></td>` : null}${series.map(
    (one) => html`<td class="number">${formatNumber(one.count, language)}</td>`,
  )}</tr></tfoot></table></div>`;
}

function partCells(bar: Bar, series: readonly Series[], language: Language): Html[] {
  const stack = stackOf(bar, series);
  return series.map((one) => {
    const count = stack.find((part) => part.one === one)?.count ?? 0;
    return html`<td class="number">${count === 0 ? html`<span class="quiet">0</span>` : formatNumber(count, language)}</td>`;
  });
}

/** A value leads to its records, where the list can be narrowed to it. */
function linkView(visit: Visit, { module, query }: ShownCharts, chart: Drawn, bar: Bar, text: Html): Html {
  const offered = new Set(offeredFilters(module, visit.viewer).map(({ name }) => name));
  const facet = meaningsOf(module)[chart.by]?.facet;
  const name = bar.code === null ? filterName(chart.by, 'is') : filterName(chart.by, facet?.filter ?? '');
  if (bar.isEarlier || bar.total === 0 || chart.along === 'month' || !offered.has(name)) return text;
  const asked = new Map(query.asked).set(name, [bar.code ?? 'empty']);
  return html`<a href="${linkTo(visit, writeWay(module, 'list', { ...query, asked }, visit.viewer))}">${text}</a>`;
}
