import type { Language } from '@bulkhead/contracts';
import { publicWords } from '#words/public.ts';
import { calendarOf } from './calendar.rules.ts';
import { atomFeed, type Feed, feedPaths, jsonFeed } from './feed.views.ts';
import { type Plan, TYPES, toFile } from './file.rules.ts';
import { evidenceOf, type Host, type PublicArticle } from './site.rules.ts';

const IN_FEED = 30;

/** The newest of some news, in both formats of feeds. */
export function planFeeds(host: Host, language: Language, given: Feed): Plan[] {
  const { about } = given;
  const articles = given.articles.slice(0, IN_FEED);
  const feed = { articles, about };
  const { atom, json } = feedPaths(language, about);
  const basis = [...(about ? [about] : []), ...articles];
  const kept = (type: string) => ({ type, language, evidence: evidenceOf(basis) });
  return [
    { path: atom, basis, make: () => toFile(atom, String(atomFeed(host, language, feed)), kept(TYPES.atom)) },
    { path: json, basis, make: () => toFile(json, jsonFeed(host, language, feed), kept(TYPES.jsonFeed)) },
  ];
}

/** Events as a calendar; `about` is what they are of, if it is not all. */
export function planCalendar(
  host: Host,
  { language, path, events, about }: CalendarOf & { readonly language: Language; readonly path: string },
): Plan {
  const basis = [...new Set([...(about ? [about] : []), ...events])];
  const title = publicWords(language).events;
  return {
    path,
    basis,
    make: () =>
      toFile(path, calendarOf(host, language, title, events), { type: TYPES.calendar, language, evidence: evidenceOf(basis) }),
  };
}

type CalendarOf = { readonly events: readonly PublicArticle[]; readonly about: PublicArticle | null };
