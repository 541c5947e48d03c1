import type { Language } from '@bulkhead/contracts';

/** What is told to the holder of an account. */
export const EVENT_KINDS = [
  'signed in',
  'passkey added',
  'passkey removed',
  'passkey copied',
  'recovery code used',
  'recovery codes made',
  'authenticator changed',
  'password changed',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export type AccountEvent = {
  readonly id: string;
  readonly kind: EventKind;
  readonly happenedAt: Date;
  /** In which it happened; null if it was refused. */
  readonly sessionId: string | null;
  readonly address: string;
  readonly device: string;
  /** Such as the name of a passkey. */
  readonly detail: string;
  readonly seenAt: Date | null;
};

/** Whose account it happened to. */
export type Holder = {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly language: Language;
};

/** Events are kept as long as sessions. */
export const KEPT_MS = 90 * 86_400_000;

/** What a session's person has not been shown yet: what happened elsewhere. */
export function listNews(events: readonly AccountEvent[], sessionId: string): readonly AccountEvent[] {
  return events.filter((event) => event.seenAt === null && event.sessionId !== sessionId);
}
