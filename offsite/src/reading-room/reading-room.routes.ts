import { REQUEST_ID_HEADER, type SecurityHeaders } from '@bulkhead/contracts';
import {
  asksOnlyLanguage,
  type EditionDesk,
  type RequestHead,
  readHead,
  restingPath,
  routeAt,
  type Visit,
} from '@bulkhead/front';
import { EstateError, hasCode, type Log } from '@bulkhead/kernel';
import { chooseLanguage, isLanguage } from '@bulkhead/web';
import type { Place } from './reading-room.rules.ts';
import { messagePage, type Told } from './reading-room.views.ts';
import type { Styles } from './style.actions.ts';

export type RoomDeps = {
  /** By host name, without a port: whatever passes requests on to this site may listen at another. */
  readonly places: ReadonlyMap<string, Place>;
  readonly desks: ReadonlyMap<string, EditionDesk>;
  readonly styles: Styles;
  readonly security: SecurityHeaders;
  readonly organisation: string;
  readonly isSample: boolean;
  readonly domain: string;
  readonly scheme: 'http' | 'https';
  readonly statusUrl: string;
  readonly newId: () => string;
  readonly log: Log;
};

type Here = Visit & { readonly requestId: string; head: RequestHead | null; place: Place | null };

const KEPT_FOR_EVER = 'public, max-age=31536000, immutable';
const NOT_HERE: Told = { status: 503, title: 'notHereTitle', sentences: ['notHere'] };
const NOTHING_KEPT: Told = { ...NOT_HERE, sentences: ['notHere', 'nothingKept'] };
const NOT_YET: Told = { status: 503, title: 'notYetTitle', sentences: ['notYet'] };
const NOT_FOUND: Told = { status: 404, title: 'notFoundTitle', sentences: ['notFound'] };
const FAULT: Told = { status: 500, title: 'faultTitle', sentences: ['fault'] };
const MALFORMED: Told = { status: 400, title: 'malformedTitle', sentences: ['malformed'] };

/** Answers one request: a published page, or why it cannot be had here. Never throws. */
export function answerReader(deps: RoomDeps, visit: Visit): void {
  const here: Here = Object.assign({ ...visit }, { requestId: deps.newId(), head: null, place: null });
  visit.response.on('error', () => undefined);
  answer(deps, here)
    .catch((error: unknown) => say(deps, here, tellFailure(deps, error)))
    .catch(() => visit.response.destroy());
}

function tellFailure({ log }: RoomDeps, error: unknown): Told {
  if (hasCode(error, 'edition.not_yet')) return NOT_YET;
  if (hasCode(error, 'request.misdirected')) return { ...NOT_FOUND, status: 421 };
  if (hasCode(error, 'request.address_too_long')) return { ...MALFORMED, status: 414 };
  if (hasCode(error, 'request.head_too_large')) return { ...MALFORMED, status: 431 };
  if (hasCode(error, 'request.malformed')) return MALFORMED;
  log.error({ err: error }, 'answering a reader');
  return FAULT;
}

async function answer(deps: RoomDeps, here: Here): Promise<void> {
  const { request, response, fault } = here;
  if (fault !== null) throw fault;
  here.head = readHead({ target: request.url ?? '', host: request.headers.host ?? '', scheme: deps.scheme });
  const { path, authority } = here.head;
  const hostName = authority.replace(/:\d{1,5}$/, '');
  const place = deps.places.get(hostName);
  if (!place && hostName === deps.domain) return leadToWww(deps, here);
  if (!place) throw new EstateError('request.misdirected', 'finding a place: none has this host');
  here.place = place;
  const style = Object.values(deps.styles).find((one) => one.path === path);
  if (style)
    return send(deps, here, { status: 200, type: 'text/css; charset=utf-8', content: style.bytes, cache: KEPT_FOR_EVER });
  if (isUnasked(here)) return say(deps, here, NOTHING_KEPT);
  const desk = place.readable === null ? undefined : deps.desks.get(place.readable);
  if (!desk) return say(deps, here, NOT_HERE);
  if (desk.shelf.index === null) return say(deps, here, NOT_YET);
  // Of a service of ours that was copied, a search or a filter is no page of the copy.
  const isAsking = desk.shelf.deps.isCrawled && place.routes.length > 0 && !asksOnlyLanguage(here.head.query);
  const file = (isAsking ? null : desk.findFile(path, languageOf(here))) ?? leadToRest(deps, here, desk);
  if (file === 'led away') return;
  if (file === null) return say(deps, here, NOT_FOUND);
  if (desk.answerFromMemory(file, request, response, here.requestId)) return;
  await desk.answerFromDisk(file, request, response, here.requestId);
}

