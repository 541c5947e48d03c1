import {
  COMMITS_HEADER,
  type CompartmentManifest,
  type Estate,
  REQUEST_ID_HEADER,
  TOKEN_HEADER,
  TOKEN_LIFETIME_SECONDS,
  type Trust,
  WELL_KNOWN,
} from '@bulkhead/contracts';
import { EstateError, isSameSecret, type Log, type Now } from '@bulkhead/kernel';
import { Hono } from 'hono';
import { chooseLanguage, isLanguage } from '#language.ts';
import type { CompartmentApp, CompartmentContext, CompartmentEnv } from './compartment-env.ts';
import { errorPage, errorTitle, wantsJson } from './error-page.ts';
import { errorRow } from './error-table.ts';
import { answerProblem, isAskedBySoftware } from './problem.ts';
import { ReplayCache } from './replay-cache.ts';
import { admitJob, admitRequest, type RequestCheck } from './request-check.ts';
import { checkTarget, methodsAt, pathOf } from './route-match.ts';
import { addSecurityHeaders } from './security-headers.ts';

export type CompartmentAppOptions = {
  readonly manifest: CompartmentManifest;
  readonly trust: Pick<Trust, 'gatewayKeys' | 'jobKeys'>;
  /** What other processes of ours present on internal paths (`/.…`). */
  readonly internalSecret: string;
  readonly now: Now;
  readonly log: Log;
  /** Tells of this process's health; throws if it cannot work. Its result is shown to the supervisor. */
  readonly health: () => Promise<Readonly<Record<string, unknown>>>;
  /** Whose site the error pages are of. */
  readonly estate: Pick<Estate, 'organisation' | 'isSample'>;
  /** How many used tokens are remembered at most, within their lifetime. */
  readonly rememberedTokens?: number;
};

/** Tokens are good for their lifetime and verified with two seconds of tolerance at both ends, and one for rounding. */
const REMEMBER_MS = (TOKEN_LIFETIME_SECONDS + 5) * 1000;
const REMEMBERED_TOKENS = 200_000;

/**
 * Begins the server of a compartment: a Hono app that lets in only requests with the gateway's token for exactly that request,
 * and, on paths that begin `/.`, processes of ours with the internal secret. Add handlers with `app.get`, `app.post`.
 */
export function createCompartmentApp(options: CompartmentAppOptions): CompartmentApp {
  const app = new Hono<CompartmentEnv>();
  const check: RequestCheck = {
    manifest: options.manifest,
    gatewayKeys: options.trust.gatewayKeys,
    jobKeys: options.trust.jobKeys,
    used: new ReplayCache({ now: options.now, keepMs: REMEMBER_MS, limit: options.rememberedTokens ?? REMEMBERED_TOKENS }),
    now: options.now,
    startedAt: options.now(),
  };
  app.use(async (c, next) => {
    prepare(c);
    await next();
    finish(c);
  });
  app.use(async (c, next) => {
    checkTarget(c.env.incoming.url ?? '');
    if (!isInternal(c)) await admitRequest(c, check);
    else await admitProcess(c, check, options.internalSecret);
    await next();
  });
  app.get('/.bulkhead/health', async (c) => {
    try {
      return c.json({ ok: true, compartment: options.manifest.name, ...(await options.health()) });
    } catch (err) {
      options.log.warn({ err }, 'telling of its health');
      return c.json({ ok: false, compartment: options.manifest.name }, 503);
    }
  });
  app.notFound((c) => answerError(c, new EstateError('request.not_found', 'finding a handler: there is none'), options));
  app.onError((error, c) => answerError(c, error, options));
  return app;
}

function isInternal(c: CompartmentContext): boolean {
  const { url = '' } = c.env.incoming;
  return url.startsWith('/.') && !url.startsWith(WELL_KNOWN);
}

function prepare(c: CompartmentContext): void {
  const given = c.req.header(REQUEST_ID_HEADER);
  c.set('requestId', given !== undefined && /^[A-Za-z0-9_-]{8,64}$/.test(given) ? given : 'unknown');
  const asked = c.req.query('lang');
  c.set('language', isLanguage(asked) ? asked : chooseLanguage(c.req.header('accept-language')));
  c.set('body', new Uint8Array());
  c.set('commits', []);
}

function finish(c: CompartmentContext): void {
  addSecurityHeaders(c.res.headers);
  if (c.var.commits.length > 0) c.res.headers.set(COMMITS_HEADER, c.var.commits.join(','));
}

async function admitProcess(c: CompartmentContext, check: RequestCheck, secret: string): Promise<void> {
  const given = c.req.header('authorization')?.replace(/^Bearer /, '') ?? '';
  if (!isSameSecret(given, secret))
    throw new EstateError('request.unauthenticated', 'answering a call: it presents no known secret');
  if (c.req.header(TOKEN_HEADER) !== undefined) await admitJob(c, check);
}

function answerError(c: CompartmentContext, error: Error, options: CompartmentAppOptions): Response {
  const code = error instanceof EstateError ? error.code : undefined;
  const row = errorRow(code);
  const { requestId, language } = c.var;
  if (!row.isKnown) options.log.error({ err: error, requestId, path: c.req.path }, 'answering a request');
  else if (code?.startsWith('token.')) options.log.warn({ err: error, requestId, path: c.req.path }, 'refusing a request');
  c.status(row.status);
  if (isInternal(c)) return c.json({ code: code ?? 'unknown', message: error.message });
  if (row.status === 405)
    c.header('allow', methodsAt(options.manifest, pathOf(c.env.incoming.url ?? ''), c.req.header('host') ?? '').join(', '));
  const sentence = row.sentences[language];
  if (isAskedBySoftware(c, options.manifest))
    return answerProblem(c, { status: row.status, code: code ?? 'unknown', detail: sentence });
  if (wantsJson(c.req.header('accept'))) return c.json({ code: code ?? 'unknown', message: sentence, requestId });
  const title = errorTitle(row.status, language);
  c.header('content-language', language);
  const { estate, manifest } = options;
  return c.html(errorPage({ code: code ?? 'unknown', title, sentence, requestId, language, estate, manifest }).toString());
}
