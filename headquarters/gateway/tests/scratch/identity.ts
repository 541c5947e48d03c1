import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ApiToken, Session } from '@bulkhead/contracts';
import { listenOnSocket } from '@bulkhead/wire';

const LONGEST_WAIT_MS = 10_000;

/** A small identity: sessions in memory, changes by long poll, a sign-in that lets everybody in. */
export class ScratchIdentity {
  readonly sessions = new Map<string, Session>();
  /** By their hash. */
  readonly apiTokens = new Map<string, ApiToken>();
  /** How often a session was asked for. */
  asked = 0;
  readonly seenIds: string[] = [];
  /** By which browsers people asked. */
  readonly browsers: string[] = [];
  /** What the gateway asked to end. */
  readonly endings: { readonly sessions: readonly string[]; readonly accounts: readonly { readonly account: string }[] }[] = [];
  /** The session that the next POST /sign-in begins. */
  nextSession: Session | null = null;
  /** While true, the changes are never answered. */
  isMute = false;
  readonly #socket: string;
  secret: string;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #changes: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(socket: string, secret: string) {
    this.#socket = socket;
    this.secret = secret;
  }

  start(): Promise<void> {
    return listenOnSocket(this.#server, this.#socket, 0o666);
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  begin(session: Session): Session {
    this.sessions.set(session.id, session);
    return session;
  }

  /** Ends a session and tells whoever follows the changes. */
  end(id: string): void {
    this.sessions.delete(id);
    this.#changes.push(id);
    if (this.isMute) return;
    for (const wake of this.#waiting) wake();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://identity');
    if (!url.pathname.startsWith('/.identity/')) return this.#answerPeople(request, response, url);
    if (request.headers.authorization !== `Bearer ${this.secret}`) return void response.writeHead(401).end('{}');
    if (url.pathname === '/.identity/sessions/changes')
      return this.#answerChanges(response, Number(url.searchParams.get('after')));
    if (url.pathname === '/.identity/sessions/end') return this.#answerEnd(request, response);
    if (url.pathname === '/.identity/sessions/seen') return this.#answerSeen(request, response);
    this.asked += 1;
    const apiToken = this.apiTokens.get(url.pathname.split('/').at(-1) ?? '');
    if (apiToken) return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(apiToken));
    const session = this.sessions.get(url.pathname.split('/').at(-1) ?? '');
    response
      .writeHead(session ? 200 : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify(session ?? { code: 'request.not_found' }));
  }

  async #answerChanges(response: ServerResponse, after: number): Promise<void> {
    if (this.#changes.length <= after) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.#waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, LONGEST_WAIT_MS);
        this.#waiting.add(done);
        response.once('close', done);
      });
    }
    if (this.isMute) return;
    response.end(JSON.stringify({ sequence: this.#changes.length, sessions: this.#changes.slice(after) }));
  }

  async #answerSeen(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    this.seenIds.push(...JSON.parse(Buffer.concat(chunks).toString('utf8')).ids);
    response.end('{}');
  }

  async #answerEnd(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const asked = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    this.endings.push(asked);
    for (const id of asked.sessions) this.end(id);
    response.end('{}');
  }

  async #answerPeople(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    for await (const _ of request);
    this.browsers.push(String(request.headers['bulkhead-browser'] ?? ''));
    if (request.method === 'POST' && url.pathname === '/sign-in' && this.nextSession) {
      this.begin(this.nextSession);
      response.writeHead(303, {
        location: `/.gateway/continue${url.search}`,
        'bulkhead-session-started': this.nextSession.id,
        'set-cookie': 'identity-own=must-not-arrive',
        'content-security-policy': "default-src 'none'; form-action 'self'",
      });
      return void response.end();
    }
    if (request.method === 'POST' && url.pathname === '/sign-out') {
      const id = url.searchParams.get('session') ?? '';
      this.end(id);
      return void response.writeHead(303, { location: '/sign-in', 'bulkhead-session-ended': id }).end();
    }
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><form method="post"><button>Sign in</button></form>');
  }
}
