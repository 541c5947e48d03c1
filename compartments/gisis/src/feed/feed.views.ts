import { type Html, html } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import { type Query, writeQuery } from '#list/query.rules.ts';
import type { Visit } from '#site/site.rules.ts';
import { feedWords } from './feed.words.ts';

/** Where changes of what a list finds can be followed: the address of a query is the address of its feed. */
export function followView({ language }: Visit, module: Module, query: Query): Html {
  const words = feedWords(language);
  const [, search] = writeQuery(module, { ...query, order: null }, null).split('?');
  const hrefOf = (file: string, more: readonly string[] = []) => {
    const params = [...(search === undefined ? [] : [search]), ...more].join('&');
    return `/${module.name}/${file}${params === '' ? '' : `?${params}`}`;
  };
  return html`<p class="take-along">${words.follow}: <a href="${hrefOf('changes.atom', [`lang=${language}`])}" rel="alternate" type="application/atom+xml">Atom</a> · <a href="${hrefOf('changes.json')}" rel="alternate" type="application/json">JSON</a> <span class="quiet">${words.followHint}</span></p>
`;
}
