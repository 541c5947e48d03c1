import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { EstateError, trustAlso } from '@bulkhead/kernel';

export type Page = {
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
};

export type VisitOptions = {
  /** The form's fields, files among them; without them the visit is a GET. */
  readonly form?: Readonly<Record<string, string>> | FormData | URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
  /** For each request; 15 s unless told. */
  readonly timeoutMs?: number;
  /** Redirects followed at the most; 10 unless told. */
  readonly redirects?: number;
};

const PAGE_LIMIT = 33_554_432;

/**
 * A person's browser without a browser: it keeps cookies for each host, follows redirects, and sends the
 * headers by which a browser says where a form came from. It connects to one address whatever the host
 * name, since `www.localhost` is known to browsers but not to every resolver.
 */
export class Visitor {
  readonly #cookies = new Map<string, Map<string, string>>();
  readonly #address: string;
  readonly #from: string | undefined;
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: 16 });
  readonly #https: HttpsAgent;

  /**
   * @param options.address where to connect; @param options.certificates trusted beside the system's, PEM;
   * @param options.from which of this machine's addresses to come from, if not the system's choice
   */
  constructor(options: { readonly address: string; readonly certificates?: string; readonly from?: string }) {
    this.#address = options.address;
    this.#from = options.from;
    this.#https = new HttpsAgent({
      keepAlive: true,
      maxSockets: 16,
      ...(options.certificates ? { secureContext: trustAlso(options.certificates) } : {}),
    });
  }

  /**
   * Visits a page, or sends a form, and follows where it leads.
   * @throws EstateError `wire.unreachable` when no answer comes, `wire.invalid_reply` when redirects do not end
   */
  async visit(url: string, options: VisitOptions = {}): Promise<Page> {
    let page = await this.#ask(url, options);
    for (let left = options.redirects ?? 10; isRedirect(page); left -= 1) {
      if (left === 0) return page;
      const next = new URL(page.headers.location ?? '/', page.url).href;
      page = await this.#ask(next, {
        ...(options.headers ? { headers: options.headers } : {}),
        ...(options.timeoutMs ? { timeoutMs: options.timeoutMs } : {}),
      });
    }
    return page;
  }

  /** Ends all connections. */
  leave(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  /** The cookies held for a host, as its pages get them. */
  cookiesFor(host: string): string {
    return [...(this.#cookies.get(host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async #ask(url: string, options: VisitOptions): Promise<Page> {
    const target = new URL(url);
    const isTls = target.protocol === 'https:';
    const body = options.form && (await encodeForm(options.form));
    const headers: Record<string, string> = { host: target.host, accept: 'text/html,*/*;q=0.8' };
    const cookies = this.cookiesFor(target.host);
    if (cookies) headers['cookie'] = cookies;
    if (body) {
      Object.assign(headers, { origin: target.origin, 'sec-fetch-site': 'same-origin', 'content-type': body.type });
      headers['content-length'] = String(body.bytes.length);
    }
    Object.assign(headers, options.headers);
    const settings = {
      host: this.#address,
      ...(this.#from ? { localAddress: this.#from } : {}),
      port: target.port || (isTls ? 443 : 80),
      method: body ? 'POST' : 'GET',
      path: target.pathname + target.search,
      headers,
      agent: isTls ? this.#https : this.#http,
      signal: AbortSignal.timeout(options.timeoutMs ?? 15_000),
      ...(isTls ? { servername: target.hostname } : {}),
    };
    return new Promise((resolve, reject) => {
      const failed = (cause: Error) =>
        reject(new EstateError('wire.unreachable', `visiting ${url}: ${cause.message}`, { cause }));
      const outgoing = (isTls ? httpsRequest : httpRequest)(settings, (incoming) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        incoming.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > PAGE_LIMIT) incoming.destroy(new Error('the page is too long'));
          else chunks.push(chunk);
        });
        incoming.once('error', failed);
        incoming.once('end', () => {
          this.#keepCookies(target.host, incoming.headers['set-cookie'] ?? []);
          const body = Buffer.concat(chunks);
          resolve({ url, status: incoming.statusCode ?? 0, headers: incoming.headers, body, text: body.toString('utf8') });
        });
      });
      outgoing.once('error', failed);
      outgoing.end(body?.bytes);
    });
  }

  #keepCookies(host: string, lines: readonly string[]): void {
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';');
      const cut = pair.indexOf('=');
      if (cut < 1) continue;
      const name = pair.slice(0, cut).trim();
      const isOver = attributes.some(
        (attribute) => /^\s*max-age=0\s*$/i.test(attribute) || /^\s*expires=.*1970/i.test(attribute),
      );
      if (isOver) jar.delete(name);
      else jar.set(name, pair.slice(cut + 1).trim());
    }
    this.#cookies.set(host, jar);
  }
}

/** As a browser would send it: multipart if there are files, else urlencoded. */
async function encodeForm(form: NonNullable<VisitOptions['form']>): Promise<{ readonly type: string; readonly bytes: Buffer }> {
  const encoded = new Response(form instanceof FormData ? form : new URLSearchParams(form));
  return { type: encoded.headers.get('content-type') ?? '', bytes: Buffer.from(await encoded.arrayBuffer()) };
}

function isRedirect(page: Page): boolean {
  return [301, 302, 303, 307, 308].includes(page.status) && page.headers.location !== undefined;
}
