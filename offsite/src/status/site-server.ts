import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Language } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { chooseLanguage, isLanguage } from '@bulkhead/web';
import type { TakeReport } from './report.actions.ts';
import type { Site, SiteFile } from './site-files.actions.ts';

export type SiteServerOptions = {
  readonly site: Pick<Site, 'find'>;
  /** The only host name that is answered, without a port. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly tls: { readonly certificate: string | Buffer; readonly key: string | Buffer } | null;
  readonly log: Log;
  /** Takes what a person reports; without it nothing takes a body. */
  readonly takeReport?: TakeReport;
};

const HEAD_BYTES = 8192;
const CONNECTIONS = 2048;
/** The one form, and the pages that answer it. */
const FORM = /^\/([a-z]{2})\/report\/$/;
const FORM_PAGE = /^\/[a-z]{2}\/report\//;
const OUTCOMES = { thanks: 303, again: 400, later: 429 } as const;
const KEPT_FOR_EVER = 'public, max-age=31536000, immutable';
const KEPT_SHORTLY = 'public, max-age=10, stale-if-error=86400';
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/**
 * Serves the site over HTTP: GET and HEAD of the files it has, at its own host name, and nothing else.
 * @throws EstateError `port.taken`, `process.start_failed`
 */
export async function serveSite(options: SiteServerOptions): Promise<{ readonly close: () => Promise<void> }> {
  const server = createServer(options);
  server.maxConnections = CONNECTIONS;
  server.maxRequestsPerSocket = 1000;
  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => answer(incoming, outgoing, options));
  server.on('clientError', refuseMalformed);
  await listen(server, options);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 1000).unref();
      }),
  };
}

function createServer({ tls }: SiteServerOptions): Server {
  const limits = {
    maxHeaderSize: HEAD_BYTES,
    headersTimeout: 10_000,
    requestTimeout: 15_000,
    keepAliveTimeout: 5000,
    connectionsCheckingInterval: 2000,
  };
  if (!tls) return createPlainServer(limits);
  return createTlsServer({ ...limits, cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' });
}

function listen(server: Server, { address, port }: SiteServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'port.taken' : 'process.start_failed';
      reject(new EstateError(code, `serving the status page at ${address}, port ${port}`, { cause }));
    });
    server.listen({ host: address, port }, resolve);
  });
}

function answer(incoming: IncomingMessage, outgoing: ServerResponse, options: SiteServerOptions): void {
  for (const [name, value] of Object.entries(HEADERS)) outgoing.setHeader(name, value);
  if (options.tls) outgoing.setHeader('strict-transport-security', 'max-age=31536000');
  const form = formOf(incoming);
  if (form && options.takeReport) return void answerForm(incoming, outgoing, form, options);
  // Nothing else takes a body: one that comes all the same is not waited for.
  if (incoming.headers['content-length'] || incoming.headers['transfer-encoding']) outgoing.setHeader('connection', 'close');
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
    outgoing.setHeader('allow', options.takeReport && FORM.test(incoming.url ?? '') ? 'GET, HEAD, POST' : 'GET, HEAD');
    return say(outgoing, 405, 'Only GET and HEAD are answered here.');
  }
  if (countHosts(incoming) !== 1) return say(outgoing, 400, 'One Host header is needed.');
  if (hostIn(incoming) !== options.host) return say(outgoing, 421, `Only ${options.host} is answered here.`);
  const path = (incoming.url ?? '').split('?', 1)[0] ?? '';
  const file = options.site.find(path);
  if (file) return sendFile(incoming, outgoing, path, file);
  if (isLanguage(path.slice(1))) {
    outgoing.setHeader('location', `${path}/`);
    return say(outgoing, 301, `${path}/`);
  }
  // Browsers ask for it unasked; there is no emblem.
  if (path === '/favicon.ico') return void outgoing.writeHead(204, { 'cache-control': KEPT_FOR_EVER }).end();
  sendNotFound(incoming, outgoing, path, options);
}

