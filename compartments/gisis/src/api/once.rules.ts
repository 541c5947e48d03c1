import { createHash } from 'node:crypto';

/** A write that is done once, however often it is sent: under a key of the sender's choice (draft-ietf-httpapi-idempotency-key-header). */
export type Once = { readonly accountId: string; readonly key: string; readonly requestSha256: string };
/** What a write was answered with. */
export type Answer = { readonly status: 200 | 201; readonly reference: string; readonly etag: string; readonly body: string };

/** Another request has this key: what it was answered with is the answer. */
export class AnsweredAlready extends Error {}

/** So long a key is known. */
export const KEPT_MS = 86_400_000;
/** So many keys of one account are known at once. */
export const MOST_KEYS = 5000;

/** The key of a header, which may stand in quotes; undefined for what is none. */
export function readKey(header: string): string | undefined {
  return /^"?([\x21\x23-\x7e]{1,200})"?$/.exec(header.trim())?.[1];
}

/** All that decides what a request does. */
export type Deciding = {
  readonly method: string;
  readonly path: string;
  readonly ifMatch: string;
  readonly body: Uint8Array;
};

/** What a request's header says; null where no key is given, undefined where it is none. */
export function readOnce(header: string | undefined, accountId: string, asked: Deciding): Once | null | undefined {
  if (header === undefined) return null;
  const key = readKey(header);
  return key === undefined ? undefined : { accountId, key, requestSha256: digestRequest(asked) };
}

/** Two requests are the same if all that decides what they do is. */
export function digestRequest(asked: Deciding): string {
  return createHash('sha256')
    .update(JSON.stringify([asked.method, asked.path, asked.ifMatch]))
    .update(asked.body)
    .digest('hex');
}
