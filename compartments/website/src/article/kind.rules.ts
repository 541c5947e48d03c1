/** All that the public reads is an article of some kind, written and approved in the same way. */
export const KINDS = [
  'news',
  'press-briefing',
  'statement',
  'meeting-summary',
  'event',
  'accreditation',
  'page',
  'home',
  'section',
  'topic',
  'body',
  'contact',
  'redirects',
] as const;
export type Kind = (typeof KINDS)[number];

/** What stands in lists of news and in feeds. */
export const NEWS_KINDS = ['news', 'press-briefing', 'statement', 'meeting-summary'] as const satisfies readonly Kind[];

/** Where addresses must differ: two articles of one room cannot have the same. */
export const ROOMS = ['news', 'event', 'page', 'topic', 'body', 'contact', 'redirects'] as const;
export type Room = (typeof ROOMS)[number];

const ROOM_OF: Readonly<Record<Kind, Room>> = {
  news: 'news',
  'press-briefing': 'news',
  statement: 'news',
  'meeting-summary': 'news',
  event: 'event',
  accreditation: 'page',
  page: 'page',
  home: 'page',
  section: 'page',
  topic: 'topic',
  body: 'body',
  contact: 'contact',
  redirects: 'redirects',
};

export function roomOf(kind: Kind): Room {
  return ROOM_OF[kind];
}

export function isNews(kind: Kind): boolean {
  return ROOM_OF[kind] === 'news';
}

/** Whether the public can ask for it by an address of its own. */
export function hasOwnPage(kind: Kind): boolean {
  return kind !== 'contact' && kind !== 'redirects';
}
