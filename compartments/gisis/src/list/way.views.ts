import { attributes, fillIn, type Html, html } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import { linkTo, type Visit } from '#site/site.rules.ts';
import { siteWords } from '#site/site.words.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { ownWords } from '#words/words.ts';
import { nameState } from '#workflow/workflow.rules.ts';
import { offeredFilters, type Query, STATE_FILTER, toggle } from './query.rules.ts';
import { type Way, waysOf, writeSearch, writeWay } from './way.rules.ts';

type Shown = { readonly module: Module; readonly query: Query };

/** The head of a module's pages: what it is called, and the ways to see its records. */
export function waysView(visit: Visit, { module, query }: Shown, current: Way): Html | null {
  const words = siteWords(visit.language);
  const ways = waysOf(module, visit.viewer);
  if (ways.length < 2) return null;
  return html`<nav class="ways" aria-label="${words.views}"><ul>${ways.map(
    (way) =>
      html`<li><a href="${linkTo(visit, writeWay(module, way, query, visit.viewer))}"${attributes({ 'aria-current': way === current && 'page' })}>${words[way]}</a></li>`,
  )}</ul></nav>`;
}

/** What a query is narrowed to, each with a way to leave it out. */
export function askedView(visit: Visit, { module, query }: Shown, way: Way): Html | null {
  const { language, viewer } = visit;
  const words = siteWords(language);
  const asked = [...query.asked].flatMap(([name, values]) => values.map((value) => ({ name, value })));
  if (asked.length === 0 && query.text === '') return null;
  const chip = (text: string, without: Query) =>
    html`<li><a class="chip" href="${linkTo(visit, writeWay(module, way, without, viewer))}" aria-label="${fillIn(words.leaveOut, { filter: text })}"><bdi>${text}</bdi> <span aria-hidden="true">×</span></a></li>\n`;
  return html`<div class="asked"><p>${words.narrowedBy}</p><ul>${
    query.text === '' ? null : chip(`${words.wordsAsked}: ${query.text}`, { ...query, text: '' })
  }${asked.map(({ name, value }) => chip(describeAsked(visit, module, name, value), toggle(query, name, value)))}</ul></div>`;
}

function describeAsked({ language, viewer }: Visit, module: Module, name: string, value: string): string {
  const words = ownWords(language);
  if (name === STATE_FILTER) return nameState(module, value, language);
  const offered = offeredFilters(module, viewer).find((one) => one.name === name);
  if (offered === undefined) return value;
  const { field, filter } = offered;
  const title = module.say(module.fields[field]?.title ?? field, language);
  if (filter.suffix === 'box') return siteWords(language).partOfMap;
  const facet = meaningsOf(module)[field]?.facet;
  if (facet && facet.filter === filter.suffix) return `${title}: ${facet.show(value, language)}`;
  const bound = filter.suffix === 'from' ? ` ${words.from}` : filter.suffix === 'to' ? ` ${words.to}` : '';
  return `${title}${bound}: ${value}`;
}

/** A small picture of where the records are, leading to the map. */
export function whereView(visit: Visit, { module, query }: Shown): Html | null {
  if (!waysOf(module, visit.viewer).includes('map')) return null;
  const words = siteWords(visit.language);
  const search = writeSearch(module, query);
  return html`<a class="where" href="${linkTo(visit, writeWay(module, 'map', query, visit.viewer))}"><img src="/${module.name}/map.svg${search}" width="480" height="250" alt="${words.seeMap}" loading="lazy" decoding="async"></a>`;
}

/** The query as hidden fields of a form, but for those that the form asks for itself. */
export function keptFields(visit: Visit, { query }: Pick<Shown, 'query'>, leftOut: readonly string[] = []): Html {
  const kept = [...query.asked].filter(([name]) => !leftOut.includes(name));
  return html`${kept.map(([name, values]) => values.map((value) => html`<input type="hidden" name="${name}" value="${value}">`))}${
    visit.asked ? html`<input type="hidden" name="lang" value="${visit.asked}">` : null
  }`;
}
