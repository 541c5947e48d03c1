import type { Attribution } from '@bulkhead/contracts';
import { isMaintenance, isTagged, lookOnce, REPAIR_ROUTE, type TransactionRule, type WatchContext } from './rule.rules.ts';

/** T1550: a token that proves nothing: signature, audience, expired when it was committed, or a key that may not say so [W3]. */
export const writeBadlyTagged: TransactionRule = {
  rule: 'write.badly_tagged',
  look: (transaction, context) => {
    if (!isTagged(context) || transaction.state !== 'decoded') return null;
    const why = transaction.tokens.map((token) => faultOf(token, context)).find((fault) => fault !== null);
    if (why === undefined || why === null) return null;
    return lookOnce(() => ({
      summary: `a transaction of ${context.manifest.name} carries a token that is not accepted: ${why}`.slice(0, 500),
      evidence: { reason: why.slice(0, 500) },
    }));
  },
};

function faultOf({ verdict, reason, claims }: Attribution, context: WatchContext): string | null {
  if (verdict === 'refused') return reason ?? 'it was refused';
  if (!claims) return 'it says nothing';
  const isOfGateway = context.gatewayKeys.includes(claims.keyId);
  if (isMaintenance(claims.route, context.manifest.name) && isOfGateway)
    return `the gateway's key signed ${claims.route}, which it may not`;
  if (claims.route === REPAIR_ROUTE && context.jobKeys.includes(claims.keyId))
    return `headquarters signed ${claims.route}, which only off-site does`;
  if (!claims.route.startsWith('job:') && !isOfGateway) return `${claims.keyId} signed a request, which only the gateway does`;
  return null;
}
