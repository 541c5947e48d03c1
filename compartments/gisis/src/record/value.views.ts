import { directionOf, fillIn, formatNumber, type Html, html } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import { linkTo, recordPath, type Visit } from '#site/site.rules.ts';
import { cornersOf } from '#value/area.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { showPosition } from '#value/position-text.rules.ts';
import type { Value } from '#value/value.rules.ts';
import { ownWords } from '#words/words.ts';
import { type Labels, labelKey } from './record.rules.ts';

/** A value on a page: links lead on, codes stand from left to right, lines stay lines. */
export function valueView(
  visit: Visit,
  module: Module,
  name: string,
  value: Value | null | undefined,
  labels: Labels = new Map(),
  /** The record whose value it is, where the page is its own: its files can be taken along. */
  at: string | null = null,
): Html {
  const meaning = meaningsOf(module)[name];
  const field = module.fields[name];
  if (value === null || value === undefined || meaning === undefined || field === undefined)
    return html`<span class="quiet">${ownWords(visit.language).empty}</span>`;
  const text = meaning.show(value, visit.language);
  if (field.kind === 'reference' && typeof value === 'string') {
    const label = labels.get(labelKey(field.to, value));
    return html`<a href="${linkTo(visit, recordPath({ name: field.to }, value))}"><bdi>${label ?? text}</bdi></a>`;
  }
  if (field.kind === 'file' && at !== null)
    return html`<a href="${recordPath(module, at)}/files/${name}" download><bdi>${text}</bdi></a>`;
  if (field.kind === 'link' && typeof value === 'string') return html`<a href="${value}" rel="noopener" dir="ltr">${text}</a>`;
  if (field.kind === 'area' && typeof value === 'string') return areaView(visit, value);
  if (field.kind === 'lines')
    return html`${text.split('\n').map((line, at) => html`${at > 0 ? html`<br>` : null}<bdi>${line}</bdi>`)}`;
  if (meaning.control.isCode && directionOf(visit.language) === 'rtl') return html`<bdi dir="auto">${text}</bdi>`;
  return html`<bdi>${text}</bdi>`;
}

/** An area as a table of its corners: what the map draws, for whoever does not see it. */
function areaView({ language }: Visit, value: string): Html {
  const words = ownWords(language);
  return html`<details class="area-corners"><summary>${fillIn(words.corners, { count: formatNumber(cornersOf(value).length, language) })}</summary>
<table><thead><tr><th scope="col">${words.corner}</th><th scope="col">${words.latitude}</th><th scope="col">${words.longitude}</th></tr></thead>
<tbody>${cornersOf(value).map((corner, at) => {
    const [latitude = '', longitude = ''] = showPosition(corner).split(' ');
    return html`<tr><th scope="row">${formatNumber(at + 1, language)}</th><td><bdi dir="ltr">${latitude}</bdi></td><td><bdi dir="ltr">${longitude}</bdi></td></tr>
`;
  })}</tbody></table></details>`;
}