/** Nothing is taken here: what comes all the same is not read, and the connection ends after the answer. */
function isUnasked({ request: { method, headers } }: Here): boolean {
  const brings = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? '0') > 0;
  return (method !== 'GET' && method !== 'HEAD') || brings;
}

/** What is not published: the page that rests for a route, a word about what only the service itself can answer, or no such page. */
function leadToRest(deps: RoomDeps, here: Here, desk: EditionDesk) {
  const { path, query } = here.head ?? { path: '/', query: '' };
  const route = routeAt(here.place?.routes ?? [], path);
  if (!route) return desk.findNotFound(path);
  const resting = route.method === 'GET' ? route.resting : undefined;
  const location = resting === undefined ? null : restingPath({ path: route.path, resting }, path);
  if (location !== null && desk.findFile(location)) redirect(deps, here, { status: 303, location: `${location}${query}` });
  else say(deps, here, NOT_HERE);
  return 'led away' as const;
}

function leadToWww(deps: RoomDeps, here: Here): void {
  const www = deps.places.get(`www.${deps.domain}`);
  if (!www) throw new EstateError('request.misdirected', 'finding a place: none has this host');
  redirect(deps, here, { status: 301, location: `${www.url}${here.head?.path ?? '/'}${here.head?.query ?? ''}` });
}

function redirect(deps: RoomDeps, here: Here, to: { readonly status: 301 | 303; readonly location: string }): void {
  send(deps, here, { status: to.status, location: to.location });
}

function say(deps: RoomDeps, here: Here, told: Told): void {
  const { request, head, place } = here;
  const isRepeatable = request.method === 'GET' && head !== null && place !== null;
  const pages = [...deps.places.values()].find(({ readable }) => readable !== null);
  const content = messagePage(
    {
      language: languageOf(here),
      organisation: deps.organisation,
      isSample: deps.isSample,
      area: place?.title ?? null,
      path: isRepeatable ? head.path : null,
      styles: { page: deps.styles.page.path, line: deps.styles.line.path },
      statusUrl: deps.statusUrl,
      pagesUrl: pages && told !== NOT_YET ? `${pages.url}/` : null,
    },
    told,
  );
  send(deps, here, { status: told.status, type: 'text/html; charset=utf-8', content: Buffer.from(String(content)) });
}

/** As asked for in the address, else as the path begins, else as the browser prefers. */
function languageOf({ request, head }: Here) {
  const asked = /[?&]lang=([a-z]{2})(?:&|$)/.exec(head?.query ?? '')?.[1];
  if (isLanguage(asked)) return asked;
  const first = head?.path.split('/')[1];
  return isLanguage(first) ? first : chooseLanguage(request.headers['accept-language']);
}

function send(
  deps: RoomDeps,
  here: Here,
  given: {
    readonly status: number;
    readonly type?: string;
    readonly content?: Buffer;
    readonly location?: string;
    readonly cache?: string;
  },
): void {
  const { request, response } = here;
  if (response.headersSent) return void response.destroy();
  const content = given.content ?? Buffer.alloc(0);
  response.writeHead(given.status, {
    ...deps.security,
    'cache-control': given.cache ?? 'no-store',
    ...(given.type ? { 'content-type': given.type } : {}),
    ...(given.location ? { location: given.location } : {}),
    ...(given.status === 503 ? { 'retry-after': '60' } : {}),
    ...(isUnasked(here) ? { connection: 'close' } : {}),
    'content-length': String(content.length),
    [REQUEST_ID_HEADER]: here.requestId,
  });
  response.end(request.method === 'HEAD' ? undefined : content);
}
