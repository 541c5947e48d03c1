import type { AcknowledgedSummary, Scope, TransactionSummary } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import { legsTo } from '#archive/plan.rules.ts';
import { parseLsn } from '#archive/wal.rules.ts';
import type { HistoryPeer } from '#peer/history.actions.ts';
import type { ReceiverPeer } from '#peer/receiver.actions.ts';
import type { Recorder } from '#record/record.actions.ts';
import { classify, digestOfNaming, type Naming } from './acknowledgement.rules.ts';
import type { AcknowledgementStore } from './acknowledgement.store.ts';
import { type Cut, judgeReach, type Reach } from './cut.rules.ts';
import { type ListReceipts, listNear, listReceipts, TRANSACTIONS_LIMIT } from './near.actions.ts';

export type AcknowledgementDeps = {
  readonly acknowledgements: AcknowledgementStore;
  readonly history: Pick<HistoryPeer, 'search' | 'readStatus'>;
  readonly receiver: Pick<ReceiverPeer, 'readHistory'>;
  readonly recorder: Pick<Recorder, 'wake'>;
  readonly listReceipts: ListReceipts;
  readonly isInScope: (transaction: TransactionSummary, scope: Scope) => boolean;
  /** Where each compartment's history stood when it was looked at, and since when. */
  readonly standing: Map<string, { readonly at: string; readonly sinceMs: number }>;
  /** Namings under way, so that two become one. */
  readonly underWay: Map<string, Promise<AcknowledgedSummary>>;
  readonly now: Now;
};

/** History at rest for so long has nothing more to read: it looks every two seconds. */
const STILL_MS = 8000;
const ENDLESS = 2n ** 64n - 1n;

/**
 * Names each transaction near the cut, from history, the gateway's receipts and the seal. What is said otherwise than before is a
 * version of its own, dated, beside those before [C31, C32].
 */
export function nameAcknowledged(deps: AcknowledgementDeps, cut: Cut): Promise<AcknowledgedSummary> {
  const running = deps.underWay.get(cut.recovery);
  if (running) return running;
  const naming = nameOnce(deps, cut).finally(() => deps.underWay.delete(cut.recovery));
  deps.underWay.set(cut.recovery, naming);
  return naming;
}

async function nameOnce(deps: AcknowledgementDeps, cut: Cut): Promise<AcknowledgedSummary> {
  const last = await deps.acknowledgements.find(cut.recovery, undefined, TRANSACTIONS_LIMIT);
  const reach = await readReach(deps, cut);
  // What was whole before history went along the new timeline stays so.
  const known = last?.summary.unknown === null ? { ...reach, knowsCopy: true, unknown: null } : reach;
  const naming = await composeNaming(deps, cut, known);
  if (!last || digestOfNaming(last) !== digestOfNaming(naming)) await addNaming(deps, cut, naming, (last?.version ?? 0) + 1);
  if (known.unknown === null || reach.isFinal) await deps.acknowledgements.settle(cut.recovery, deps.now());
  return naming.summary;
}

/** Names again what history did not reach when it was named, as soon as history tells all that it ever will [C32]. */
export async function nameCaughtUp(deps: AcknowledgementDeps): Promise<void> {
  const rounds = (await deps.acknowledgements.listUnsettled()).map(async (cut) => {
    const [first] = await deps.acknowledgements.listVersions(cut.recovery);
    const { isFinal } = await readReach(deps, cut);
    if (!first || isFinal) await nameAcknowledged(deps, cut);
  });
  const failed = (await Promise.allSettled(rounds)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/** @throws EstateError `request.not_found` */
export async function readAcknowledged(deps: AcknowledgementDeps, recovery: string, version?: number) {
  const found = await deps.acknowledgements.find(recovery, version, TRANSACTIONS_LIMIT);
  if (found) return { ...found, versions: await deps.acknowledgements.listVersions(recovery) };
  const what = version === undefined ? 'came to its difference' : `has a version ${version}`;
  throw new EstateError(
    'request.not_found',
    `naming what was acknowledged: ${recovery.slice(0, 40)} is no recovery that ${what}`,
  );
}

async function readReach(deps: AcknowledgementDeps, cut: Cut): Promise<Reach> {
  const { compartment } = cut;
  const status = await deps.history.readStatus(compartment);
  const legs = status.timeline === null ? [] : await readLegs(deps, compartment, status.timeline);
  const at = `${status.timeline} ${status.reconciledLsn} ${status.indexedLsn}`;
  const nowMs = deps.now().getTime();
  const before = deps.standing.get(compartment);
  const standing = before?.at === at ? before : { at, sinceMs: nowMs };
  deps.standing.set(compartment, standing);
  return judgeReach(cut, { ...status, legs, isStill: nowMs - standing.sinceMs >= STILL_MS });
}

async function readLegs(deps: AcknowledgementDeps, compartment: string, timeline: number) {
  return legsTo(timeline, await deps.receiver.readHistory(compartment, timeline), ENDLESS);
}

async function composeNaming(deps: AcknowledgementDeps, cut: Cut, reach: Reach): Promise<Naming> {
  const { compartment, cutLsn, timeline, takenOut } = cut;
  const legs = await readLegs(deps, compartment, timeline);
  const isInCopy = ({ commitLsn, timeline: of }: TransactionSummary) => {
    const leg = legs.find((one) => one.timeline === of);
    return leg !== undefined && parseLsn(commitLsn) <= leg.endLsn && parseLsn(commitLsn) <= parseLsn(cutLsn);
  };
  const isTakenOut = (transaction: TransactionSummary) => takenOut !== null && deps.isInScope(transaction, takenOut);
  const { transactions, fromAt, earlier } = await listNear(deps.history, cut, { isInCopy, isTakenOut });
  const receipts = await listReceipts(deps.listReceipts, cut, fromAt);
  const entries = classify({ transactions, receipts, isInCopy, earlier, reach });
  const count = (standing: string) => entries.filter((entry) => entry.standing === standing).length;
  const summary = {
    cutLsn,
    guaranteed: count('guaranteed'),
    inDoubt: count('in-doubt'),
    lost: count('lost'),
    fromAt: fromAt?.toISOString() ?? null,
    computedAt: deps.now().toISOString(),
    unknown: reach.unknown,
  };
  return { summary, entries: entries.slice(0, TRANSACTIONS_LIMIT) };
}

async function addNaming(deps: AcknowledgementDeps, { recovery, compartment }: Cut, naming: Naming, version: number) {
  const { summary } = naming;
  await deps.acknowledgements.add(
    recovery,
    { ...naming, version },
    {
      kind: 'acknowledgement.named',
      idempotencyKey: `acknowledgement:${recovery}:${version}`,
      body: { recovery, compartment, version, ...summary, sha256: digestOfNaming(naming) },
    },
  );
  deps.recorder.wake();
}
