import { createHash } from 'node:crypto';

/** A write that is done once, however often it is sent: under a key of the sender's choice (draft-ietf-httpapi-idempotency-key-header). */
export type Once = { readonly accountId: string; readonly key: string; readonly requestSha256: string };
/** What a write was answered with. */
export type Answer = { readonly status: 200 | 201; readonly reference: string; readonly etag: string; readonly body: string };

/** So long a key is known. */
export const KEPT_MS = 86_400_000;
/** So many keys of one account are known at once. */
export const MOST_KEYS = 5000;

/** The key of a header, which may stand in quotes; undefined for what is none. */
export function readKey(header: string): string | undefined {
  return /^"?([\x21\x23-\x7e]{1,200})"?$/.exec(header.trim())?.[1];
}

/** Two requests are the same if all that decides what they do is. */
export function digestRequest(asked: {
  readonly method: string;
  readonly path: string;
  readonly ifMatch: string;
  readonly body: Uint8Array;
}): string {
  return createHash('sha256')
    .update(JSON.stringify([asked.method, asked.path, asked.ifMatch]))
    .update(asked.body)
    .digest('hex');
}
