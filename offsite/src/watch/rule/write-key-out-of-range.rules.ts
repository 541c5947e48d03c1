import type { KeyBound } from '@bulkhead/contracts';
import { isTagged, lookOnce, type TransactionRule, type WatchContext } from './rule.rules.ts';

/** Requests that were under way when the new key came may still commit for so long. */
export const HANDOVER_MS = 90_000;
/** How the ids of a stand-in's keys begin. */
const STAND_IN = 'stand-in-';

type Commit = { readonly timeline: number; readonly commitLsn: string; readonly committedAt: string };

/**
 * T1552.004: a key used outside the range in which it is valid [W4]. A key that a recovery replaced ends at a position of
 * each WAL, which stands in the trust file; one that was only followed by another of its list, shortly after that first signed.
 */
export const writeKeyOutOfRange: TransactionRule = {
  rule: 'write.key_out_of_range',
  look: (transaction, context) => {
    if (!isTagged(context) || transaction.state !== 'decoded') return null;
    for (const { verdict, claims } of transaction.tokens) {
      if (verdict !== 'verified' || !claims) continue;
      const found = leavesRange(claims.keyId, transaction, context) ?? followsSuccessor(claims.keyId, transaction, context);
      if (!found) continue;
      return lookOnce(() => ({
        summary: `${claims.keyId} signed a write of ${context.manifest.name} ${found.how}`,
        evidence: found.evidence,
      }));
    }
    return null;
  },
};

function leavesRange(keyId: string, commit: Commit, { boundedKeys, manifest }: WatchContext) {
  const key = boundedKeys.find((one) => one.keyId === keyId);
  if (key?.until && isBehind(commit, key.until, manifest.name)) {
    const evidence = { validUntil: key.until.at, validUntilLsn: key.until.positions[manifest.name]?.lsn ?? '' };
    return { how: 'after it had been replaced', evidence };
  }
  if (key?.from && Date.parse(commit.committedAt) < Date.parse(key.from.at)) {
    return { how: 'before it was enrolled', evidence: { validFrom: key.from.at } };
  }
  return undefined;
}

/** By the position, whatever the server's clock said; what was under way when the key was replaced may come in shortly behind it. */
function isBehind({ timeline, commitLsn, committedAt }: Commit, { at, positions }: KeyBound, compartment: string): boolean {
  const isLate = Date.parse(committedAt) - Date.parse(at) > HANDOVER_MS;
  const bound = positions[compartment];
  if (!bound) return isLate;
  if (timeline !== bound.timeline) return timeline > bound.timeline;
  return isLate && positionOf(commitLsn) > positionOf(bound.lsn);
}

function positionOf(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

function followsSuccessor(keyId: string, { committedAt }: Commit, { gatewayKeys, jobKeys, keyUses, boundedKeys }: WatchContext) {
  if (boundedKeys.some((key) => key.keyId === keyId && key.until)) return undefined;
  // A stand-in's keys replace nobody's: headquarters goes on with its own when it is back.
  const followed = [gatewayKeys, jobKeys].map((keys) => keys.filter((key) => !key.startsWith(STAND_IN)));
  const family = followed.find((keys) => keys.includes(keyId)) ?? [];
  const later = new Set(family.slice(family.indexOf(keyId) + 1));
  const successor = keyUses.find(
    (use) => later.has(use.keyId) && Date.parse(committedAt) - Date.parse(use.firstAt) > HANDOVER_MS,
  );
  if (!successor) return undefined;
  const evidence = { replacedBy: successor.keyId, replacedAtLsn: successor.firstLsn, replacedAt: successor.firstAt };
  return { how: `after ${successor.keyId} had replaced it`, evidence };
}
