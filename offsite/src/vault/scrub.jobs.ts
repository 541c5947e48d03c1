import { type Log, sleepMs } from '@bulkhead/kernel';
import type { Seen } from '#finding/finding-queue.actions.ts';
import type { Vault } from './vault.actions.ts';

type ScrubDeps = {
  readonly vault: Vault;
  readonly raise: (seen: Seen) => void;
  readonly log: Log;
  readonly bytesPerSecond: number;
  readonly signal: AbortSignal;
};

/** Scrubs again and again until the signal aborts. */
export async function scrubForever(deps: ScrubDeps & { readonly everyMs: number }): Promise<void> {
  while (!deps.signal.aborted) {
    await sleepMs(deps.everyMs, deps.signal).catch(() => {});
    if (deps.signal.aborted) return;
    await scrub(deps).catch((error: unknown) => deps.log.error({ err: error }, 'scrubbing; the next scrub begins anew'));
  }
}

/** Reads every blob once. Damaged ones are told by the vault as they are read; blobs that are gone are told here. */
export async function scrub(deps: ScrubDeps): Promise<void> {
  for (const compartment of deps.vault.compartments) {
    const expected = deps.vault.usageOf(compartment).blobs;
    let seen = 0;
    for await (const sha256 of deps.vault.listAll(compartment)) {
      if (deps.signal.aborted) return;
      seen += 1;
      await readOnce(deps, compartment, sha256);
    }
    if (seen < expected) tellOfLoss(deps, compartment, expected - seen);
    deps.log.info({ compartment, blobs: seen }, 'scrubbed');
  }
}

async function readOnce(deps: ScrubDeps, compartment: string, sha256: string): Promise<void> {
  try {
    const { stream } = await deps.vault.openBlob(compartment, sha256);
    for await (const chunk of stream as AsyncIterable<Buffer>)
      await sleepMs((chunk.length / deps.bytesPerSecond) * 1000, deps.signal);
  } catch (error) {
    if (!deps.signal.aborted) deps.log.error({ err: error, compartment, sha256 }, 'scrubbing a blob');
  }
}

function tellOfLoss(deps: ScrubDeps, compartment: string, lost: number): void {
  deps.raise({
    rule: 'vault.damaged',
    compartment,
    summary: 'blobs that the vault had stored are gone from its disk',
    evidence: { lost: String(lost) },
  });
}
