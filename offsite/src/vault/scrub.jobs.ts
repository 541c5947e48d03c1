import { type Log, sleepMs } from '@bulkhead/kernel';
import type { BlobRecord } from './register.rules.ts';
import type { Vault } from './vault.actions.ts';

type ScrubDeps = {
  readonly vault: Vault;
  readonly log: Log;
  readonly bytesPerSecond: number;
  /** At most so much is read again after a kill, besides the blob that was being read. */
  readonly positionEveryMs: number;
  readonly signal: AbortSignal;
};

const BATCH = 64;
const SHORTEST_PAUSE_MS = 20;

/** Scrubs on schedule until the signal aborts. A scrub that was broken off goes on where it was, at once. */
export async function scrubForever(deps: ScrubDeps & { readonly everySeconds: number }): Promise<void> {
  const { register, seconds } = deps.vault;
  while (!deps.signal.aborted) {
    const dueAt = (register.readNumber('scrubbed_at') ?? 0) + deps.everySeconds;
    const isUnderWay = register.readNumber('scrub_under_way') === 1;
    const waitMs = isUnderWay ? 0 : Math.max(0, dueAt - seconds()) * 1000;
    await sleepMs(Math.min(waitMs, 3_600_000), deps.signal).catch(() => {});
    if (deps.signal.aborted) return;
    if (waitMs > 3_600_000) continue;
    await scrub(deps).catch(async (error: unknown) => {
      deps.log.error({ err: error }, 'scrubbing; it goes on where it was');
      await sleepMs(10_000, deps.signal).catch(() => {});
    });
  }
}

/** Reads every blob once, from where the last scrub was broken off. What is damaged or gone is told by the vault as it is found. */
export async function scrub(deps: ScrubDeps): Promise<void> {
  const { register, holdings, seconds } = deps.vault;
  await register.write(() => register.setNumber('scrub_under_way', 1));
  for (const compartment of holdings.compartments) {
    await scrubCompartment(deps, compartment);
    if (deps.signal.aborted) return;
  }
  await register.write(() => {
    register.forgetScrub();
    register.setNumber('scrub_under_way', 0);
    register.setNumber('scrubbed_at', seconds());
  });
}

async function scrubCompartment(deps: ScrubDeps, compartment: string): Promise<void> {
  const { register } = deps.vault;
  let after = register.scrubbedTo(compartment);
  const pacer = new Pacer(deps);
  let keptMs = performance.now();
  let blobs = 0;
  for (;;) {
    const batch = register.listAfter(compartment, after, BATCH);
    for (const record of batch) {
      await readOnce(deps, pacer, record);
      if (deps.signal.aborted) return;
      after = record.sha256;
      blobs += 1;
      if (performance.now() - keptMs < deps.positionEveryMs) continue;
      const reached = after;
      await register.write(() => register.keepScrub(compartment, reached));
      keptMs = performance.now();
    }
    if (batch.length < BATCH) break;
  }
  await register.write(() => register.keepScrub(compartment, LAST));
  if (blobs > 0) deps.log.info({ compartment, blobs }, 'scrubbed');
}

/** Behind every digest. */
const LAST = 'g';

async function readOnce(deps: ScrubDeps, pacer: Pacer, record: BlobRecord): Promise<void> {
  if (record.state !== 'here') return;
  try {
    await deps.vault.holdings.examine(record, (bytes) => pacer.spend(bytes));
  } catch (error) {
    if (!deps.signal.aborted) deps.log.error({ err: error, sha256: record.sha256 }, 'scrubbing a blob');
  }
}

/** Keeps to a rate by few long pauses: many short ones cost more than the reading. */
class Pacer {
  readonly #bytesPerMs: number;
  readonly #signal: AbortSignal;
  #paidMs = 0;

  constructor({ bytesPerSecond, signal }: Pick<ScrubDeps, 'bytesPerSecond' | 'signal'>) {
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#signal = signal;
  }

  async spend(bytes: number): Promise<void> {
    this.#signal.throwIfAborted();
    this.#paidMs = Math.max(this.#paidMs, performance.now()) + bytes / this.#bytesPerMs;
    const aheadMs = this.#paidMs - performance.now();
    if (aheadMs >= SHORTEST_PAUSE_MS) await sleepMs(aheadMs, this.#signal);
  }
}
