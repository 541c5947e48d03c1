import { after } from 'node:test';
import type { Admin, Database, Extension, RolePasswords, ScratchCluster } from '@bulkhead/postgres';
import type { ClientConfig } from 'pg';

const PASSWORDS: RolePasswords = {
  owner: 'owner of a test',
  app: 'application of a test',
  reader: 'reader of a test',
  offsite: 'off-site of a test',
};

/** What a test file needs of PostgreSQL. */
export type UseClusterOptions = {
  /** The database's name, as the compartment's. */
  readonly name: string;
  /** The directory of migrations. */
  readonly migrations?: string;
  readonly extensions?: readonly Extension[];
  /** Server settings on top of the defaults for tests. */
  readonly settings?: Readonly<Record<string, string>>;
};

/** A database of the test cluster. */
export type TestDatabase = {
  readonly name: string;
  readonly connection: (role: keyof RolePasswords) => ClientConfig;
  /** Opens a handle as the application's role (or another); it is closed when the tests are over. */
  readonly open: <Schema>(role?: keyof RolePasswords) => Database<Schema>;
};

/** A running cluster with one prepared, migrated database. */
export type TestCluster = Pick<
  ScratchCluster,
  'admin' | 'cluster' | 'dataDirectory' | 'socketDirectory' | 'superuserPassword'
> & {
  readonly name: string;
  readonly passwords: RolePasswords;
  /** The configuration of a role's client, for the prepared database or another. */
  readonly connection: (role: keyof RolePasswords, database?: string) => ClientConfig;
  /** The prepared, migrated database. */
  readonly database: TestDatabase;
  /** Makes a database of its own, as it was after the migrations. */
  readonly cloneDatabase: () => Promise<TestDatabase>;
  /** Opens an administrative session in a database; it is closed when the tests are over. */
  readonly adminOf: (database: string) => Promise<Admin>;
  /** Called by itself after the file's tests. */
  readonly stop: () => Promise<void>;
};

/**
 * Starts a throw-away cluster for a test file and stops it after the file's tests. Call it once, at the top level of the file:
 * inside `before` its clean-up would run as soon as that hook is over.
 */
export async function useCluster(options: UseClusterOptions): Promise<TestCluster> {
  const { name } = options;
  // Only here: most test files need no database, and would load all of this to wait for something.
  const { connectionTo, rolesOf, startScratchCluster } = await import('@bulkhead/postgres');
  const { openDatabase } = await import('@bulkhead/postgres/database');
  const scratch = await startScratchCluster(options.settings);
  const opened: (() => Promise<void>)[] = [];
  const stop = async () => {
    await Promise.all(opened.splice(0).map((close) => close()));
    await scratch.stop();
  };
  after(stop);
  const connection = (role: keyof RolePasswords, database = name) =>
    connectionTo(scratch.socketDirectory, { database, role: rolesOf(name)[role], password: PASSWORDS[role] });
  const toDatabase = (database: string): TestDatabase => ({
    name: database,
    connection: (role) => connection(role, database),
    open: <Schema>(role: keyof RolePasswords = 'app') => {
      const handle = openDatabase<Schema>({ connection: connection(role, database), maxConnections: 4 });
      opened.push(handle.close);
      return handle;
    },
  });
  await prepare(scratch.admin, options, connection('owner'));
  let clones = 0;
  return {
    ...scratch,
    name,
    passwords: PASSWORDS,
    connection,
    stop,
    database: toDatabase(name),
    cloneDatabase: async () => {
      clones += 1;
      const clone = `${name}_clone_${clones}`;
      await copyDatabase(scratch.admin, { from: pristineOf(name), to: clone, name });
      return toDatabase(clone);
    },
    adminOf: async (database) => {
      const admin = await scratch.admin.toDatabase(database);
      opened.push(admin.close);
      return admin;
    },
  };
}

async function prepare(admin: Admin, { name, migrations, extensions }: UseClusterOptions, owner: ClientConfig): Promise<void> {
  const { migrate, prepareDatabase } = await import('@bulkhead/postgres');
  await prepareDatabase({ admin, name, passwords: PASSWORDS, ...(extensions === undefined ? {} : { extensions }) });
  if (migrations !== undefined) await migrate({ connection: owner, directory: migrations });
  // A database with sessions cannot be cloned: clones are made from a copy that nobody uses.
  await copyDatabase(admin, { from: name, to: pristineOf(name), name });
}

function pristineOf(name: string): string {
  return `${name}_pristine`;
}

async function copyDatabase(admin: Admin, { from, to, name }: Record<'from' | 'to' | 'name', string>): Promise<void> {
  const { grantDatabase } = await import('@bulkhead/postgres');
  await admin.query(`create database "${to}" template "${from}" strategy file_copy`);
  await grantDatabase(admin, to, name);
}
