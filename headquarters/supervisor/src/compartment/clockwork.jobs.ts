import { type CompartmentManifest, claimsOfJob, mintToken, type SigningKey, TOKEN_HEADER } from '@bulkhead/contracts';
import { type Log, type Now, sleepMs } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

/** What a compartment does in one go takes no longer; its token is good for a little more. */
const LONGEST_MS = 30_000;
const TOKEN_SECONDS = 45;

/**
 * Asks a compartment for its jobs that have a rhythm, each under a token of its own, as long as it is open. One at a time: a job
 * that takes long is asked for again only after its rhythm has passed once more. A failure is tried again at the next beat.
 */
export async function keepClockwork(given: {
  readonly manifest: CompartmentManifest;
  readonly isServing: () => boolean;
  readonly peer: () => WirePeer;
  readonly jobKey: SigningKey;
  readonly newId: () => string;
  readonly now: Now;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  const jobs = given.manifest.jobs.flatMap(({ id, everySeconds }) => (everySeconds === undefined ? [] : [{ id, everySeconds }]));
  await Promise.all(jobs.map((job) => beat(given, job)));
}

async function beat(
  given: Parameters<typeof keepClockwork>[0],
  job: { readonly id: string; readonly everySeconds: number },
): Promise<void> {
  const { signal, log, manifest } = given;
  let isFailing = false;
  while (!signal.aborted) {
    await sleepMs(job.everySeconds * 1000, signal).catch(() => undefined);
    if (signal.aborted || !given.isServing()) continue;
    try {
      await askFor(given, job.id);
      isFailing = false;
    } catch (error) {
      if (!isFailing && !signal.aborted) log.warn({ err: error, compartment: manifest.name, job: job.id }, 'asking for a job');
      isFailing = true;
    }
  }
}

async function askFor(given: Parameters<typeof keepClockwork>[0], route: string): Promise<void> {
  const { manifest, jobKey, newId, now, signal } = given;
  const path = `/.bulkhead/jobs/${route.slice('job:'.length)}`;
  const claims = claimsOfJob({ requestId: newId(), compartment: manifest.name, route, method: 'POST', path });
  const token = await mintToken(jobKey, claims, now, TOKEN_SECONDS);
  const call = { method: 'POST', path, headers: { [TOKEN_HEADER]: token }, timeoutMs: LONGEST_MS, signal } as const;
  await callWire(given.peer(), call, z.unknown());
}
