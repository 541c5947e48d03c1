import { type Change, type FindingReport, type TransactionSummary } from '@bulkhead/contracts';
import { evidenceOf, type Look, type TransactionRule, type WatchContext } from './rule/rule.rules.ts';
import { TRANSACTION_RULES } from './rule/rules.rules.ts';

/**
 * Judges one committed transaction by every rule; its changes are gone through once. Pure: the same transaction in the same
 * context gives the same findings.
 */
export function judgeTransaction(
  transaction: TransactionSummary,
  changes: Iterable<Change>,
  context: WatchContext,
  seenAt: string = transaction.committedAt,
): FindingReport[] {
  const looks = TRANSACTION_RULES.flatMap((rule): [TransactionRule, Look][] => {
    const look = rule.look(transaction, context);
    return look ? [[rule, look]] : [];
  });
  const seeing = looks.flatMap(([, { see }]) => (see ? [see] : []));
  if (seeing.length > 0) for (const change of changes) for (const see of seeing) see(change);
  return looks.flatMap(([{ rule }, look]) => {
    const seen = look.tell();
    if (!seen) return [];
    const evidence = { ...evidenceOf(transaction), ...seen.evidence };
    return [{ rule, compartment: context.manifest.name, summary: seen.summary, evidence, seenAt }];
  });
}
