import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

export type BridgedRequest = {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};
export type BridgedAnswer = {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
};

/** Asks a Node listener without a connection, and holds its answer back: it is released when what it rests on is committed. */
export async function bridge(
  listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  asked: BridgedRequest,
): Promise<BridgedAnswer> {
  const request = new IncomingMessage(new Socket());
  request.method = asked.method;
  request.url = asked.path;
  request.httpVersion = '1.1';
  for (const [name, value] of Object.entries(asked.headers)) request.headers[name] = value;
  if (asked.body.length > 0) request.push(asked.body);
  request.push(null);
  const response = new HeldResponse(request);
  await listener(request, response);
  return { status: response.statusCode, headers: response.getHeaders(), body: response.held() };
}

/** A response that keeps what is written to it. */
class HeldResponse extends ServerResponse {
  readonly #chunks: Buffer[] = [];

  override write(chunk: unknown): boolean {
    this.#keep(chunk);
    return true;
  }

  override end(chunk?: unknown): this {
    this.#keep(chunk);
    this.finished = true;
    this.emit('finish');
    return this;
  }

  held(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  #keep(chunk: unknown): void {
    if (typeof chunk === 'string') this.#chunks.push(Buffer.from(chunk));
    else if (chunk instanceof Uint8Array) this.#chunks.push(Buffer.from(chunk));
  }
}
