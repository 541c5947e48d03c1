import { createHmac, timingSafeEqual } from 'node:crypto';

const SESSION_ID = /^[A-Za-z0-9_-]{16,64}$/;
const MAC_LENGTH = 43;

export function isSessionId(text: string): boolean {
  return SESSION_ID.test(text);
}

/** The cookie's value for a session at one origin: worth nothing at another [G5]. */
export function signSession(key: Buffer, sessionId: string, hostName: string): string {
  return `${sessionId}.${macOf(key, sessionId, hostName)}`;
}

/**
 * Reads the session's id from a cookie's value.
 * @returns null when the value was not made here for this origin
 */
export function openSession(key: Buffer, value: string, hostName: string): string | null {
  const dot = value.lastIndexOf('.');
  const sessionId = value.slice(0, Math.max(0, dot));
  const given = value.slice(dot + 1);
  if (!isSessionId(sessionId) || given.length !== MAC_LENGTH) return null;
  const isGenuine = timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(macOf(key, sessionId, hostName), 'latin1'));
  return isGenuine ? sessionId : null;
}

function macOf(key: Buffer, sessionId: string, hostName: string): string {
  return createHmac('sha256', key).update(`${sessionId}\n${hostName}`).digest('base64url');
}

/** The names of the gateway's cookies: with TLS browsers guarantee that the host itself set them. */
export function cookieNames(isTls: boolean): { readonly session: string; readonly nonce: string; readonly browser: string } {
  return isTls
    ? { session: '__Host-bulkhead', nonce: '__Host-bulkhead-nonce', browser: '__Host-bulkhead-browser' }
    : { session: 'bulkhead', nonce: 'bulkhead-nonce', browser: 'bulkhead-browser' };
}

/**
 * Finds the one cookie of a name.
 * @returns null when there is none, and when there are two: a neighbour could have planted one
 */
export function findCookie(header: string | undefined, name: string): string | null {
  if (header === undefined || header.length > 8192) return null;
  const found = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`));
  return found.length === 1 ? (found[0] ?? '').slice(name.length + 1) : null;
}

/** A Set-Cookie value: host-only, out of reach of scripts. */
export function writeCookie(name: string, value: string, isTls: boolean, maxAgeSeconds?: number): string {
  const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${isTls ? '; Secure' : ''}${age}`;
}
