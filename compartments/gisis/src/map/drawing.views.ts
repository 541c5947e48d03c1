import { fillIn, formatNumber, type Html, html, trustedHtml } from '@bulkhead/web';
import {
  arc,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from 'd3-shape';
import { type Series, seriesAt, shadeRules } from '#colour/colour.rules.ts';
import type { Visit } from '#site/site.rules.ts';
import { siteWords } from '#site/site.words.ts';
import type { Ground } from './land.rules.ts';
import { mapWords } from './map.words.ts';
import type { Cell } from './mapped.rules.ts';
import { drawnBox, type Grid, LARGE, spanOf, type View } from './view.rules.ts';

/** A mark of a map: what it says, and where it leads. */
export type Mark = { readonly cell: Cell; readonly text: string; readonly href: string | null };
export type Drawing = {
  readonly view: View;
  readonly grid: Grid;
  readonly ground: Ground;
  readonly series: readonly Series[];
  /** Outlines in half-units, as the ground is. */
  readonly areas: readonly { readonly shade: number; readonly path: string }[];
  readonly marks: readonly Mark[];
};

/** One shape a colour, in the same order. */
const SHAPES = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond, symbolStar, symbolWye, symbolCross] as const;

/** The outline of a shape around the middle, as a path. */
export function shapePath(shade: number, size: number): string {
  const shape = SHAPES[shade];
  if (shape !== undefined) return symbol(shape, size).digits(1)() ?? '';
  // What is not given: a plain bar.
  const side = short(Math.sqrt(size) * 0.65);
  return `M-${side} -${short(Number(side) / 2.5)}h${short(Number(side) * 2)}v${short(Number(side) / 1.25)}h-${short(Number(side) * 2)}z`;
}

/** A sign of the legend. */
export function legendSign({ shade }: Series): Html {
  return html`<svg class="sign s${shade}" viewBox="-9 -9 18 18" width="18" height="18" aria-hidden="true" focusable="false"><path class="mark" d="${shapePath(shade, 110)}"/></svg>`;
}

/** What is drawn under the marks and the marks, for a page or a picture. */
export function drawingView(visit: Pick<Visit, 'language'>, drawing: Drawing): Html {
  const { view, ground, areas, marks } = drawing;
  const { width, height } = view.frame;
  return html`${
    view.isWorld
      ? html`<path class="sea" d="${ground.sphere}" transform="scale(.5)"/>`
      : html`<rect class="sea" width="${width}" height="${height}"/>`
  }<path class="meridians" d="${ground.lines}" transform="scale(.5)"/><path class="land" d="${ground.land}" transform="scale(.5)"/>${areas.map(({ shade, path }) => (path === '' ? null : html`<path class="area s${shade}" d="${path}" transform="scale(.5)"/>`))}${boxView(view)}
<g class="marks">${marks.map((mark) => markView(visit, drawing, mark))}</g>`;
}

/** What was asked for, within what is shown. */
function boxView(view: View): Html | null {
  if (view.isWorld) return null;
  const { left, top, width, height } = drawnBox(view);
  if (width < 8 || height < 8) return null;
  return html`<rect class="asked-box" x="${short(left)}" y="${short(top)}" width="${short(width)}" height="${short(height)}"/>`;
}

function markView({ language }: Pick<Visit, 'language'>, drawing: Drawing, { cell, text, href }: Mark): Html | null {
  const at = placeOf(drawing, cell);
  if (at === null) return null;
  const where = `translate(${short(at[0])} ${short(at[1])})`;
  const isLarge = drawing.view.frame.width === LARGE.width;
  const drawn =
    cell.count === 1 ? singleView(drawing, cell, isLarge) : isLarge ? ringView(drawing, cell, language) : dotView(drawing, cell);
  if (href === null) return html`<g transform="${where}">${drawn}</g>`;
  return html`<a href="${href}" aria-label="${text}" transform="${where}"><title>${text}</title><circle class="reach" r="12"/>${drawn}</a>
`;
}

/** A single record where it lies; several a little towards the middle of their cell, so that marks keep apart. */
function placeOf({ view, grid }: Drawing, cell: Cell): readonly [number, number] | null {
  const { wide, high } = spanOf(grid.box);
  const drawnIn = (value: number, middle: number) => (cell.count === 1 ? value : middle + (value - middle) * 0.4);
  const longitude = drawnIn(cell.longitude, grid.box.west + ((cell.column + 0.5) * wide) / grid.columns);
  const latitude = drawnIn(cell.latitude, grid.box.south + ((cell.row + 0.5) * high) / grid.rows);
  return view.projection([longitude > 180 ? longitude - 360 : longitude, latitude]);
}

