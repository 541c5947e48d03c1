import type { HistoryPage, HistorySearch, HistoryStatus, Scope } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { type AskedRepair, type Attack, AttackReader, checkWay, isInScope, type Place } from './attack.rules.ts';
import { sealOf } from './known.actions.ts';
import { isAtOrAfter, type Quarantine } from './recovery.rules.ts';
import type { RecoveryRecord } from './recovery.store.ts';
import { type RecoveryDeps, untilSo } from './recovery-step.actions.ts';

const PAGE = 1000;
/** History at rest for so long has nothing more to read: it looks every two seconds. */
const STILL_MS = 8000;

/**
 * Reads from history what the scope's transactions were, once history has indexed all that the seal left. Kept with the
 * recovery: plan, blocks and replay speak of the same.
 * @throws EstateError `history.behind`, `repair.needs_redo`, `input.invalid` for a scope without any transaction
 */
export async function readAttack(deps: RecoveryDeps, recovery: RecoveryRecord, asked: AskedRepair): Promise<Attack> {
  const { compartment, id } = recovery;
  const { lsn } = await sealOf(deps, recovery);
  await requireIndexed(deps, compartment, lsn);
  const reader = new AttackReader(asked.scope);
  const seen = new Set<number>();
  for (const criteria of searchesOf(asked.scope)) {
    for (let before: number | undefined; ; ) {
      const page = await deps.history.search(compartment, {
        ...criteria,
        ...(before === undefined ? {} : { before }),
        limit: PAGE,
      });
      for (const transaction of page.transactions) {
        if (seen.has(transaction.sequence) || !isInScope(transaction, asked.scope)) continue;
        seen.add(transaction.sequence);
        reader.add(transaction);
      }
      if (page.next === null) break;
      before = page.next;
    }
  }
  const before = new Map<number, string>();
  for (const place of reader.turning) {
    const cleanLsn = await findCommitBefore(deps, compartment, place);
    if (cleanLsn !== undefined) before.set(place.sequence, cleanLsn);
  }
  const attack = reader.attack(before);
  if (attack.transactions === 0) {
    throw new EstateError(
      'input.invalid',
      `reading the attack on ${compartment}: no transaction is in the scope; nothing to take out`,
    );
  }
  if (asked.way === 'redo' && attack.cleanLsn === null) {
    throw new EstateError(
      'history.behind',
      `reading the attack on ${compartment}: history knows no commit before it; ask for a restore`,
    );
  }
  if (asked.way === 'undo') checkWay(compartment, false, attack.beyondRole);
  await deps.recoveries.change(id, { attack });
  return attack;
}

/**
 * Where the commit before another ends. A restore that is to end before a commit is given this position: the record of a commit
 * begins before the position by which it is known.
 */
async function findCommitBefore(deps: RecoveryDeps, compartment: string, place: Place): Promise<string | undefined> {
  for (let before: number | null = place.sequence; before !== null; ) {
    const page: HistoryPage = await deps.history.search(compartment, { before, limit: 10 });
    // What was left behind by an earlier restore may stand further on in the WAL.
    const found = page.transactions.find(({ commitLsn }) => !isAtOrAfter(commitLsn, place.commitLsn));
    if (found) return found.commitLsn;
    before = page.next;
  }
  return undefined;
}

/** The searches whose results together hold every transaction of a scope. */
function searchesOf(scope: Scope): HistorySearch[] {
  const span = { ...(scope.fromAt ? { fromAt: scope.fromAt } : {}), ...(scope.toAt ? { toAt: scope.toAt } : {}) };
  // What no index of history serves is found by going through the span.
  if (scope.everything || scope.keyIds.length > 0 || scope.transactions.length > 0) return [span];
  return [
    ...scope.sessions.map((session) => ({ ...span, session })),
    ...scope.accounts.map((account) => ({ ...span, account })),
    ...scope.addresses.map((address) => ({ ...span, address })),
    ...scope.requests.map((request) => ({ ...span, request })),
    ...(scope.untagged ? [{ ...span, untagged: true }] : []),
  ];
}

/** With the copy at hand: history has compared every commit that the copy holds. */
export async function requireWhole(deps: RecoveryDeps, compartment: string, copy: Pick<Quarantine, 'replayLsn'>): Promise<void> {
  const { replayLsn } = copy;
  if (replayLsn === null) return;
  const isWhole = await untilSo(deps, deps.patience.historyMs, async () => {
    const { reconciledLsn } = await deps.history.readStatus(compartment);
    return reconciledLsn !== null && isAtOrAfter(reconciledLsn, replayLsn) ? true : undefined;
  });
  if (isWhole) return;
  throw new EstateError('history.behind', `repairing ${compartment}: the copy reaches to ${replayLsn}, further than history`);
}

async function requireIndexed(deps: RecoveryDeps, compartment: string, sealLsn: string | null): Promise<void> {
  if (sealLsn === null) return;
  let last: HistoryStatus | undefined;
  let stillSince = deps.now();
  const isIndexed = await untilSo(deps, deps.patience.historyMs, async () => {
    const status = await deps.history.readStatus(compartment);
    if (status.reconciledLsn !== last?.reconciledLsn || status.indexedLsn !== last?.indexedLsn) stillSince = deps.now();
    last = status;
    const { reconciledLsn, indexedLsn, fault } = status;
    if (reconciledLsn === null) return undefined;
    if (isAtOrAfter(reconciledLsn, sealLsn)) return true;
    // A seal may stand in the middle of a record, which nobody can read: then all that is whole was read and compared.
    const isStill = deps.now().getTime() - stillSince.getTime() >= STILL_MS;
    return isStill && reconciledLsn === indexedLsn && fault === null ? true : undefined;
  });
  if (isIndexed) return;
  throw new EstateError(
    'history.behind',
    `reading the attack on ${compartment}: history stands at ${last?.reconciledLsn ?? 'nothing'}, sealed at ${sealLsn}: ${last?.fault ?? 'it does not go on'}`,
  );
}
