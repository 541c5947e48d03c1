import type { Role } from '#role/role.rules.ts';

const DAY_MS = 86_400_000;
/** A role is held so long at the most, counted from the day it is given or confirmed. */
export const LONGEST_GRANT_DAYS = 3 * 366;
/** And so long unless told. */
export const USUAL_GRANT_DAYS = 365;
/** Somebody looks at every role once a year. */
export const REVIEW_DAYS = 365;
/** What must be looked at within so many days stands on the list. */
export const REVIEW_SOON_DAYS = 60;
export const LONGEST_REASON = 500;

export type Grant = Role & {
  readonly accountId: string;
  readonly state: 'asked' | 'granted';
  readonly grantedBy: string;
  readonly grantedAt: Date;
  readonly endsAt: Date;
  readonly reviewBy: Date;
  readonly reason: string;
};

export const GRANT_EVENTS = ['asked', 'granted', 'approved', 'refused', 'confirmed', 'ended', 'lapsed'] as const;
export type GrantEventKind = (typeof GRANT_EVENTS)[number];
export type GrantEvent = Role & {
  readonly at: Date;
  readonly what: GrantEventKind;
  /** The name of whoever did it, while it is known. */
  readonly byName: string | null;
  readonly reason: string;
  readonly endsAt: Date | null;
};

/** A grant with whose it is, for lists over many accounts. */
export type GrantOfPerson = Grant & {
  readonly displayName: string;
  readonly delegationId: string;
  readonly delegationNames: Readonly<Record<string, string>>;
  readonly grantedByName: string | null;
};

/** The end of a day of UTC written YYYY-MM-DD; null if there is no such day. */
export function endOfDay(text: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const end = new Date(`${text}T23:59:59.999Z`);
  return Number.isNaN(end.getTime()) || end.toISOString().slice(0, 10) !== text ? null : end;
}

/** The day of UTC on which something ends, as a form writes it. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

export function dayAfter(now: Date, days: number): string {
  return dayOf(new Date(now.getTime() + days * DAY_MS));
}

/** Why a last day cannot be taken. */
export function judgeEnd(endsAt: Date, now: Date): 'past' | 'too far' | null {
  if (endsAt.getTime() <= now.getTime()) return 'past';
  return endsAt.getTime() > now.getTime() + (LONGEST_GRANT_DAYS + 1) * DAY_MS ? 'too far' : null;
}

export function yearAfter(now: Date): Date {
  return new Date(now.getTime() + REVIEW_DAYS * DAY_MS);
}

/** By when a role must be looked at: a year from now, or before it ends. */
export function reviewAfter(now: Date, endsAt: Date): Date {
  return new Date(Math.min(yearAfter(now).getTime(), endsAt.getTime()));
}

export function reviewHorizon(now: Date): Date {
  return new Date(now.getTime() + REVIEW_SOON_DAYS * DAY_MS);
}

export type TermFault = 'dayInvalid' | 'dayPast' | 'dayTooFar' | 'reasonMissing';

/** Reads until when and why a role is held, as a form writes it. */
export function readTerms(
  typed: { readonly endsOn: string; readonly reason: string },
  now: Date,
):
  | { readonly ok: true; readonly endsAt: Date; readonly reason: string }
  | { readonly ok: false; readonly faults: Partial<Record<'endsOn' | 'reason', TermFault>> } {
  const endsAt = endOfDay(typed.endsOn.trim());
  const judged = endsAt && judgeEnd(endsAt, now);
  const end: TermFault | null =
    endsAt === null ? 'dayInvalid' : judged === 'past' ? 'dayPast' : judged === 'too far' ? 'dayTooFar' : null;
  const reason = typed.reason.trim();
  if (endsAt !== null && end === null && reason !== '') return { ok: true, endsAt, reason };
  return {
    ok: false,
    faults: { ...(end ? { endsOn: end } : {}), ...(reason === '' ? { reason: 'reasonMissing' as const } : {}) },
  };
}
