import { pinSchema } from '@bulkhead/contracts';
import type { Log } from '@bulkhead/kernel';
import { callWire, createWireApp, serveWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { type LinkEnd, type LinkStatus, linkStatusSchema } from './end.ts';

const ROTATE_MS = 30_000;
const rotatedSchema = z.object({ pin: pinSchema });

/** Serves what the supervisor and the command line ask of a site's link process. */
export function serveLinkControl(options: {
  readonly end: LinkEnd;
  readonly socket: string;
  readonly secret: string;
  readonly log: Log;
}): Promise<{ readonly close: () => Promise<void> }> {
  const { end, socket, secret, log } = options;
  const app = createWireApp({ secrets: { site: secret }, log });
  // Well as long as it runs: whether the other site is there is told, and is no reason to start anew.
  app.get('/health', (c) => c.json({ ok: true, isUp: end.status().isUp }));
  app.get('/status', (c) => c.json(end.status()));
  app.post('/rotate', async (c) => c.json({ pin: await end.rotate() }));
  return serveWire({ app, socket, mode: 0o600 });
}

export function askLink(peer: WirePeer): Promise<LinkStatus> {
  return callWire(peer, { method: 'GET', path: '/status', timeoutMs: 3000 }, linkStatusSchema);
}

/** Has a site's link process take a new key; returns its pin when the other site knows it. */
export async function rotateKey(peer: WirePeer): Promise<string> {
  return (await callWire(peer, { method: 'POST', path: '/rotate', timeoutMs: ROTATE_MS }, rotatedSchema)).pin;
}
