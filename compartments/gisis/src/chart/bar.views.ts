import type { Language } from '@bulkhead/contracts';
import { directionOf, fillIn, formatNumber, type Html, html } from '@bulkhead/web';
import { scaleBand, scaleLinear } from 'd3-scale';
import { type Series, seriesAt } from '#colour/colour.rules.ts';
import type { Bar } from './chart.rules.ts';
import { chartWords } from './chart.words.ts';

const WIDTH = 960;
const HEIGHT = 340;
const SPACE = { top: 16, bottom: 34, start: 64, end: 12 };
/** Names along the axis, at most. */
const MOST_NAMES = 16;

export type Plot = { readonly title: string; readonly bars: readonly Bar[]; readonly series: readonly Series[] };

/** How much of a bar each of the series is, in their order. */
export function stackOf({ parts }: Bar, series: readonly Series[]): readonly { readonly one: Series; readonly count: number }[] {
  return series.flatMap((one) => {
    let count = 0;
    for (const [code, of] of parts) if (seriesAt(series, code) === one) count += of;
    return count === 0 ? [] : [{ one, count }];
  });
}

export function nameBar({ code, isEarlier }: Bar, language: Language, show: (code: string) => string): string {
  const words = chartWords(language);
  if (code === null) return words.notGiven;
  return isEarlier ? fillIn(words.earlier, { year: show(code) }) : show(code);
}

/** Bars that stand beside each other, in the direction of reading. */
export function columnsView(plot: Plot, language: Language, show: (code: string) => string): Html {
  const { bars } = plot;
  const isMirrored = directionOf(language) === 'rtl';
  const most = bars.reduce((highest, { total }) => Math.max(highest, total), 1);
  const across = scaleBand<number>()
    .domain(bars.keys())
    .range([SPACE.start, WIDTH - SPACE.end])
    .padding(bars.length > 40 ? 0.12 : 0.22);
  const up = scaleLinear()
    .domain([0, most])
    .nice(4)
    .range([HEIGHT - SPACE.bottom, SPACE.top]);
  const place = (x: number, width = 0) => (isMirrored ? WIDTH - x - width : x);
  const ticks = up.ticks(4).filter(Number.isInteger);
  const every = Math.ceil(bars.length / MOST_NAMES);
  const words = chartWords(language);
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${fillIn(words.picture, { chart: plot.title })}">
${ticks.map((tick) => html`<path class="rule" d="M${place(SPACE.start)} ${short(up(tick))}H${place(WIDTH - SPACE.end)}"/><text class="tick" x="${place(SPACE.start - 8)}" y="${short(up(tick) + 5)}">${formatNumber(tick, language)}</text>`)}
${bars.map((bar, at) => columnView(bar, plot.series, { x: place(across(at) ?? 0, across.bandwidth()), width: across.bandwidth(), up }))}
${bars.map((bar, at) =>
  (bars.length - 1 - at) % every === 0
    ? html`<text class="name" x="${short(place((across(at) ?? 0) + across.bandwidth() / 2))}" y="${HEIGHT - SPACE.bottom + 22}">${nameBar(bar, language, show)}</text>`
    : null,
)}
<path class="axis" d="M${place(SPACE.start)} ${HEIGHT - SPACE.bottom}H${place(WIDTH - SPACE.end)}"/></svg>`;
}

type Column = { readonly x: number; readonly width: number; readonly up: (value: number) => number };

function columnView(bar: Bar, series: readonly Series[], { x, width, up }: Column): Html {
  let from = 0;
  return html`<g>${stackOf(bar, series).map(({ one, count }) => {
    const [top, bottom] = [up(from + count), up(from)];
    from += count;
    return html`<rect class="bar" x="${short(x)}" y="${short(top)}" width="${short(width)}" height="${short(Math.max(bottom - top, 0.6))}" fill="url(#hatch-${one.shade})"/>`;
  })}</g>
`;
}

const LENGTH = 400;

/** A bar that lies in a row of the table: how long beside the longest. */
export function rowBar(bar: Bar, series: readonly Series[], most: number, language: Language): Html {
  const along = scaleLinear().domain([0, most]).range([0, LENGTH]);
  const isMirrored = directionOf(language) === 'rtl';
  let from = 0;
  return html`<svg class="row-bar" viewBox="0 0 ${LENGTH} 14" preserveAspectRatio="none" aria-hidden="true" focusable="false">${stackOf(
    bar,
    series,
  ).map(({ one, count }) => {
    const [begin, end] = [along(from), along(from + count)];
    from += count;
    const width = Math.max(end - begin, 1);
    return html`<rect class="bar" x="${short(isMirrored ? LENGTH - begin - width : begin)}" y="0" width="${short(width)}" height="14" fill="url(#hatch-${one.shade})"/>`;
  })}</svg>`;
}

/** Patterns of the series: colour and hatching of each are its own. */
export function hatchesView(): Html {
  return html`<svg class="hatches" width="0" height="0" aria-hidden="true" focusable="false"><defs>${HATCHES.map(
    (path, shade) =>
      html`<pattern id="hatch-${shade}" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="ground s${shade}" width="8" height="8"/>${path === '' ? null : html`<path class="hatch" d="${path}"/>`}</pattern>`,
  )}</defs></svg>`;
}
const HATCHES = [
  '',
  'M-2 2l4-4M0 8l8-8M6 10l4-4',
  'M2 2h1v1h-1zM6 6h1v1h-1z',
  'M10 2l-4-4M8 8l-8-8M2 10l-4-4',
  'M0 2h8M0 6h8',
  'M2 0v8M6 0v8',
  'M0 4h8M4 0v8',
  'M2 1h4M2 5h4',
];

/** A sign of the legend, as the bars are filled. */
export function barSign({ shade }: Series): Html {
  return html`<svg class="sign" viewBox="0 0 18 18" width="18" height="18" aria-hidden="true" focusable="false"><rect class="bar" width="18" height="18" fill="url(#hatch-${shade})"/></svg>`;
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
