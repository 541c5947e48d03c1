import { isTagged, lookOnce, type TransactionRule, type WatchContext } from './rule.rules.ts';

/** Requests that were under way when the new key came may still commit for so long. */
export const HANDOVER_MS = 90_000;

/**
 * T1552.004: a key that was replaced, used after its successor had come [W4]. A key is in force here from its own first
 * use, or its predecessor's end, to shortly after the first use of a later key of the same list.
 */
export const writeKeyOutOfRange: TransactionRule = {
  rule: 'write.key_out_of_range',
  look: (transaction, context) => {
    if (!isTagged(context) || transaction.state !== 'decoded') return null;
    for (const { verdict, claims } of transaction.tokens) {
      if (verdict !== 'verified' || !claims) continue;
      const successor = findSuccessor(claims.keyId, transaction.committedAt, context);
      if (!successor) continue;
      return lookOnce(() => ({
        summary: `${claims.keyId} signed a write of ${context.manifest.name} after ${successor.keyId} had replaced it`,
        evidence: { replacedBy: successor.keyId, replacedAtLsn: successor.firstLsn, replacedAt: successor.firstAt },
      }));
    }
    return null;
  },
};

function findSuccessor(keyId: string, committedAt: string, { gatewayKeys, jobKeys, keyUses }: WatchContext) {
  const family = [gatewayKeys, jobKeys].find((keys) => keys.includes(keyId)) ?? [];
  const later = new Set(family.slice(family.indexOf(keyId) + 1));
  return keyUses.find((use) => later.has(use.keyId) && Date.parse(committedAt) - Date.parse(use.firstAt) > HANDOVER_MS);
}
