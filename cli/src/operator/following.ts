import { type LookedAt, lookedAtSchema, type Recovery, type RestoreProgress, recoverySchema } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import type { Surroundings } from '../command.ts';

const LOOK_MS = 500;
const MB = 1_048_576;
const PHASES: Readonly<Record<RestoreProgress['phase'], string>> = {
  copying: 'base and WAL laid down',
  replaying: 'WAL replayed',
  flushing: 'made durable',
};

/** Progress as a line: bytes, rate and time left; told anew when a phase began, by what came since. */
export class ProgressTeller {
  #phase: string | undefined;
  #sinceMs = 0;
  #sinceBytes = 0;

  tell({ phase, bytesDone, bytesTotal }: RestoreProgress, nowMs: number): string {
    if (phase !== this.#phase) {
      this.#phase = phase;
      this.#sinceMs = nowMs;
      this.#sinceBytes = bytesDone;
    }
    const done = `${megabytes(bytesDone)} of ${megabytes(bytesTotal)} MB ${PHASES[phase]}`;
    const seconds = (nowMs - this.#sinceMs) / 1000;
    const rate = seconds > 0 ? (bytesDone - this.#sinceBytes) / seconds : 0;
    if (rate <= 0 || bytesDone >= bytesTotal) return done;
    return `${done}, ${megabytes(rate)} MB/s, ${Math.ceil((bytesTotal - bytesDone) / rate)} s left`;
  }
}

/** Follows recoveries until each waits for somebody or has ended; tells what changes. */
export async function followRecoveries(desk: WirePeer, ids: readonly string[], { now, tell }: Surroundings): Promise<Recovery[]> {
  const tellers = new Map(ids.map((id) => [id, { progress: new ProgressTeller(), last: '' }]));
  for (;;) {
    const path = (id: string) => `/recoveries/${encodeURIComponent(id)}`;
    const seen = await Promise.all(ids.map((id) => callWire(desk, { method: 'GET', path: path(id) }, recoverySchema)));
    for (const recovery of seen) {
      const teller = tellers.get(recovery.id);
      const line = tellRecovery(recovery, teller?.progress, now().getTime());
      if (!teller || line === teller.last) continue;
      teller.last = line;
      tell(`${recovery.id} ${recovery.compartment}: ${line}`);
    }
    if (seen.every(isAtRest)) return seen;
    await sleepMs(LOOK_MS);
  }
}

/** Follows a quarantine until it can be looked at, or failed. */
export async function followQuarantine(desk: WirePeer, id: string, { now, tell }: Surroundings): Promise<LookedAt> {
  const progress = new ProgressTeller();
  for (let last = ''; ; ) {
    const path = `/quarantines/${encodeURIComponent(id)}`;
    const seen = await callWire(desk, { method: 'GET', path, timeoutMs: 130_000 }, lookedAtSchema);
    const line = seen.progress ? progress.tell(seen.progress, now().getTime()) : seen.message;
    if (line !== last) tell(line);
    last = line;
    if (seen.state === 'ready' || seen.state === 'failed') return seen;
    await sleepMs(LOOK_MS);
  }
}

function tellRecovery(
  { step, failure, awaiting, progress }: Recovery,
  teller: ProgressTeller | undefined,
  nowMs: number,
): string {
  if (failure !== null) return `${step}: ${failure}`;
  if (awaiting) return 'waits for a second operator';
  return progress && teller ? teller.tell(progress, nowMs) : step;
}

function isAtRest({ step, awaiting }: Recovery): boolean {
  return awaiting !== null || ['done', 'failed', 'refused'].includes(step);
}

function megabytes(bytes: number): string {
  return (bytes / MB).toFixed(bytes < 100 * MB ? 1 : 0);
}
