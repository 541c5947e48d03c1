import type { Language } from '@bulkhead/contracts';
import { attributes, fillIn, formatNumber, type Html, html, scriptOf } from '@bulkhead/web';
import { type Series, seriesAt, seriesOf } from '#colour/colour.rules.ts';
import type { Module } from '#declaration/module.rules.ts';
import type { Counted } from '#kept/kept.rules.ts';
import type { Query } from '#list/query.rules.ts';
import { writeSearch, writeWay } from '#list/way.rules.ts';
import { askedView, keptFields, waysView } from '#list/way.views.ts';
import { labelOf } from '#record/record.rules.ts';
import { linkTo, recordPath, type Visit } from '#site/site.rules.ts';
import { layOut, momentView } from '#site/site.views.ts';
import { siteWords } from '#site/site.words.ts';
import { filterName } from '#value/value.rules.ts';
import { ownWords } from '#words/words.ts';
import { type Drawing, drawingView, legendSign, type Mark, sayCell } from './drawing.views.ts';
import { areaPath, groundOf } from './land.rules.ts';
import { mapWords } from './map.words.ts';
import type { Area, Cell, Mapped, Placed } from './mapped.rules.ts';
import { cellBox, type Grid, isOnePlace, type View, widen, writeBox } from './view.rules.ts';

export type ShownMap = {
  readonly module: Module;
  readonly query: Query;
  readonly mapped: Mapped;
  readonly view: View;
  readonly found: Counted<Found>;
};
type Found = {
  readonly grid: Grid;
  readonly cells: readonly Cell[];
  readonly named: ReadonlyMap<string, Placed>;
  readonly total: number;
  readonly counts: ReadonlyMap<string | null, number>;
  readonly areas: readonly Area[];
};
/** Files that the moving map is made of, and how many kilobytes they are. */
export type Moving = {
  readonly script: string;
  readonly library: string;
  readonly worker: string;
  readonly land: string;
  readonly kilobytes: number;
};

/** The colours of a map, by what was found. */
export function mapSeries(module: Module, mapped: Mapped, counts: Found['counts'], language: Language): readonly Series[] {
  const words = mapWords(language);
  if (mapped.colour !== null) return seriesOf(module, mapped.colour, counts, words, language);
  const count = [...counts.values()].reduce((sum, one) => sum + one, 0);
  return [{ kind: 'none', code: '', name: module.say(module.record.many, language), shade: 0, count }];
}

/** What is drawn. `isLinked`: its marks lead on; a picture's cannot. */
export function drawingOf(visit: Visit, shown: ShownMap, isLinked: boolean): Drawing {
  const { module, mapped, view, found } = shown;
  const { grid, cells, counts } = found.value;
  const series = mapSeries(module, mapped, counts, visit.language);
  const marks = cells.map((cell): Mark => {
    if (!isLinked) return { cell, text: '', href: null };
    return cell.count === 1 ? singleMark(visit, shown, cell) : clusterMark(visit, shown, series, cell);
  });
  const areas = found.value.areas.map(({ code, value }) => ({
    shade: seriesAt(series, code)?.shade ?? 0,
    path: areaPath(view, value),
  }));
  return { view, grid, ground: groundOf(view), series, areas, marks };
}

function singleMark(visit: Visit, { module, found }: ShownMap, cell: Cell): Mark {
  const reference = cell.reference ?? '';
  const record = found.value.named.get(reference);
  const text = record === undefined ? reference : labelOf(module, record, visit.language);
  return { cell, text, href: linkTo(visit, recordPath(module, reference)) };
}

/** Several lead nearer; where they lie at one place, to their list. */
function clusterMark(visit: Visit, { module, query, mapped, found }: ShownMap, series: readonly Series[], cell: Cell): Mark {
  const box = cellBox(found.value.grid, cell.column, cell.row);
  const way = isOnePlace(box) ? 'list' : 'map';
  const narrowed = withBox(query, mapped, writeBox(box));
  return {
    cell,
    text: sayCell(visit, series, cell),
    href: linkTo(visit, writeWay(module, way, narrowed, visit.viewer)),
  };
}

function withBox(query: Query, { position }: Mapped, box: string | null): Query {
  const asked = new Map(query.asked);
  if (box === null) asked.delete(filterName(position, 'box'));
  else asked.set(filterName(position, 'box'), [box]);
  return { ...query, asked };
}

