import { type Blocks, type CompartmentState, claimsOfJob, mintToken, type SigningKey, TOKEN_HEADER } from '@bulkhead/contracts';
import { type Log, type Now, runRounds, sha256Hex, sleepMs } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const END_PATH = '/.identity/sessions/end';
const LOOK_MS = 1000;

/**
 * Ends at identity the sessions that orders block, whenever that changes and identity is open. Until then, and if identity
 * does not obey, the door refuses them all the same [G18].
 */
export function endBlockedSessions(given: {
  readonly board: {
    readonly listBlockedPeople: () => Pick<Blocks, 'sessions' | 'accounts'>;
    readonly standingOf: (compartment: string) => { readonly state: CompartmentState };
  };
  readonly identity: () => WirePeer;
  readonly key: SigningKey;
  readonly newId: () => string;
  readonly now: Now;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  let told = '';
  return runRounds({
    what: 'ending blocked sessions at identity',
    log: given.log,
    signal: given.signal,
    shortestPauseMs: LOOK_MS,
    longestPauseMs: 10_000,
    round: async (signal) => {
      const body = given.board.listBlockedPeople();
      const text = JSON.stringify(body);
      const isNews = text !== told && body.sessions.length + body.accounts.length > 0;
      if (isNews && given.board.standingOf('identity').state === 'open') {
        const headers = { [TOKEN_HEADER]: await mintEndToken(given, text) };
        await callWire(given.identity(), { method: 'POST', path: END_PATH, body, headers, signal }, z.unknown());
        told = text;
      }
      await sleepMs(LOOK_MS, signal);
    },
  });
}

function mintEndToken(given: { readonly key: SigningKey; readonly newId: () => string; readonly now: Now }, text: string) {
  const claims = claimsOfJob({
    requestId: given.newId(),
    compartment: 'identity',
    route: 'job:sessions.end',
    address: 'gateway',
    method: 'POST',
    path: END_PATH,
    bodySha256: sha256Hex(text),
  });
  return mintToken(given.key, claims, given.now);
}
