import { sha256Hex } from '@bulkhead/kernel';
import { isPlainText } from '#site/plain-text.rules.ts';

/** A kind of secret that software presents: the rows that stand for it, how its text begins, how many of one holder live at once. */
export type BearerKind = { readonly table: 'api_token' | 'scim_token'; readonly prefix: string; readonly most: number };

/** A secret as its holder sees it afterwards: its text was shown once. */
export type BearerRow = {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly endedAt: Date | null;
};
export type BearerWish = Pick<BearerRow, 'name' | 'expiresAt'>;
export type BearerFault = 'name' | 'day' | 'day past' | 'day too far';

const SECRET_BYTES = 32;
const DAY_MS = 86_400_000;
const LONGEST_DAYS = 365;

/** A new secret of 256 random bits, and what is kept of it. */
export function mintBearer(
  kind: BearerKind,
  randomBytes: (size: number) => Buffer,
): { readonly secret: string; readonly secretSha256: string } {
  const secret = `${kind.prefix}${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { secret, secretSha256: sha256Hex(secret) };
}

/** Reads what was typed: what it is for, and a last day within a year. */
export function readBearerWish(
  typed: { readonly name: string; readonly until: string },
  now: Date,
): BearerWish | { readonly fault: BearerFault } {
  const name = typed.name.trim();
  if (name.length > 80 || !isPlainText(name)) return { fault: 'name' };
  const startMs = /^\d{4}-\d{2}-\d{2}$/.test(typed.until) ? Date.parse(`${typed.until}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(startMs)) return { fault: 'day' };
  // The whole of the last day.
  const expiresAt = new Date(startMs + DAY_MS);
  if (expiresAt <= now) return { fault: 'day past' };
  return expiresAt.getTime() > now.getTime() + LONGEST_DAYS * DAY_MS ? { fault: 'day too far' } : { name, expiresAt };
}