export function mapPage(visit: Visit, shown: ShownMap, moving: Moving): Html {
  const { module, query } = shown;
  const { language } = visit;
  const words = mapWords(language);
  const title = fillIn(words.title, { module: module.say(module.title, language) });
  return layOut(visit, {
    title,
    section: 'module',
    head: scriptOf(moving.script),
    main: html`<div class="module-head"><h1>${title}</h1></div>
${waysView(visit, shown, 'map')}
<form class="search slim" role="search" method="get" action="/${module.name}/map">
<label class="hidden-text" for="q">${ownWords(language).search}</label>
<div class="row"><input id="q" type="search" name="q" maxlength="200" dir="auto" autocomplete="off" value="${query.text}"><button>${ownWords(language).search}</button></div>
${keptFields(visit, shown)}</form>
${askedView(visit, shown, 'map')}
${shown.found.value.total === 0 ? html`<p class="found" role="status">${words.none}</p>` : pictureView(visit, shown, moving)}`,
  });
}

function pictureView(visit: Visit, shown: ShownMap, moving: Moving): Html {
  const { view, found } = shown;
  const { language } = visit;
  const words = mapWords(language);
  const drawing = drawingOf(visit, shown, true);
  const { width, height } = view.frame;
  return html`<section class="map-sheet" aria-label="${siteWords(language).map}">
<div class="map-head"><p class="found" role="status">${countSentence(visit, found.value.total)}</p>${zoomView(visit, shown)}</div>
<div class="map-frame"><a class="skip" href="#past-map">${words.past}</a>
<svg class="map" dir="ltr" viewBox="0 0 ${width} ${height}" role="group" aria-labelledby="map-title map-desc"><title id="map-title">${fillIn(words.picture, { module: shown.module.say(shown.module.title, language) })}</title><desc id="map-desc">${countSentence(visit, found.value.total)}</desc>
${drawingView(visit, drawing)}</svg></div>
${movingView(visit, shown, drawing.series, moving)}
${legendView(visit, drawing.series)}
<p class="quiet map-note" id="past-map">${words.alone} ${words.land} ${fillWith(words.counted, momentView(found.at, visit))}</p>
</section>`;
}

/** A sentence with a hole for markup. */
function fillWith(sentence: string, moment: Html): Html {
  const [before = '', after = ''] = sentence.split('{moment}');
  return html`${before}${moment}${after}`;
}

function countSentence({ language }: Visit, total: number): string {
  const words = mapWords(language);
  return total === 1 ? words.toldOne : fillIn(words.told, { count: formatNumber(total, language) });
}

function zoomView(visit: Visit, { module, query, mapped, view }: ShownMap): Html | null {
  const words = mapWords(visit.language);
  const isNarrowed = query.asked.has(filterName(mapped.position, 'box'));
  if (!isNarrowed) return null;
  const wider = widen(view.box);
  const to = (box: string | null) => linkTo(visit, writeWay(module, 'map', withBox(query, mapped, box), visit.viewer));
  return html`<p class="zoom">${wider === null ? null : html`<a class="button second" href="${to(writeBox(wider))}">${words.zoomOut}</a> `}<a class="button second" href="${to(null)}">${words.wholeWorld}</a> <a class="button second" href="${linkTo(visit, writeWay(module, 'list', query, visit.viewer))}">${words.theseInList}</a></p>`;
}

function legendView({ language }: Visit, series: readonly Series[]): Html {
  return html`<section class="legend" aria-label="${mapWords(language).legend}"><ul>${series.map(
    (one) =>
      html`<li>${legendSign(one)} <bdi>${one.name}</bdi> <span class="count">${formatNumber(one.count, language)}</span></li>\n`,
  )}</ul></section>`;
}

/** What the script needs to know; without script nothing of it is seen. */
function movingView(visit: Visit, { module, query, mapped }: ShownMap, series: readonly Series[], moving: Moving): Html {
  const { language } = visit;
  const words = mapWords(language);
  const texts = Object.fromEntries(
    (
      [
        'moving',
        'movingHint',
        'zoomIn',
        'zoomOut',
        'wholeWorld',
        'inView',
        'nothingInView',
        'comeNearer',
        'moreInView',
        'failed',
        'theseInList',
        'loading',
      ] as const
    ).map((key) => [key, words[key]]),
  );
  return html`<div class="moving" id="moving" hidden${attributes({
    'data-points': linkTo(visit, `/${module.name}/map.json${writeSearch(module, query)}`),
    'data-list': linkTo(visit, `/${module.name}${writeSearch(module, query)}`),
    'data-box': filterName(mapped.position, 'box'),
    'data-library': moving.library,
    'data-worker': moving.worker,
    'data-land': moving.land,
    'data-words': JSON.stringify(texts),
    'data-shades': JSON.stringify(series.map(({ shade, name }) => ({ shade, name }))),
    'data-language': language,
  })}><p><button type="button" class="second">${words.open}</button> <span class="quiet">${fillIn(words.openHint, { size: formatNumber(moving.kilobytes, language) })}</span></p></div>`;
}
