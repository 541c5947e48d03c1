import { hasWritten, isTagged, lookOnce, type TransactionRule } from './rule.rules.ts';

/** T1565.001: rows changed by a transaction that carries no token, such as one of the application role's password [W1]. */
export const writeUntagged: TransactionRule = {
  rule: 'write.untagged',
  look: (transaction, context) => {
    // Changes of the schema alone are told as such.
    if (!isTagged(context) || !hasWritten(transaction) || transaction.tables.length === 0) return null;
    if (transaction.tokens.length > 0) return null;
    return lookOnce(() => ({
      summary: `${transaction.changes} rows of ${context.manifest.name} were changed by a transaction without a token`,
      evidence: { rows: String(transaction.changes) },
    }));
  },
};
