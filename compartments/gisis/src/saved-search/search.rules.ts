import { createHash } from 'node:crypto';
import type { Module } from '#declaration/module.rules.ts';
import { isNarrowed, offeredFilters, type Query, readQuery, STATE_FILTER, writeQuery } from '#list/query.rules.ts';
import type { Registered } from '#record/record.rules.ts';
import { PUBLIC, type Viewer } from '#sight/viewer.rules.ts';
import type { Given } from '#value/value.rules.ts';

/** A list's query that somebody keeps under a name. */
export type SavedSearch = {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly module: string;
  /** As it stands in the address of the list, without the page. */
  readonly query: string;
  readonly createdAt: Date;
  readonly lookedAt: Date;
  readonly hasAddress: boolean;
};

/** A saved search with what is new in it; `query` is null where its holder cannot ask it any more. */
export type Counted = {
  readonly search: SavedSearch;
  readonly module: Module;
  readonly query: Query | null;
  readonly newCount: number;
};

/** One of them with the records that changed since its holder last looked; whether everybody may ask it. */
export type Opened = Counted & { readonly latest: readonly Registered[]; readonly isForEverybody: boolean };

export const MOST_SEARCHES = 50;
export const LONGEST_NAME = 80;
export const LONGEST_QUERY = 4000;
/** So many new records are counted; of more it is said that they are more. */
export const MOST_NEW = 100;
/** So many of them are shown. */
export const SHOWN_NEW = 50;

/** The query of an address as it is kept; null for one that asks for nothing, cannot be read, or is too long. */
export function keepQuery(module: Module, query: Query): string | null {
  if (!isNarrowed(query) || query.faults.length > 0) return null;
  const [, text = ''] = writeQuery(module, { ...query, order: null }, null).split('?');
  return text.length > LONGEST_QUERY ? null : text;
}

/**
 * Reads a kept query for somebody as they see now. Null if it names what they cannot filter by: leaving it out would find more than
 * was meant.
 */
export function readKept(module: Module, kept: string, viewer: Viewer, given: Given): Query | null {
  const params = new URLSearchParams(kept);
  const offered = new Set(['q', STATE_FILTER, ...offeredFilters(module, viewer).map(({ name }) => name)]);
  const query = readQuery(module, params, viewer, given);
  const isWhole = [...params.keys()].every((name) => offered.has(name)) && keepQuery(module, query) === kept;
  return isWhole ? query : null;
}

/** Whether everybody may ask it: only then can it have an address that is read without signing in. */
export function isForEverybody(module: Module, kept: string, given: Given): boolean {
  return readKept(module, kept, PUBLIC, given) !== null;
}

/** A private address is known by its hash; its text is shown once. */
export function digestAddress(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export function isAddress(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** What somebody typed as a name: on one line, without what hides. */
export function readName(text: string): string | null {
  const name = text.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
  return name === '' || name.length > LONGEST_NAME || /[\p{Cc}\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]/u.test(name)
    ? null
    : name;
}
