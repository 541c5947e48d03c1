import { createServer } from 'node:http';
import { listenOnSocket } from '@bulkhead/wire';
import { getRequestListener } from '@hono/node-server';
import type { CompartmentApp } from './compartment-env.ts';

const HEADER_BYTES = 32_768;
const HEADER_MS = 15_000;
const REQUEST_MS = 300_000;
const CLOSE_MS = 2000;

/**
 * Serves a compartment on a unix socket that whoever reaches its directory may connect to: the tokens decide.
 * `close` ends idle connections at once and running ones after two seconds.
 * @throws EstateError `socket.path_too_long`, `process.start_failed`
 */
export async function serveCompartment(options: {
  readonly app: CompartmentApp;
  readonly socket: string;
}): Promise<{ readonly close: () => Promise<void> }> {
  const listener = getRequestListener(options.app.fetch, { overrideGlobalObjects: false });
  const server = createServer(
    { maxHeaderSize: HEADER_BYTES, headersTimeout: HEADER_MS, requestTimeout: REQUEST_MS },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  await listenOnSocket(server, options.socket, 0o666);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), CLOSE_MS).unref();
      }),
  };
}
