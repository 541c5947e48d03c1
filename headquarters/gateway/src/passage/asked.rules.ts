import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Language } from '@bulkhead/contracts';
import { chooseLanguage, isLanguage } from '@bulkhead/web';
import type { Origin } from '#route/origin.rules.ts';

/** How often software may ask here, and how much of it is left. */
export type RateTold = { readonly perMinute: number; readonly left: number; readonly wholeAfterSeconds: number };

/** A request at the door, and what becomes known of it on its way. */
export type Asked = {
  readonly request: IncomingMessage;
  readonly requestId: string;
  readonly address: string;
  readonly receivedAt: Date;
  readonly startedAtMs: number;
  readonly awaitsContinue: boolean;
  origin: Origin | null;
  path: string;
  query: string;
  routeId: string | null;
  accountId: string | null;
  /** Seconds after which it may be asked again. */
  retryAfter: number | null;
  /** A program asks: it is told what is wrong as a problem (RFC 9457), and how much it may still ask. */
  isSoftware: boolean;
  rate: RateTold | null;
};

/** A request that is answered with a response; upgrades have a bare connection instead. */
export type AskedHere = Asked & { readonly response: ServerResponse };

export function isWriteMethod(method: string | undefined): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** The language of a page of ours: as asked for in the address, else as the browser prefers. */
export function languageOf(asked: Pick<Asked, 'request' | 'query'>): Language {
  const given = /[?&]lang=([a-z]{2})(?:&|$)/.exec(asked.query)?.[1];
  return isLanguage(given) ? given : chooseLanguage(asked.request.headers['accept-language']);
}
