import type { Language } from '@bulkhead/contracts';

/** A session ends when it is not used for so long. */
export const IDLE_MS = 30 * 60_000;
/** And in any case so long after sign-in. */
export const LONGEST_MS = 12 * 3_600_000;

export const SESSION_ENDS = ['person', 'administrator', 'new sign-in', 'password change', 'recovery'] as const;
export type SessionEnd = (typeof SESSION_ENDS)[number];

export type LiveSession = {
  readonly id: string;
  readonly accountId: string;
  readonly startedAt: Date;
  readonly endsAt: Date;
  readonly lastSeenAt: Date;
  readonly address: string;
  readonly device: string;
};
export type SessionOfPerson = LiveSession & {
  readonly displayName: string;
  readonly language: Language;
  /** Compartment → roles held there. */
  readonly roles: Readonly<Record<string, string[]>>;
};

/** When a session ends if it is not used again. */
export function endOf(session: Pick<LiveSession, 'endsAt' | 'lastSeenAt'>): Date {
  return new Date(Math.min(session.endsAt.getTime(), session.lastSeenAt.getTime() + IDLE_MS));
}

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:iPhone|iPad|iPod)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** Browser and system by name, and no more of what a browser says of itself; empty if unknown. */
export function describeDevice(userAgent: string | undefined): string {
  const given = (userAgent ?? '').slice(0, 400);
  const named = [BROWSERS, SYSTEMS].map((table) => table.find(([pattern]) => pattern.test(given))?.[1]);
  return named.filter((name) => name !== undefined).join(' · ');
}
