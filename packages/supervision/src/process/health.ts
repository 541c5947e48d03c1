import { EstateError, hasCode } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { askPlainHealth } from './plain-health.ts';
import type { ProcessSpec } from './process-spec.ts';

/** How a process answered when asked how it does. */
export type Health =
  | { readonly kind: 'well' }
  /** It answers, but says that it is not ready or not well. */
  | { readonly kind: 'unwell'; readonly detail: string }
  | { readonly kind: 'silent'; readonly detail: string };

const ASK_TIMEOUT_MS = 5_000;

/** Asks a process how it does. Never rejects. */
export async function askHealth(health: ProcessSpec['health'], signal: AbortSignal): Promise<Health> {
  if ('plain' in health) return askPlainHealth(health, signal);
  try {
    const peer = { socket: health.socket, secret: health.secret };
    await callWire(peer, { method: 'GET', path: health.path, timeoutMs: ASK_TIMEOUT_MS, signal }, z.unknown());
    return { kind: 'well' };
  } catch (error) {
    if (hasCode(error, 'wire.refused') || hasCode(error, 'wire.invalid_reply')) return { kind: 'unwell', detail: tell(error) };
    return { kind: 'silent', detail: 'does not answer' };
  }
}

function tell(error: unknown): string {
  if (!(error instanceof EstateError)) return String(error);
  return error.cause instanceof EstateError ? `${error.message}: ${error.cause.message}` : error.message;
}
