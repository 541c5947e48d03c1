import type { Base, ResolvedTarget, RestoreTarget, TransactionSummary } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { chooseBase, type Leg, legsTo } from '#archive/plan.rules.ts';
import { formatLsn, type Lsn, parseLsn } from '#archive/wal.rules.ts';
import type { HistoryPeer } from '#peer/history.actions.ts';
import type { ReceiverPeer } from '#peer/receiver.actions.ts';
import { type RecoveryDeps, untilSo } from './recovery-step.actions.ts';

export type TargetDeps = Pick<RecoveryDeps, 'now' | 'stopping'> & {
  readonly patience: Pick<RecoveryDeps['patience'], 'historyMs'>;
  readonly receiver: Pick<ReceiverPeer, 'readStream' | 'listBases' | 'readHistory'>;
  readonly history: Pick<HistoryPeer, 'search' | 'readStatus'>;
};

const PAGE = 100;
const ENDLESS: Lsn = 2n ** 64n - 1n;

/** What the archive can be restored to, on the way to the timeline that is joined. */
type Reach = { readonly legs: readonly Leg[]; readonly oldest: Base; readonly endLsn: Lsn; readonly bases: readonly Base[] };

/**
 * The position that a restore has to be given so that it ends where it was asked to: with the last commit up to an instant,
 * with the last one before a transaction, or at a position as it stands [C29].
 * @throws EstateError `restore.out_of_range` with the range that there is, `history.behind`, `input.invalid`
 */
export async function resolveTarget(deps: TargetDeps, compartment: string, asked: RestoreTarget): Promise<ResolvedTarget> {
  const reach = await readReach(deps, compartment);
  if (asked.to === 'lsn') return within(compartment, reach, asked, parseLsn(asked.lsn));
  await requireIndexed(deps, compartment, reach.endLsn);
  if (asked.to === 'before') {
    const transaction = await findTransaction(deps, compartment, reach, asked.xid);
    const before = await findNewest(deps, compartment, reach, { before: transaction.sequence });
    return within(compartment, reach, asked, before ? parseLsn(before.commitLsn) : 0n);
  }
  if (Date.parse(asked.at) > deps.now().getTime()) throw outOfRange(compartment, reach, `${asked.at} has not come yet`);
  const last = await findNewest(deps, compartment, reach, { toAt: asked.at });
  return within(compartment, reach, asked, last ? parseLsn(last.commitLsn) : 0n);
}

async function readReach({ receiver }: TargetDeps, compartment: string): Promise<Reach> {
  const { systemId, timeline, flushedLsn } = await receiver.readStream(compartment);
  const nothing = () =>
    new EstateError('archive.gap', `restoring ${compartment}: the archive holds nothing of it that can be restored`);
  if (systemId === null || timeline === null || flushedLsn === null) throw nothing();
  const legs = legsTo(timeline, await receiver.readHistory(compartment, timeline), ENDLESS);
  const all = (await receiver.listBases(compartment)).filter((base) => base.systemId === systemId);
  const bases = all.filter((base) => chooseBase([base], legs, ENDLESS));
  const [oldest] = bases.toSorted((left, right) => (parseLsn(left.endLsn) < parseLsn(right.endLsn) ? -1 : 1));
  if (!oldest) throw nothing();
  return { legs, oldest, endLsn: parseLsn(flushedLsn), bases };
}

function within(compartment: string, reach: Reach, asked: RestoreTarget, lsn: Lsn): ResolvedTarget {
  if (lsn <= reach.endLsn && chooseBase(reach.bases, reach.legs, lsn)) return { asked, lsn: formatLsn(lsn) };
  throw outOfRange(compartment, reach, lsn === 0n ? 'it knows no commit that early' : `${formatLsn(lsn)} is outside`);
}

function outOfRange(compartment: string, { oldest, endLsn }: Reach, why: string): EstateError {
  return new EstateError(
    'restore.out_of_range',
    `restoring ${compartment}: ${why}; the archive reaches from ${oldest.endLsn} (${oldest.endedAt}) to ${formatLsn(endLsn)} (now)`,
  );
}

/** History has compared every commit that was acknowledged, or stands still as there is nothing more that is whole. */
async function requireIndexed(deps: TargetDeps, compartment: string, endLsn: Lsn): Promise<void> {
  let seen = '';
  let same = 0;
  const isIndexed = await untilSo(deps, deps.patience.historyMs, async () => {
    const { reconciledLsn, indexedLsn, fault } = await deps.history.readStatus(compartment);
    if (reconciledLsn === null) return undefined;
    if (parseLsn(reconciledLsn) >= endLsn) return true;
    same = seen === reconciledLsn ? same + 1 : 0;
    seen = reconciledLsn;
    return same >= STILL_LOOKS && reconciledLsn === indexedLsn && fault === null ? true : undefined;
  });
  if (isIndexed) return;
  throw new EstateError(
    'history.behind',
    `restoring ${compartment}: history has not read to ${formatLsn(endLsn)} yet; give a position instead of an instant`,
  );
}
const STILL_LOOKS = 12;

/** Whether a transaction is in what is followed: not one that an earlier restore left behind. */
function isOnWay({ timeline, commitLsn }: TransactionSummary, { legs }: Reach): boolean {
  const leg = legs.find((one) => one.timeline === timeline);
  return leg !== undefined && parseLsn(commitLsn) <= leg.endLsn;
}

async function findNewest(
  deps: TargetDeps,
  compartment: string,
  reach: Reach,
  criteria: { readonly toAt?: string; readonly before?: number },
): Promise<TransactionSummary | undefined> {
  for (let before = criteria.before; ; ) {
    const given = { ...criteria, ...(before === undefined ? {} : { before }), limit: PAGE };
    const { transactions, next } = await deps.history.search(compartment, given);
    const found = transactions.find((transaction) => isOnWay(transaction, reach));
    if (found || next === null) return found;
    before = next;
  }
}

async function findTransaction(deps: TargetDeps, compartment: string, reach: Reach, xid: string): Promise<TransactionSummary> {
  const { transactions } = await deps.history.search(compartment, { xid, limit: PAGE });
  const [found, ...others] = transactions.filter((transaction) => isOnWay(transaction, reach));
  if (!found)
    throw new EstateError('input.invalid', `restoring ${compartment} to before ${xid}: history knows no such transaction there`);
  if (others.length === 0) return found;
  throw new EstateError(
    'input.invalid',
    `restoring ${compartment} to before ${xid}: several transactions had this number; give the position before one of ${[found, ...others].map(({ commitLsn }) => commitLsn).join(', ')}`,
  );
}