function singleView({ series }: Drawing, cell: Cell, isLarge: boolean): Html {
  const shade = seriesAt(series, cell.parts[0]?.code ?? null)?.shade ?? 0;
  return html`<path class="mark s${shade}" d="${shapePath(shade, isLarge ? 120 : 34)}"/>`;
}

/** In a small picture: the colour of most of them, the larger the more. */
function dotView({ series }: Drawing, cell: Cell): Html {
  const most = cell.parts.toSorted((left, right) => right.count - left.count)[0];
  const shade = seriesAt(series, most?.code ?? null)?.shade ?? 0;
  return html`<circle class="mark dot s${shade}" r="${short(3.2 + 1.5 * Math.log10(cell.count))}"/>`;
}

/** A ring shared out by colour, always in the order of the legend, around their number. */
function ringView({ series }: Drawing, cell: Cell, language: Visit['language']): Html {
  const radius = Math.min(17, 9.5 + 2.4 * Math.log10(cell.count));
  const shares = sharesOf(series, cell);
  const draw = arc<readonly [number, number]>()
    .innerRadius(radius - 4)
    .outerRadius(radius)
    .startAngle(([from]) => from * 2 * Math.PI)
    .endAngle(([, to]) => to * 2 * Math.PI)
    .digits(1);
  let from = 0;
  const parts = shares.map(({ shade, count }) => {
    const to = from + count / cell.count;
    const path = draw([from, to]) ?? '';
    from = to;
    return html`<path class="share s${shade}" d="${path}"/>`;
  });
  return html`<circle class="hole" r="${short(radius)}"/>${parts}<text>${compactNumber(cell.count, language)}</text>`;
}

function sharesOf(series: readonly Series[], { parts }: Cell): readonly { readonly shade: number; readonly count: number }[] {
  return series.flatMap((one) => {
    const count = parts.filter(({ code }) => seriesAt(series, code) === one).reduce((sum, part) => sum + part.count, 0);
    return count === 0 ? [] : [{ shade: one.shade, count }];
  });
}

function compactNumber(count: number, language: Visit['language']): string {
  if (count < 1000) return formatNumber(count, language);
  return count < 9950
    ? `${(count / 1000).toFixed(1)}k`
    : count < 999_500
      ? `${Math.round(count / 1000)}k`
      : `${(count / 1e6).toFixed(1)}M`;
}

/** What a mark says: how many, and of which kinds. */
export function sayCell({ language }: Pick<Visit, 'language'>, series: readonly Series[], cell: Cell): string {
  const count = fillIn(siteWords(language).records, { count: formatNumber(cell.count, language) });
  const kinds = series.flatMap((one) => {
    const of = cell.parts.filter(({ code }) => seriesAt(series, code) === one).reduce((sum, part) => sum + part.count, 0);
    return of === 0 ? [] : [`${one.name} ${formatNumber(of, language)}`];
  });
  const separator = language === 'ar' ? '، ' : language === 'zh' ? '，' : ', ';
  return series.length < 2 ? count : `${count}: ${kinds.join(separator)}`;
}

/** A map as a picture of its own: with its colours in it, for light and dark. */
export function pictureOf(visit: Pick<Visit, 'language'>, drawing: Drawing, title: string): Html {
  const { width, height } = drawing.view.frame;
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" lang="${visit.language}"><title>${title}</title><desc>${mapWords(visit.language).land}</desc>${PICTURE_STYLE}${drawingView(visit, drawing)}</svg>
`;
}

/** The rules of a map's picture. The stylesheet of pages has the same for maps within them. */
export const PICTURE_RULES = `${shadeRules()}.sea{fill:var(--sea)}.meridians{fill:none;stroke:var(--land);stroke-width:1}.land{fill:var(--land)}.asked-box{fill:none;stroke:#7d8c99;stroke-dasharray:4 3}.area{fill:var(--shade);fill-opacity:.16;stroke:var(--shade);stroke-width:2.4}.mark{fill:var(--shade);stroke:var(--sheet);stroke-width:.8}.dot{fill-opacity:.9}`;
const PICTURE_STYLE = trustedHtml(`<style>${PICTURE_RULES}</style>`);

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
