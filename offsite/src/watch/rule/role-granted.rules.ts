import type { Change, TransactionSummary } from '@bulkhead/contracts';
import { isGrant } from './catalog-changed.rules.ts';
import { isMaintenance, isTagged, listShortly, onlyToken, type Seen, type TransactionRule } from './rule.rules.ts';

/** Where identity keeps which account holds which role, and what may write there. */
const GRANTS = 'public.role_grant';
const GRANTING = new Set([
  'account.roles',
  'account.create',
  'break-glass.use',
  'grant.decide',
  'grant.give',
  'grant.review',
  'job:identity.first-administrator',
  'job:identity.start',
]);

/** T1098: a role given outside the routes that give roles, by an account to itself, or in the database itself [W11]. */
export const roleGranted: TransactionRule = {
  rule: 'role.granted',
  look: (transaction, context) => {
    const claims = onlyToken(transaction);
    const { name } = context.manifest;
    if (!isTagged(context) || isMaintenance(claims?.route, name)) return null;
    const commands = transaction.ddl.filter(({ command }) => isGrant(command));
    const isOfRoles = name === 'identity' && transaction.tables.some(({ table }) => table === GRANTS);
    if (commands.length === 0 && !isOfRoles) return null;
    const granted: string[] = [];
    return {
      see: (change) => {
        const grant = grantIn(change);
        if (grant && isStrange(grant, transaction) && granted.length < 20) granted.push(describe(grant));
      },
      tell: () => tellOf(name, granted, commands),
    };
  },
};

type Grant = { readonly account: string; readonly compartment: string; readonly role: string };

/** The role that a change gives; a change that takes one away gives none. */
function grantIn({ table, kind, after }: Change): Grant | null {
  if (table !== GRANTS || !after || (kind !== 'insert' && kind !== 'update')) return null;
  return { account: after['account_id'] ?? '', compartment: after['compartment'] ?? '', role: after['role'] ?? '' };
}

function isStrange(grant: Grant, transaction: TransactionSummary): boolean {
  const claims = onlyToken(transaction);
  return !claims || !GRANTING.has(claims.route) || claims.accountId === grant.account;
}

function describe({ account, compartment, role }: Grant): string {
  return `${role} of ${compartment} to ${account}`;
}

function tellOf(name: string, granted: readonly string[], commands: TransactionSummary['ddl']): Seen | null {
  if (granted.length === 0 && commands.length === 0) return null;
  const told = [...granted, ...commands.map(({ command, identity }) => `${command} ${identity}`.trim())];
  return {
    summary: `rights were given in ${name} as nobody should: ${listShortly(told)}`.slice(0, 500),
    evidence: { granted: told.join('; ').slice(0, 500) },
  };
}
