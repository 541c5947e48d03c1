import { isTagged, lookOnce, type TransactionRule } from './rule.rules.ts';

/**
 * T1565.001: a transaction with two tokens [W2]. The other half, one request's token in transactions that its receipt does
 * not name, is found where receipts are joined.
 */
export const writeTaggedTwice: TransactionRule = {
  rule: 'write.tagged_twice',
  look: (transaction, context) => {
    const { tokens } = transaction;
    if (!isTagged(context) || transaction.state !== 'decoded' || tokens.length < 2) return null;
    const requests = tokens.map(({ claims }) => claims?.requestId ?? 'unreadable');
    return lookOnce(() => ({
      summary: `a transaction of ${context.manifest.name} carries ${tokens.length} tokens`,
      evidence: { tokens: String(tokens.length), requests: requests.join(', ').slice(0, 500) },
    }));
  },
};
