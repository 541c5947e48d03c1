import type { SecurityHeaders } from '@bulkhead/contracts';
import { admits, type Estate, LANGUAGES, type Language, statusUrl } from '@bulkhead/contracts';
import type { EditionDesk } from '@bulkhead/front';
import { hasCode, type Now } from '@bulkhead/kernel';
import { wantsJson } from '@bulkhead/web';
import type { Origins } from '#route/origin.rules.ts';
import type { SealBoard } from '#seal/seal.actions.ts';
import { cookieNames, writeCookie } from '#session/cookie.rules.ts';
import { challengeHeaders, rateHeaders } from '#software/software.rules.ts';
import { type AskedHere, isWriteMethod, languageOf } from './asked.rules.ts';
import { type Failure, tellFailure } from './failure.rules.ts';
import type { FailureLog } from './failure-log.actions.ts';
import { failurePage, type PageFrame, say } from './page.views.ts';
import { reply } from './reply.actions.ts';
import { type OpenPart, sealedPage } from './sealed.views.ts';

export type FailureDeps = {
  readonly estate: Estate;
  readonly origins: Origins;
  readonly desks: ReadonlyMap<string, EditionDesk>;
  readonly board: SealBoard;
  readonly security: SecurityHeaders;
  readonly stylePath: string;
  readonly isTls: boolean;
  readonly now: Now;
  readonly failures: FailureLog;
};

const SEALED_RETRY_SECONDS = 120;

/** Answers whatever went wrong: the sealed room for a closed compartment, else a page that tells what to do. */
export function answerFailure(deps: FailureDeps, asked: AskedHere, error: unknown, headers: Record<string, string> = {}): void {
  const failure = tellFailure(error);
  const { requestId } = asked;
  deps.failures.tell(failure, { err: error, requestId, compartment: asked.origin?.compartment.name ?? null });
  const standing = asked.origin && deps.board.standingOf(asked.origin.compartment.name);
  const isClosed = hasCode(error, 'compartment.sealed') && failure.code !== 'transaction.in_doubt';
  if (isClosed && standing && admits(standing.state) === 'nothing') answerSealed(deps, asked);
  else answerPlain(deps, asked, failure, headers);
}

function answerPlain(deps: FailureDeps, asked: AskedHere, failure: Failure, headers: Record<string, string>): void {
  const language = languageOf(asked);
  const { status } = failure;
  const retryAfter = asked.retryAfter ?? failure.retryAfter;
  const own = {
    ...headers,
    'content-language': language,
    ...(retryAfter ? { 'retry-after': String(retryAfter) } : {}),
    ...(failure.code === 'request.malformed' ? { connection: 'close' } : {}),
    ...(failure.code === 'session.ended'
      ? { 'set-cookie': writeCookie(cookieNames(deps.isTls).session, '', deps.isTls, 0) }
      : {}),
  };
  if (asked.isSoftware) return answerProblem(deps, asked, { failure, language, headers: own });
  if (wantsJson(asked.request.headers.accept)) {
    const told = { code: failure.code, message: say(language, failure.sentence), requestId: asked.requestId };
    reply(asked, deps.security, { status, headers: own, body: jsonBody(told) });
    return;
  }
  const signInPath = failure.status === 401 || failure.code === 'sign_in.expired' ? '/' : null;
  const content = failurePage({ ...frameOf(deps, asked, language), failure, signInPath, statusUrl: statusUrl(deps.estate) });
  reply(asked, deps.security, { status, headers: own, body: htmlBody(String(content)) });
}

/** What is wrong, as programs read it (RFC 9457); what a sealed compartment tells besides stands beside it. */
function answerProblem(
  deps: FailureDeps,
  asked: AskedHere,
  told: {
    readonly failure: Pick<Failure, 'code' | 'status' | 'title' | 'sentence'>;
    readonly language: Language;
    readonly headers: Readonly<Record<string, string>>;
    readonly more?: Readonly<Record<string, string | null>>;
  },
): void {
  const { code, status, title, sentence } = told.failure;
  const problem = {
    type: 'about:blank',
    title: say(told.language, title),
    status,
    detail: say(told.language, sentence),
    code,
    requestId: asked.requestId,
    ...told.more,
  };
  const headers = { ...told.headers, ...challengeHeaders(code), ...(asked.rate ? rateHeaders(asked.rate) : {}) };
  const body = { type: 'application/problem+json; charset=utf-8', content: JSON.stringify(problem) };
  reply(asked, deps.security, { status, headers, body });
}

