import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { TOKEN_HEADER, type VerifiedToken, type VerifyingKey, verifyToken } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { listenOnSocket } from '@bulkhead/wire';
import { WebSocketServer } from 'ws';

export type Seen = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly bodyBytes: number;
  readonly bodySha256: string | null;
  readonly token: VerifiedToken;
};

export type Answering = (seen: Seen, response: ServerResponse) => void | Promise<void>;

/** A small compartment on a unix socket: it verifies the token of every request, and answers as the test tells it. */
export class ScratchCompartment {
  readonly seen: Seen[] = [];
  readonly webSockets: WebSocketServer;
  answering: Answering = (seen, response) => void response.end(`${seen.method} ${seen.url}`);
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #given: { readonly name: string; readonly socket: string; readonly keys: readonly VerifyingKey[] };
  #isListening = false;

  constructor(given: { readonly name: string; readonly socket: string; readonly keys: readonly VerifyingKey[] }) {
    this.#given = given;
    this.webSockets = new WebSocketServer({ server: this.#server });
    this.webSockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`you said ${data.toString()}`)));
  }

  async start(): Promise<void> {
    await listenOnSocket(this.#server, this.#given.socket, 0o666);
    this.#isListening = true;
  }

  /** The last request that arrived. */
  get last(): Seen {
    const last = this.seen.at(-1);
    if (!last) throw new Error('nothing has arrived');
    return last;
  }

  stop(): Promise<void> {
    if (!this.#isListening) return Promise.resolve();
    this.#isListening = false;
    return new Promise((resolve) => {
      for (const client of this.webSockets.clients) client.terminate();
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const given = request.headers[TOKEN_HEADER];
      const token = await verifyToken(typeof given === 'string' ? given : undefined, {
        keys: this.#given.keys,
        compartment: this.#given.name,
        now: () => new Date(),
      });
      const seen: Seen = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        bodyBytes: body.length,
        bodySha256: body.length === 0 ? null : sha256Hex(body),
        token,
      };
      this.seen.push(seen);
      await this.answering(seen, response);
    } catch (error) {
      if (!response.headersSent) response.writeHead(500);
      response.end(`the scratch compartment failed: ${String(error)}`);
    }
  }
}
