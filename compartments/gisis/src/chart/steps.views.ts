import type { Language } from '@bulkhead/contracts';
import { directionOf, fillIn, type Html, html } from '@bulkhead/web';
import { scaleLinear, scaleUtc } from 'd3-scale';
import { curveStepAfter, line } from 'd3-shape';
import { chartWords } from './chart.words.ts';
import type { Steps } from './steps.rules.ts';

const WIDTH = 960;
const HEIGHT = 280;
const SPACE = { top: 22, bottom: 34, start: 84, end: 16 };
const YEAR_MS = 31_557_600_000;

/** A value that stays until the day on which it changes, with the line that it is to reach; in the direction of reading. */
export function stepsView({ title, points, needed }: Steps, language: Language): Html | null {
  const days = points.map(({ on }) => Date.parse(on));
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return null;
  const isMirrored = directionOf(language) === 'rtl';
  const place = (x: number) => (isMirrored ? WIDTH - x : x);
  // What was reached goes on after the last day: a little of it is shown.
  const end = last + Math.max((last - first) * 0.03, YEAR_MS / 12);
  const across = scaleUtc()
    .domain([first, end])
    .range([SPACE.start, WIDTH - SPACE.end]);
  const up = scaleLinear()
    .domain([0, Math.max(needed.value, ...points.map(({ value }) => value)) || 1])
    .nice(4)
    .range([HEIGHT - SPACE.bottom, SPACE.top]);
  const drawn: [number, number][] = points.map(({ value }, at) => [short(place(across(days[at] ?? first))), short(up(value))]);
  const path = line().curve(curveStepAfter)([...drawn, [short(place(across(end))), drawn.at(-1)?.[1] ?? 0]]);
  const [left, right] = [place(SPACE.start), place(WIDTH - SPACE.end)];
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${fillIn(chartWords(language).picture, { chart: title })}">
<text class="title" x="${left}" y="14">${title}</text>
${up.ticks(4).map((tick) => html`<path class="rule" d="M${left} ${short(up(tick))}H${right}"/><text class="tick" x="${place(SPACE.start - 8)}" y="${short(up(tick) + 5)}">${needed.write(tick)}</text>`)}
${yearsOf(across.ticks(8)).map((day) => html`<text class="name" x="${short(place(across(day)))}" y="${HEIGHT - SPACE.bottom + 22}">${day.getUTCFullYear()}</text>`)}
<path class="axis" d="M${left} ${HEIGHT - SPACE.bottom}H${right}"/>
<path class="needed" d="M${left} ${short(up(needed.value))}H${right}"/><text class="needed-name" x="${place(SPACE.start + 6)}" y="${short(up(needed.value) - 6)}">${needed.name}</text>
<path class="steps s0" d="${path ?? ''}"/></svg>
`;
}

/** Each year once: a short stretch has several ticks in one. */
function yearsOf(ticks: readonly Date[]): readonly Date[] {
  return ticks.filter((tick, at) => tick.getUTCFullYear() !== ticks[at - 1]?.getUTCFullYear());
}

function short(value: number): number {
  return Math.round(value * 10) / 10;
}
