import { type Log, type Now, sleepMs } from '@bulkhead/kernel';
import { askLink, type LinkStatus } from '@bulkhead/link';
import type { WirePeer } from '@bulkhead/wire';
import type { FindingQueue } from '#finding/finding-queue.actions.ts';
import { judgeLink } from '#watch/rule/link-rules.rules.ts';

const LOOK_MS = 2_000;

/** Looks at the link's own counts again and again: the process that faces the network has no way to recovery. */
export async function watchLink(deps: {
  readonly peer: WirePeer;
  readonly findings: Pick<FindingQueue, 'raise'>;
  readonly now: Now;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { peer, findings, now, log, signal } = deps;
  let before: { readonly status: LinkStatus; readonly at: Date } | undefined;
  while (!signal.aborted) {
    // While it does not run nobody is refused, and its supervision tells.
    const status = await askLink(peer).catch((error: unknown) => log.debug({ err: error }, 'asking the link'));
    if (status) {
      const at = now();
      for (const seen of judgeLink({ status, before: before?.status, beforeAt: before?.at, now: at })) findings.raise(seen);
      before = { status, at };
    }
    await sleepMs(LOOK_MS, signal).catch(() => undefined);
  }
}
