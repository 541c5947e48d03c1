import type { Now } from '@bulkhead/kernel';
import type { Kysely } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';
import type { Visit } from '#site/site.rules.ts';
import type { Shown } from './sheet.rules.ts';

export type OverviewDeps = { readonly db: Kysely<Schema>; readonly modules: ReadonlyMap<string, Module>; readonly now: Now };
/** What an address asks of a page. */
export type Asked = { readonly module: Module; readonly params: URLSearchParams; readonly visit: Visit };

/** A page that a declaration names, and what reads it. */
export type Overview = {
  readonly module: string;
  readonly page: string;
  readonly read: (deps: OverviewDeps, asked: Asked) => Promise<Shown>;
};

/** What was asked, if it is one of these. */
export function askedAmong(params: URLSearchParams, name: string, known: readonly string[]): string | null {
  const value = params.get(name) ?? '';
  return known.includes(value) ? value : null;
}

/** A day that was asked, else today. */
export function askedDay(params: URLSearchParams, name: string, today: string): string {
  const value = params.get(name) ?? '';
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
  return isDay && new Date(value).toISOString().startsWith(value) ? value : today;
}

/** A month that was asked, else this one. */
export function askedMonth(params: URLSearchParams, name: string, today: string): string {
  const value = params.get(name) ?? '';
  return /^(?:19|20)\d{2}-(?:0[1-9]|1[0-2])$/.test(value) ? value : today.slice(0, 7);
}
