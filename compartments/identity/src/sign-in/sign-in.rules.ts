import type { Estate } from '@bulkhead/contracts';

/** Where a person who signs in was going; the gateway finishes the way. */
export type Errand = { readonly to: string; readonly path: string; readonly nonce: string };

const LONGEST_PATH = 2048;

/** The hosts of an estate to which identity sends people back: those of its compartments, and no other. */
export function listHosts(estate: Pick<Estate, 'compartments'>): ReadonlySet<string> {
  return new Set(estate.compartments.flatMap(({ manifest }) => manifest.origins.map((origin) => origin.host)));
}

/**
 * Reads an errand: all three parts or none. Null for anything that could lead out of the estate [I4].
 */
export function readErrand(
  given: { readonly to?: string | undefined; readonly path?: string | undefined; readonly nonce?: string | undefined },
  hosts: ReadonlySet<string>,
): Errand | null {
  const { to = '', path = '', nonce = '' } = given;
  if (!hosts.has(to) || !/^[0-9a-f]{64}$/.test(nonce) || !isPlainPath(path)) return null;
  return { to, path, nonce };
}

/** Where sign-in ends: at the gateway, which hands the session over, or at the account page. */
export function destinationOf(errand: Errand | null): string {
  if (!errand) return '/';
  return `/.gateway/continue?${writeErrand(errand)}`;
}

/** An errand as a query. */
export function writeErrand({ to, path, nonce }: Errand): string {
  return new URLSearchParams({ to, path, nonce }).toString();
}

// Browsers read "//" and "/\" as another host; dot segments, encoded slashes and control characters have two readings.
function isPlainPath(path: string): boolean {
  if (path.length > LONGEST_PATH || !/^\/[\x21-\x7e]*$/.test(path) || /[\\#]/.test(path)) return false;
  const [plain = ''] = path.split('?', 1);
  if (plain.includes('//') || plain.startsWith('/.') || /%(?:2f|5c|0[0-9a-f]|1[0-9a-f]|7f)/i.test(plain)) return false;
  return !plain.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}
