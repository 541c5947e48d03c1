import {
  hasWritten,
  isMaintenance,
  isTagged,
  listShortly,
  lookOnce,
  manifestName,
  onlyToken,
  type TransactionRule,
  type WatchContext,
} from './rule.rules.ts';

/** T1190: tables changed that the route of the token does not declare [W5]. */
export const writeOutsideSet: TransactionRule = {
  rule: 'write.outside_set',
  look: (transaction, context) => {
    const claims = onlyToken(transaction);
    if (!isTagged(context) || !hasWritten(transaction) || !claims) return null;
    if (isMaintenance(claims.route, context.manifest.name)) return null;
    const declared = writesOf(claims.route, context);
    const outside = transaction.tables.map(({ table }) => table).filter((table) => !declared.includes(manifestName(table) ?? ''));
    if (outside.length === 0) return null;
    return lookOnce(() => ({
      summary: `${claims.route} of ${context.manifest.name} changed ${listShortly(outside)}, which it does not declare`.slice(
        0,
        500,
      ),
      evidence: { outside: outside.join(', ').slice(0, 500), declared: declared.join(', ').slice(0, 500) },
    }));
  },
};

/** What a route or a job may write; nothing if the manifest does not know it. */
function writesOf(route: string, { manifest }: WatchContext): readonly string[] {
  const found = manifest.routes.find(({ id }) => id === route) ?? manifest.jobs.find(({ id }) => id === route);
  return found?.writes ?? [];
}
