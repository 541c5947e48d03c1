import type { CompartmentManifest, Order, ProtectionWindow, PublicStatus } from '@bulkhead/contracts';
import { type Log, type Now, sleepMs } from '@bulkhead/kernel';
import type { StatusPeer } from '#peer/status.actions.ts';
import type { Recorder } from '#record/record.actions.ts';
import { runRounds } from '#record/round.actions.ts';
import { composeStatus, listOwed } from './notice.rules.ts';
import type { NoticeStore } from './notice.store.ts';

export type NoticeDeps = {
  readonly notices: NoticeStore;
  readonly recorder: Recorder;
  readonly status: StatusPeer;
  readonly organisation: string;
  readonly isSample: boolean;
  readonly manifests: readonly CompartmentManifest[];
  readonly listOrders: () => readonly Order[];
  readonly listWindows: () => Promise<readonly ProtectionWindow[]>;
  /** Set while off-site runs the compartments itself. */
  readonly secondSite?: () => PublicStatus['secondSite'];
  /** Set while public pages should be read off-site. */
  readonly publicReading?: () => PublicStatus['publicReading'];
  /** Resolves when an order may have changed, or the time is over. */
  readonly untilChanged: (withinMs: number, signal: AbortSignal) => Promise<void>;
  readonly now: Now;
  readonly log: Log;
};

const NOTICES_SHOWN = 1000;
const REFRESH_MS = 15_000;
const RETRY_MS = 1000;

/** Gives the notices that are owed [C11]; twice gives none twice. */
export async function giveNotices(deps: NoticeDeps): Promise<number> {
  const drafts = listOwed(deps.listOrders(), await deps.listWindows(), await deps.notices.listLastOfState(), deps.now());
  const given = await deps.notices.listGivenCauses(drafts.map(({ cause }) => cause));
  let added = 0;
  for (const draft of drafts.filter(({ cause }) => !given.has(cause))) {
    if (await deps.notices.addNotice(draft, deps.now())) added += 1;
  }
  if (added > 0) deps.recorder.wake();
  return added;
}

/** Sends the status page all that it is made of. */
export async function publishStatus(deps: NoticeDeps): Promise<void> {
  const secondSite = deps.secondSite?.();
  const publicReading = deps.publicReading?.();
  await deps.status.publish(
    composeStatus({
      organisation: deps.organisation,
      isSample: deps.isSample,
      manifests: deps.manifests,
      orders: deps.listOrders(),
      notices: await deps.notices.listNewest(NOTICES_SHOWN),
      milestones: await deps.notices.listMilestones(),
      ...(secondSite ? { secondSite } : {}),
      ...(publicReading ? { publicReading } : {}),
      now: deps.now(),
    }),
  );
}

/** Follows the orders for as long as the process runs: the page and its notices never depend on one call having arrived. */
export function keepPublicInformed(deps: NoticeDeps, signal: AbortSignal): Promise<void> {
  let changed: Promise<void> = Promise.resolve();
  const inform = async () => {
    // Listened for before the look: what changes meanwhile is told in the next round.
    changed = deps.untilChanged(REFRESH_MS, signal);
    await giveNotices(deps);
    await publishStatus(deps);
  };
  const pause = (isWell: boolean) =>
    isWell ? changed : Promise.race([changed, sleepMs(RETRY_MS, signal).catch(() => undefined)]);
  return runRounds({ what: 'telling the public', log: deps.log, signal }, inform, pause);
}