function formOf({ method, url }: IncomingMessage): Language | undefined {
  const asked = method === 'POST' ? FORM.exec(url ?? '')?.[1] : undefined;
  return isLanguage(asked) ? asked : undefined;
}

async function answerForm(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  language: Language,
  { takeReport, site, host, log }: SiteServerOptions,
): Promise<void> {
  outgoing.setHeader('connection', 'close');
  outgoing.setHeader('cache-control', 'no-store');
  if (countHosts(incoming) !== 1) return say(outgoing, 400, 'One Host header is needed.');
  if (hostIn(incoming) !== host) return say(outgoing, 421, `Only ${host} is answered here.`);
  try {
    const outcome = (await takeReport?.(incoming, language)) ?? 'again';
    const path = `/${language}/report/${outcome}/`;
    if (outcome === 'later') outgoing.setHeader('retry-after', '600');
    if (outcome === 'thanks') return void outgoing.writeHead(OUTCOMES.thanks, { location: path }).end();
    allowForm(outgoing);
    const page = site.find(path);
    if (page) send(outgoing, OUTCOMES[outcome], page);
    else say(outgoing, OUTCOMES[outcome], 'The report was not taken.');
  } catch (err) {
    log.error({ err }, 'taking a report');
    if (!outgoing.headersSent) say(outgoing, 500, 'The report was not taken.');
  }
}

function allowForm(outgoing: ServerResponse): void {
  const policy = HEADERS['content-security-policy'] ?? '';
  outgoing.setHeader('content-security-policy', policy.replace("form-action 'none'", "form-action 'self'"));
}

function sendFile(incoming: IncomingMessage, outgoing: ServerResponse, path: string, file: SiteFile): void {
  const isApi = path.startsWith('/api/');
  if (FORM_PAGE.test(path)) allowForm(outgoing);
  outgoing.setHeader('etag', file.etag);
  outgoing.setHeader('cache-control', path.startsWith('/assets/') ? KEPT_FOR_EVER : KEPT_SHORTLY);
  outgoing.setHeader('cross-origin-resource-policy', isApi ? 'cross-origin' : 'same-origin');
  if (isApi) outgoing.setHeader('access-control-allow-origin', '*');
  if (hasSeen(incoming.headers['if-none-match'], file.etag)) {
    outgoing.writeHead(304).end();
    return;
  }
  send(outgoing, 200, file);
}

function sendNotFound(incoming: IncomingMessage, outgoing: ServerResponse, path: string, { site }: SiteServerOptions): void {
  const asked = path.split('/')[1];
  const language = isLanguage(asked) ? asked : chooseLanguage(incoming.headers['accept-language']);
  outgoing.setHeader('cache-control', 'no-store');
  const file = site.find(`/${language}/404.html`);
  if (file) send(outgoing, 404, file);
  else say(outgoing, 404, 'There is no such page.');
}

function send(outgoing: ServerResponse, status: number, file: SiteFile): void {
  outgoing.writeHead(status, { 'content-type': file.contentType, 'content-length': file.bytes.length });
  outgoing.end(outgoing.req.method === 'HEAD' ? undefined : file.bytes);
}

function say(outgoing: ServerResponse, status: number, sentence: string): void {
  outgoing.setHeader('cache-control', 'no-store');
  send(outgoing, status, { bytes: Buffer.from(`${sentence}\n`), contentType: 'text/plain; charset=utf-8', etag: '' });
}

function countHosts(incoming: IncomingMessage): number {
  return incoming.rawHeaders.filter((text, place) => place % 2 === 0 && text.toLowerCase() === 'host').length;
}

function hostIn(incoming: IncomingMessage): string {
  return (incoming.headers.host ?? '').toLowerCase().replace(/:\d{1,5}$/, '');
}

function hasSeen(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((given) => given.trim() === '*' || given.trim().replace(/^W\//, '') === etag);
}

function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const tooSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const status = tooLarge ? '431 Request Header Fields Too Large' : tooSlow ? '408 Request Timeout' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
}
