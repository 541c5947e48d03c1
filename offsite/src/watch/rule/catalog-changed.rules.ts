import { isMaintenance, isTagged, listShortly, lookOnce, onlyToken, type TransactionRule } from './rule.rules.ts';

/** T1505.001: the schema changed outside a release: no token of maintenance [W10]. */
export const catalogChanged: TransactionRule = {
  rule: 'catalog.changed',
  look: (transaction, context) => {
    const { manifest } = context;
    const commands = transaction.ddl.filter(({ command }) => !isGrant(command));
    if (!isTagged(context) || commands.length === 0) return null;
    if (isMaintenance(onlyToken(transaction)?.route, manifest.name)) return null;
    const told = commands.map(({ command, identity }) => `${command} ${identity}`);
    return lookOnce(() => ({
      summary: `the schema of ${manifest.name} was changed outside a release: ${listShortly(told)}`.slice(0, 500),
      evidence: { ddl: told.join('; ').slice(0, 500) },
    }));
  },
};

/** GRANT, REVOKE, ALTER DEFAULT PRIVILEGES: told by role.granted. */
export function isGrant(command: string): boolean {
  return /^(?:GRANT|ALTER DEFAULT PRIVILEGES)\b/i.test(command);
}
