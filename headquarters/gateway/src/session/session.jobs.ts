import { claimsOfJob, mintToken, type SigningKey, TOKEN_HEADER } from '@bulkhead/contracts';
import { type Log, type Now, runRounds, sha256Hex, sleepMs } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import type { Sessions } from './session.actions.ts';

const SEEN_EVERY_MS = 60_000;
const SEEN_PATH = '/.identity/sessions/seen';

/** Follows identity's changes until the signal; `ended` hears of each session that changed. */
export function followSessions(given: {
  readonly sessions: Sessions;
  readonly ended: (sessionId: string) => void;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  return runRounds({
    what: 'following the sessions of identity',
    log: given.log,
    signal: given.signal,
    shortestPauseMs: 100,
    longestPauseMs: 1000,
    failed: () => given.sessions.distrust(),
    round: async (signal) => {
      for (const id of await given.sessions.followChanges(signal)) given.ended(id);
    },
  });
}

/** Tells identity now and then which sessions are in use. */
export function reportSeen(given: {
  readonly sessions: Sessions;
  readonly identity: () => WirePeer;
  readonly key: SigningKey;
  readonly newId: () => string;
  readonly now: Now;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  return runRounds({
    what: 'telling identity which sessions are in use',
    log: given.log,
    signal: given.signal,
    shortestPauseMs: 1000,
    longestPauseMs: SEEN_EVERY_MS,
    round: async (signal) => {
      await sleepMs(SEEN_EVERY_MS, signal);
      const ids = given.sessions.takeSeen();
      for (let at = 0; at < ids.length; at += 1000) await sendSeen(given, ids.slice(at, at + 1000));
    },
  });
}

async function sendSeen(
  given: { readonly identity: () => WirePeer; readonly key: SigningKey; readonly newId: () => string; readonly now: Now },
  ids: readonly string[],
): Promise<void> {
  const body = { ids };
  const token = await mintToken(
    given.key,
    claimsOfJob({
      requestId: given.newId(),
      compartment: 'identity',
      route: 'job:sessions.seen',
      address: 'gateway',
      method: 'POST',
      path: SEEN_PATH,
      bodySha256: sha256Hex(JSON.stringify(body)),
    }),
    given.now,
  );
  await callWire(given.identity(), { method: 'POST', path: SEEN_PATH, body, headers: { [TOKEN_HEADER]: token } }, z.unknown());
}
