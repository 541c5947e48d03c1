import type { SecurityHeaders } from '@bulkhead/contracts';
import { REQUEST_ID_HEADER } from '@bulkhead/contracts';
import { announcesBody } from '#proxy/body.actions.ts';
import type { AskedHere } from './asked.rules.ts';

export type Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: { readonly type: string; readonly content: string | Uint8Array };
};

/** How much of an unwanted body is still read, so that the client gets to read the refusal. */
const LINGER_BYTES = 1_048_576;
const LINGER_MS = 1000;

/** Answers with something of the gateway's own. */
export function reply(asked: AskedHere, security: SecurityHeaders, given: Reply): void {
  const { response, request } = asked;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const content = Buffer.from(given.body?.content ?? '');
  const isUnread = announcesBody(request) && !request.complete;
  for (const [name, value] of Object.entries(security)) response.setHeader(name, value);
  response.setHeader('cache-control', 'no-store');
  response.setHeader(REQUEST_ID_HEADER, asked.requestId);
  if (given.body) response.setHeader('content-type', given.body.type);
  for (const [name, value] of Object.entries(given.headers ?? {})) response.setHeader(name, value);
  if (isUnread) response.setHeader('connection', 'close');
  if (given.status !== 304) response.setHeader('content-length', String(content.length));
  response.writeHead(given.status);
  const sent = request.method === 'HEAD' ? Buffer.alloc(0) : content;
  if (isUnread) lingerBeforeEnd(asked, sent);
  else response.end(sent);
}

// Closing with unread bytes resets the connection, and the client may lose the answer: read on for a moment first.
function lingerBeforeEnd(asked: AskedHere, content: Uint8Array): void {
  const { request, response } = asked;
  let bytes = 0;
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  if (content.length > 0) response.write(content);
  else response.flushHeaders();
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LINGER_BYTES) end();
  });
  request.once('end', end).once('error', end).once('close', end);
  request.resume();
}
