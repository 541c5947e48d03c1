import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';

/** A Kysely over a driver of ours. */
export function kyselyOver<Schema, Connection extends DatabaseConnection>(driver: OwnDriver<Connection>): Kysely<Schema> {
  const dialect: Dialect = {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => toKyselyDriver(driver),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
  return new Kysely<Schema>({ dialect, log: [] });
}

/** A driver whose methods get the very type of connection that it made. */
export type OwnDriver<Connection extends DatabaseConnection> = {
  readonly acquire: () => Promise<Connection>;
  readonly release: (connection: Connection) => Promise<void>;
  readonly begin: (connection: Connection) => Promise<void>;
  readonly commit: (connection: Connection) => Promise<void>;
  readonly rollback: (connection: Connection) => Promise<void>;
};

function toKyselyDriver<Connection extends DatabaseConnection>(driver: OwnDriver<Connection>): Driver {
  const made = new WeakMap<DatabaseConnection, Connection>();
  const ours = (connection: DatabaseConnection): Connection => {
    const found = made.get(connection);
    if (found === undefined) throw new TypeError('a connection of another driver');
    return found;
  };
  return {
    init: async () => undefined,
    acquireConnection: async () => {
      const connection = await driver.acquire();
      made.set(connection, connection);
      return connection;
    },
    releaseConnection: (connection) => driver.release(ours(connection)),
    beginTransaction: (connection) => driver.begin(ours(connection)),
    commitTransaction: (connection) => driver.commit(ours(connection)),
    rollbackTransaction: (connection) => driver.rollback(ours(connection)),
    destroy: async () => undefined,
  };
}
