import { createServer } from 'node:http';
import { after } from 'node:test';
import type { Asker } from '@bulkhead/web';
import type { BootedWebsite } from './booted-website.ts';

const PASSED = ['content-type', 'accept', 'accept-language'];

/** Lets a browser into the newsroom as one person: passes its requests on with tokens, as the gateway does. */
export async function openFront(site: BootedWebsite, asker: Asker): Promise<string> {
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
      const method = request.method ?? 'GET';
      const told = await site.askBytes({
        method,
        path: request.url ?? '/',
        asker,
        headers,
        ...(body.length > 0 ? { body } : {}),
      });
      response.writeHead(told.status, told.headers).end(told.bytes);
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