function answerSealed(deps: FailureDeps, asked: AskedHere): void {
  const { origin } = asked;
  if (!origin) return;
  const language = languageOf(asked);
  const { state, sinceAt, nextUpdateAt } = deps.board.standingOf(origin.compartment.name);
  const promised = nextUpdateAt !== null && Date.parse(nextUpdateAt) > deps.now().getTime() ? new Date(nextUpdateAt) : null;
  const secondsLeft = promised ? Math.ceil((promised.getTime() - deps.now().getTime()) / 1000) : SEALED_RETRY_SECONDS;
  const headers = { 'retry-after': String(secondsLeft), 'content-language': language };
  const more = {
    compartment: origin.compartment.name,
    state,
    sinceAt,
    nextUpdateAt: promised?.toISOString() ?? null,
    statusPage: statusUrl(deps.estate),
  };
  if (asked.isSoftware) {
    const failure = { code: 'compartment.sealed', status: 503, title: 'laterTitle', sentence: 'sealedLead' } as const;
    return answerProblem(deps, asked, { failure, language, headers, more });
  }
  if (wantsJson(asked.request.headers.accept)) {
    const told = {
      code: 'compartment.sealed',
      message: say(language, 'sealedLead'),
      ...more,
      requestId: asked.requestId,
    };
    reply(asked, deps.security, { status: 503, headers, body: jsonBody(told) });
    return;
  }
  const content = sealedPage({
    ...frameOf(deps, asked, language),
    area: null,
    service: origin.title,
    state,
    sinceAt: sinceAt === null ? null : new Date(sinceAt),
    nextUpdateAt: promised,
    statusUrl: statusUrl(deps.estate),
    open: listOpenParts(deps),
    rooms: deps.estate.compartments.map(({ manifest }) => ({ isClosed: isRoomClosed(deps, manifest.name) })),
  });
  reply(asked, deps.security, { status: 503, headers, body: htmlBody(String(content)) });
}

function listOpenParts(deps: FailureDeps): OpenPart[] {
  return [...deps.origins.byHost.values()].flatMap((origin) => {
    const { name } = origin.compartment;
    // A closed compartment's public pages go on from its edition.
    const isServed = (origin.hasEdition || origin.hasFrozen) && (deps.desks.get(name)?.shelf.index ?? null) !== null;
    if (isRoomClosed(deps, name) && !isServed) return [];
    const isReadOnly = deps.board.standingOf(name).state === 'read-only';
    return [{ title: origin.title, url: origin.url, isReadOnly, isPublic: origin.kind === 'public' }];
  });
}

function isRoomClosed(deps: FailureDeps, compartment: string): boolean {
  return admits(deps.board.standingOf(compartment).state) === 'nothing';
}

function frameOf(deps: FailureDeps, asked: AskedHere, language: Language): PageFrame {
  const { estate } = deps;
  const links = Object.fromEntries(LANGUAGES.map((one) => [one, `${asked.path}?lang=${one}`]));
  const canRepeat = asked.origin !== null && !isWriteMethod(asked.request.method);
  return {
    language,
    kind: asked.origin?.kind ?? 'public',
    organisation: estate.organisation,
    isSample: estate.isSample,
    area: asked.origin?.title ?? null,
    stylesheetPath: deps.stylePath,
    requestId: asked.requestId,
    ...(canRepeat ? { languages: links } : {}),
  };
}

function htmlBody(content: string) {
  return { type: 'text/html; charset=utf-8', content };
}

function jsonBody(told: unknown) {
  return { type: 'application/json; charset=utf-8', content: JSON.stringify(told) };
}
