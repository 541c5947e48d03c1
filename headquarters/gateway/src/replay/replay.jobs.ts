import { replaysSchema } from '@bulkhead/contracts';
import { hasCode, type Log, runRounds } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { judgeReplay, type ReplayDeps } from './replay.actions.ts';

/** Off-site lets the question wait up to 20 s. */
const POLL_MS = 25_000;

/** Fetches recorded attacks from off-site, holds them against the door and answers, until the signal aborts. */
export function followReplays(given: {
  readonly deps: ReplayDeps;
  readonly recovery: WirePeer;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { deps, recovery, log } = given;
  return runRounds({
    what: 'waiting for attacks to replay',
    log,
    signal: given.signal,
    shortestPauseMs: 100,
    longestPauseMs: 1000,
    round: async (signal) => {
      const { replays } = await callWire(
        recovery,
        { method: 'GET', path: '/replays', timeoutMs: POLL_MS, signal },
        replaysSchema,
      );
      for (const replay of replays) {
        const body = await judgeReplay(deps, replay);
        const path = `/replays/${encodeURIComponent(replay.id)}`;
        await callWire(recovery, { method: 'POST', path, body, signal }, z.unknown()).catch((error: unknown) => {
          // Nobody waits for it any more: another answer came first, or recovery was started again.
          if (!hasCode(error, 'wire.refused')) throw error;
        });
        log.info(
          { compartment: replay.compartment, requests: replay.requests.length },
          'held a recorded attack against the door',
        );
      }
    },
  });
}
