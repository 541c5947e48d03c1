import type { Admin } from '../session/connection.ts';
import { checkName, quoteIdentifier, quoteLiteral } from '../session/quote.ts';
import { scramVerifier } from '../session/scram.ts';
import { runTagged } from './run-tagged.ts';

/** The passwords of a database's roles; printable ASCII, 8 to 256 characters. */
export type RolePasswords = {
  readonly owner: string;
  readonly app: string;
  readonly reader: string;
  readonly offsite: string;
};

/** The names of a database's roles. */
export type RoleNames = { readonly [Kind in keyof RolePasswords]: string };

/** The roles of database `name`: `<name>_owner`, `<name>_app`, `<name>_reader`, and `offsite`, which a cluster has once. */
export function rolesOf(name: string): RoleNames {
  checkName(name, 'database');
  return { owner: `${name}_owner`, app: `${name}_app`, reader: `${name}_reader`, offsite: 'offsite' };
}

type RoleLimits = {
  readonly connections: number;
  readonly isReplication?: true;
  readonly settings: Readonly<Record<string, string>>;
};

// Together they stay below max_connections less the three kept for the superuser; replication has slots of its own.
const LIMITS: { readonly [Kind in keyof RolePasswords]: RoleLimits } = {
  owner: { connections: 3, settings: { idle_in_transaction_session_timeout: '10min' } },
  app: {
    connections: 10,
    settings: {
      statement_timeout: '15s',
      lock_timeout: '5s',
      idle_in_transaction_session_timeout: '15s',
      transaction_timeout: '60s',
    },
  },
  reader: {
    connections: 4,
    settings: {
      default_transaction_read_only: 'on',
      statement_timeout: '60s',
      lock_timeout: '5s',
      idle_in_transaction_session_timeout: '60s',
    },
  },
  offsite: { connections: 5, isReplication: true, settings: { lock_timeout: '5s', idle_in_transaction_session_timeout: '60s' } },
};

const KINDS = ['owner', 'app', 'reader', 'offsite'] as const;

/** Statements that make the roles that are missing, and bring attributes, limits and passwords of all up to date. */
export async function listRoleStatements(
  admin: Admin,
  name: string,
  passwords: RolePasswords,
  connections?: number,
): Promise<string[]> {
  const names = rolesOf(name);
  const statements: string[] = [];
  for (const kind of KINDS) {
    const role = quoteIdentifier(names[kind]);
    const limits = LIMITS[kind];
    const isApplication = connections !== undefined && (kind === 'owner' || kind === 'reader');
    const [existing] = await admin.query('select 1 from pg_roles where rolname = $1', [names[kind]]);
    if (existing === undefined) statements.push(`create role ${role} login`);
    statements.push(
      `alter role ${role} nosuperuser nocreatedb nocreaterole nobypassrls inherit
         ${limits.isReplication ? 'replication' : 'noreplication'} connection limit ${isApplication ? connections : limits.connections}`,
    );
    for (const [setting, value] of Object.entries(limits.settings)) {
      statements.push(`alter role ${role} set ${setting} = ${quoteLiteral(value)}`);
    }
  }
  return [...statements, ...listPasswordStatements(name, passwords)];
}

/**
 * Replaces passwords of a database's roles. Only SCRAM verifiers reach the server. Sessions that are open stay open.
 * @param token put into the WAL before, so that the change is known as the estate's own
 */
export async function setPasswords(admin: Admin, name: string, passwords: Partial<RolePasswords>, token?: string): Promise<void> {
  await runTagged(admin, token, listPasswordStatements(name, passwords));
}

function listPasswordStatements(name: string, passwords: Partial<RolePasswords>): string[] {
  const names = rolesOf(name);
  return KINDS.flatMap((kind) => {
    const password = passwords[kind];
    if (password === undefined) return [];
    return [`alter role ${quoteIdentifier(names[kind])} password ${quoteLiteral(scramVerifier(password))}`];
  });
}
