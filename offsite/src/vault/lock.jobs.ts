import { type Log, type Now, sleepMs } from '@bulkhead/kernel';
import type { Seen } from '#finding/finding-queue.actions.ts';
import type { BlobName, Locking } from './target/target.rules.ts';
import type { Vault } from './vault.actions.ts';

const DAY_MS = 86_400_000;
const BATCH = 500;
const FAULTS_LIMIT = 20;
const LOOK_MS = 3_600_000;
/** After a fault; a lock has half of its time left when it is first tried to prolong it. */
const AGAIN_MS = 300_000;

type LockDeps = {
  readonly vault: Vault;
  readonly locking: Locking;
  readonly now: Now;
  readonly raise: (seen: Seen) => void;
  readonly log: Log;
  readonly signal: AbortSignal;
};

/** Prolongs locks before they run out, until the signal aborts. */
export async function prolongLocksForever(deps: LockDeps): Promise<void> {
  while (!deps.signal.aborted) {
    const isWell = await prolongLocks(deps).then(
      () => true,
      (error: unknown) => tellFailing(deps, error),
    );
    await sleepMs(isWell ? LOOK_MS : AGAIN_MS, deps.signal).catch(() => {});
  }
}

/**
 * Prolongs the lock of every blob that has lasted for half of its time, by the clock or by the vault's own time: a clock
 * that is set back lets none run out unseen. Blobs that a collection found unnamed are left: theirs run out [V19].
 * @returns how many were prolonged
 * @throws EstateError `vault.target_failed`, when as many others as could be were prolonged
 */
export async function prolongLocks(deps: Omit<LockDeps, 'raise'>): Promise<number> {
  const faults: unknown[] = [];
  let prolonged = 0;
  for (const name of eachDue(deps)) {
    if (deps.signal.aborted || faults.length >= FAULTS_LIMIT) break;
    try {
      if (await prolongOne(deps, name)) prolonged += 1;
    } catch (error) {
      faults.push(error);
    }
  }
  if (prolonged > 0) deps.log.info({ blobs: prolonged }, 'locks of the target were prolonged');
  if (faults.length > 0) throw faults[0];
  return prolonged;
}

async function prolongOne({ vault, locking, now }: Omit<LockDeps, 'raise'>, name: BlobName): Promise<boolean> {
  const from = now();
  // What is gone is found by the scrub, and brought again.
  if (!(await locking.prolong(name, new Date(from.getTime() + locking.days * DAY_MS)))) return false;
  await vault.register.write(() => vault.holdings.noteLock(name, from, locking.days));
  return true;
}

function* eachDue({ vault, locking, now }: Omit<LockDeps, 'raise'>): Generator<BlobName> {
  for (const compartment of vault.holdings.compartments) {
    let after = '';
    for (;;) {
      const beforeMs = now().getTime() + (locking.days * DAY_MS) / 2;
      const due = vault.register.locks.listDue(compartment, beforeMs, vault.seconds(), after, BATCH);
      for (const sha256 of due) yield { compartment, sha256 };
      const last = due.at(-1);
      if (last === undefined) break;
      after = last;
    }
  }
}

function tellFailing({ raise, log, signal }: LockDeps, error: unknown): boolean {
  if (signal.aborted) return true;
  log.error({ err: error }, 'prolonging locks; tried again');
  raise({
    rule: 'vault.lock_failing',
    compartment: null,
    summary: "locks of the vault's target cannot be prolonged; they run out unless this is mended",
    evidence: { message: (error instanceof Error ? error.message : String(error)).slice(0, 500) },
  });
  return false;
}
