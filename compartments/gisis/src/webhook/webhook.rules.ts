import { createHash, createHmac, hkdfSync } from 'node:crypto';

/** An address outside that is told of changes, and how it fares. */
export type Webhook = {
  readonly id: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly delegation: string | null;
  readonly module: string;
  /** A list's query; empty for the whole module. */
  readonly query: string;
  readonly url: string;
  readonly secretGeneration: number;
  readonly secretCheck: string;
  readonly stoppedWhy: StopReason | null;
  /** Up to where its changes are taken up. */
  readonly place: string;
  readonly failingSince: Date | null;
  readonly createdAt: Date;
};
export const STOP_REASONS = ['asked', 'failing', 'gone', 'other-key', 'query'] as const;
export type StopReason = (typeof STOP_REASONS)[number];

export const EVENTS = ['record.changed', 'record.gone', 'record.left', 'registry.restored', 'test'] as const;
export type WebhookEvent = (typeof EVENTS)[number];

/** Something that an address is to be told, and how that went. */
export type Delivery = {
  readonly id: string;
  readonly webhookId: string;
  /** The same for every attempt: whoever is told twice knows it by this. */
  readonly message: string;
  readonly event: WebhookEvent;
  readonly reference: string | null;
  readonly revision: number | null;
  readonly createdAt: Date;
  readonly attempts: number;
  readonly nextAt: Date | null;
  readonly answeredStatus: number | null;
  readonly fault: string | null;
  readonly endedAs: 'sent' | 'given-up' | null;
};

/** One account has so many, and all together. */
export const MOST_OF_ACCOUNT = 10;
export const MOST_IN_ALL = 500;
/** So many wait for one address at once: what comes later waits in the feed. */
export const MOST_WAITING = 1000;
/** How long each attempt may take. */
export const ATTEMPT_MS = 5000;
/** After an attempt failed the address rests, and each message waits longer and longer, for more than a day; then it is given up. */
export const REST_MS = 60_000;
const PAUSES_MS = [10_000, 60_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 28_800_000, 36_000_000];
/** An address that takes nothing for so long is stopped. */
export const STOPPED_AFTER_MS = 86_400_000;
/** So long is it known what was told. */
export const KEPT_MS = 30 * 86_400_000;

/** When a message is tried again after so many attempts; null: no more. */
export function retryAfterMs(attempts: number): number | null {
  return PAUSES_MS[attempts - 1] ?? null;
}

/** Signs what is sent (Standard Webhooks 1.0): receivers compute the same over what arrives. */
export type Secret = {
  readonly text: string;
  readonly check: string;
  readonly sign: (message: string, at: Date, body: string) => string;
};

/**
 * A webhook's secret follows from a key that no database holds: nobody finds it there. `check` tells whether it is still the same,
 * for at another site the key is another.
 */
export function deriveSecret(
  sealingKey: Uint8Array,
  { id, generation }: { readonly id: string; readonly generation: number },
): Secret {
  const bytes = Buffer.from(hkdfSync('sha256', sealingKey, id, `secret of a webhook ${generation}`, 32));
  return {
    text: `whsec_${bytes.toString('base64')}`,
    check: createHash('sha256').update(bytes).digest('hex').slice(0, 16),
    sign: (message, at, body) =>
      `v1,${createHmac('sha256', bytes)
        .update(`${message}.${secondsOf(at)}.${body}`)
        .digest('base64')}`,
  };
}

export function headersOf(secret: Secret, message: string, at: Date, body: string): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    'user-agent': 'bulkhead-webhooks',
    'webhook-id': message,
    'webhook-timestamp': secondsOf(at),
    'webhook-signature': secret.sign(message, at, body),
  };
}

function secondsOf(at: Date): string {
  return String(Math.floor(at.getTime() / 1000));
}

/** What an answer means: taken, gone for good (410), or to be tried again. A redirect is not followed. */
export function judgeAnswer(status: number): 'taken' | 'gone' | 'failed' {
  if (status >= 200 && status < 300) return 'taken';
  return status === 410 ? 'gone' : 'failed';
}
