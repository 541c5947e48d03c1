import { request } from 'node:http';
import type { Health } from './health.ts';

/** How a program that is not ours is asked how it does: a GET that answers below 400. */
export type PlainHealth = {
  readonly plain: { readonly socket: string } | { readonly port: number };
  readonly path: string;
  /** The Host header: some applications answer only to their own name. */
  readonly host: string;
};

const ASK_TIMEOUT_MS = 5_000;

/** Asks a program how it does. Never rejects. */
export function askPlainHealth(health: PlainHealth, signal: AbortSignal): Promise<Health> {
  const { plain, path, host } = health;
  const place = 'socket' in plain ? { socketPath: plain.socket } : { host: '127.0.0.1', port: plain.port };
  return new Promise((resolve) => {
    const silent = () => resolve({ kind: 'silent', detail: 'does not answer' });
    const options = { ...place, path, method: 'GET', headers: { host }, agent: false };
    const asked = request({ ...options, signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_TIMEOUT_MS)]) }, (reply) => {
      const status = reply.statusCode ?? 0;
      resolve(status < 400 ? { kind: 'well' } : { kind: 'unwell', detail: `${path} answers ${status}` });
      // What it says does not matter, however long it is.
      reply.destroy();
    });
    asked.on('error', silent);
    asked.end();
  });
}
