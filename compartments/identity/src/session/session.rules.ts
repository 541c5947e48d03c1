import type { Language } from '@bulkhead/contracts';

/** How long a session may lie unused, and how long it lasts at the most. Shorter for whoever rules over accounts. */
export type SessionLimits = { readonly idleMs: number; readonly longestMs: number };
export const USUAL_LIMITS: SessionLimits = { idleMs: 30 * 60_000, longestMs: 12 * 3_600_000 };
export const PRIVILEGED_LIMITS: SessionLimits = { idleMs: 15 * 60_000, longestMs: 8 * 3_600_000 };
export const BREAK_GLASS_LIMITS: SessionLimits = { idleMs: 15 * 60_000, longestMs: 3_600_000 };

export const SESSION_ENDS = ['person', 'administrator', 'new sign-in', 'password change', 'recovery', 'passkey copied'] as const;
export type SessionEnd = (typeof SESSION_ENDS)[number];

/** By what a person proved who they are; other ways in add theirs. */
export const SIGN_IN_METHODS = ['password', 'recovery code', 'passkey', 'provider', 'directory', 'break-glass'] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

export type LiveSession = {
  readonly id: string;
  readonly accountId: string;
  readonly startedAt: Date;
  readonly endsAt: Date;
  readonly lastSeenAt: Date;
  readonly idleMs: number;
  readonly address: string;
  readonly device: string;
  /** When the person last proved who they are, and by what. */
  readonly authenticatedAt: Date;
  readonly method: SignInMethod;
};
export type SessionOfPerson = LiveSession & {
  readonly displayName: string;
  readonly language: Language;
  /** Compartment → roles held there. */
  readonly roles: Readonly<Record<string, string[]>>;
  readonly delegationId: string;
  /** When the first of the roles ends. */
  readonly rolesUntil: Date | null;
};

/** When a session ends if it is not used again. */
export function endOf(session: Pick<LiveSession, 'endsAt' | 'lastSeenAt' | 'idleMs'>): Date {
  return new Date(Math.min(session.endsAt.getTime(), session.lastSeenAt.getTime() + session.idleMs));
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
