import { createServer } from 'node:http';
import { after } from 'node:test';
import type { Registry, TestPerson } from './booted-registry.ts';

const PASSED = ['content-type', 'accept', 'accept-language'];

/** Lets a browser into the registry as one person, or as nobody: passes its requests on with tokens, as the gateway does. */
export async function openFront(registry: Pick<Registry, 'ask'>, as?: TestPerson): Promise<string> {
  const server = createServer((request, response) => {
    answer().catch((error: unknown) => response.writeHead(500).end(String(error)));
    async function answer(): Promise<void> {
      const body = Buffer.concat(await request.toArray());
      const headers = Object.fromEntries(
        PASSED.flatMap((name) => {
          const value = request.headers[name];
          return typeof value === 'string' ? [[name, value]] : [];
        }),
      );
      const told = await registry.ask({
        method: request.method ?? 'GET',
        path: request.url ?? '/',
        headers,
        ...(as ? { as } : {}),
        ...(body.length > 0 ? { body } : {}),
      });
      const kept = Object.fromEntries(
        Object.entries(told.headers).filter(
          ([name]) => !['connection', 'keep-alive', 'transfer-encoding', 'content-length'].includes(name),
        ),
      );
      response.writeHead(told.status, kept).end(told.text);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}
