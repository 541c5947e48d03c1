/** Attempts that failed, or are not decided yet. */
export type Attempts = { readonly count: number; readonly lastAtMs: number };

/** From how many attempts on one has to wait, how long first, and at the most; doubled by each. */
export type Pace = { readonly free: number; readonly firstMs: number; readonly longestMs: number };

/** Attempts are forgotten after so long without another. */
export const FORGOTTEN_MS = 3_600_000;

/** One account from one address. */
export const PAIR_PACE: Pace = { free: 5, firstMs: 2000, longestMs: 900_000 };
/** One address, whatever the account: spraying. */
export const ADDRESS_PACE: Pace = { free: 20, firstMs: 2000, longestMs: 900_000 };
/** One account from addresses it has not signed in from: guessing from many places. */
export const ACCOUNT_PACE: Pace = { free: 20, firstMs: 2000, longestMs: 60_000 };
/** An address that others attack from, for an account that has signed in from it: slowed, never shut out [I7]. */
export const FAMILIAR_ADDRESS_PACE: Pace = { free: 20, firstMs: 2000, longestMs: 5000 };

/** An attempt, as it is counted. */
export type Tried = {
  readonly address: string;
  /** Whatever was typed, or what stands in for it. */
  readonly email: string;
  /** Whether that account has signed in from that address. */
  readonly isFamiliar: boolean;
  /** The browser, if that account has signed in with it: only its holder can come by it. */
  readonly knownBrowser?: string | null;
};

/** What an attempt is counted under, the pair of account and place first. A known browser waits for its own attempts alone [I7]. */
export function pacesOf(tried: Tried): readonly (readonly [string, Pace])[] {
  const network = networkOf(tried.address);
  const { email, knownBrowser } = tried;
  if (knownBrowser) return [[`browser ${knownBrowser} ${email}`, PAIR_PACE]];
  const pair = [`pair ${network} ${email}`, PAIR_PACE] as const;
  if (tried.isFamiliar) return [pair, [`address ${network}`, FAMILIAR_ADDRESS_PACE]];
  return [pair, [`address ${network}`, ADDRESS_PACE], [`account ${email}`, ACCOUNT_PACE]];
}

/** How long the next attempt has to wait. */
export function waitMs(attempts: Attempts | undefined, pace: Pace, nowMs: number): number {
  if (!attempts || nowMs - attempts.lastAtMs >= FORGOTTEN_MS || attempts.count < pace.free) return 0;
  const delayMs = Math.min(pace.longestMs, pace.firstMs * 2 ** Math.min(30, attempts.count - pace.free));
  return Math.max(0, attempts.lastAtMs + delayMs - nowMs);
}

/** The network that counts as one address: the address itself, or the first 64 bits of IPv6, which one subscriber has. */
export function networkOf(address: string): string {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail = ''] = plain.split('%', 1)[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  const last = tail === '' ? [] : tail.split(':');
  const missing = Array.from({ length: Math.max(0, 8 - groups.length - last.length) }, () => '0');
  const first = [...groups, ...missing, ...last].slice(0, 4);
  return `${first.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
