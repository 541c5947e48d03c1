export { type LocateOptions, locateBinaries, type PostgresBinaries } from './cluster/binaries.ts';
export { type ControlFile, readControlFile } from './cluster/control-file.ts';
export type { Owner } from './cluster/copy-tree.ts';
export { type CreateClusterOptions, createCluster } from './cluster/create-cluster.ts';
export { type ScratchCluster, scratchTemplate, startScratchCluster } from './cluster/scratch-cluster.ts';
export type { ServerLog } from './cluster/server-log.ts';
export {
  type Readiness,
  type RunningCluster,
  type ServerExit,
  type StartClusterOptions,
  startCluster,
} from './cluster/start-cluster.ts';
export { type MigrateOptions, migrate } from './migration/migrate.ts';
export { listMigrations, type Migration } from './migration/migration-file.ts';
export { allowLogin, forbidLogin } from './role/login.ts';
export { type Extension, grantDatabase, type PrepareDatabaseOptions, prepareDatabase } from './role/prepare-database.ts';
export { DDL_PREFIX, LONGEST_TOKEN_BYTES, TOKEN_PREFIX } from './role/provenance-sql.ts';
export { type RoleNames, type RolePasswords, rolesOf, setPasswords } from './role/roles.ts';
export { runTagged } from './role/run-tagged.ts';
export { describeSchema } from './schema/describe-schema.ts';
export { describeTypes } from './schema/describe-types.ts';
export { type Admin, type ConnectionTarget, connectionTo, openAdmin, socketPath } from './session/connection.ts';
export { sqlState, violatedConstraint } from './session/query-error.ts';
export type { Isolation } from './transaction/begin-tagged.ts';
export type { CopiedLines, CopyOptions } from './transaction/copy-lines.ts';
// `openDatabase` stands in `@bulkhead/postgres/database`: most processes need no query builder.
export type { Committed, Database, DatabaseConfig } from './transaction/database.ts';
