import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { after } from 'node:test';
import type { Asker } from '@bulkhead/web';
import { type BootedIdentity, startedBy } from './booted-identity.ts';

const BODY_LIMIT = 65_536;
/** What the gateway says of every page and identity does not contradict. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'bulkhead-session-started',
  'bulkhead-session-ended',
]);

export type ScratchDoor = { readonly port: number; readonly url: string; readonly serve: (identity: BootedIdentity) => void };

/** A door for browsers in front of one identity: it keeps the session in a cookie, as the gateway does, and nothing else of it. */
export async function openScratchDoor(): Promise<ScratchDoor> {
  let identity: BootedIdentity | undefined;
  const server = createServer((request, response) => {
    const answer = identity ? pass(identity, request, response) : Promise.reject(new Error('nobody is behind the door'));
    answer.catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.closeAllConnections());
  after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { port, url: `http://id.localhost:${port}`, serve: (given) => void (identity = given) };
}

async function pass(identity: BootedIdentity, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks).subarray(0, BODY_LIMIT);
  const asker = await askerOf(identity, request.headers.cookie);
  const { host = '' } = request.headers;
  const answer = await identity.ask({
    path: request.url ?? '/',
    method: request.method ?? 'GET',
    ...(asker ? { asker } : {}),
    ...(request.method === 'POST' ? { form: body.toString('utf8') } : {}),
    headers: {
      host,
      'user-agent': request.headers['user-agent'] ?? '',
      'bulkhead-browser': 'the browser of the test',
      ...(request.headers.accept ? { accept: request.headers.accept } : {}),
    },
  });
  const headers = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.has(name)));
  const started = startedBy(answer);
  const cookie =
    started === undefined
      ? answer.headers['bulkhead-session-ended']
        ? 'session=; Path=/; Max-Age=0'
        : null
      : `session=${started}; Path=/; HttpOnly`;
  response.writeHead(answer.status, { ...headers, ...(cookie === null ? {} : { 'set-cookie': cookie }) }).end(answer.text);
}

async function askerOf(identity: BootedIdentity, cookie: string | undefined): Promise<Asker | null> {
  const sessionId = /session=([\w-]{43})/.exec(cookie ?? '')?.[1];
  const session = sessionId === undefined ? null : await identity.find(sessionId);
  if (!session) return null;
  const { accountId, id, displayName, roles } = session;
  return { accountId, sessionId: id, displayName, roles: roles['identity'] ?? [] };
}
