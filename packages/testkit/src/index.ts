export { type TestCluster, type TestDatabase, type UseClusterOptions, useCluster } from './cluster.ts';
export { type Compiled, compiledModules } from './compiled.ts';
export {
  type CommandResult,
  type EstateAccount,
  type EstateDescription,
  type EstateProcess,
  findFreePort,
  runBulkhead,
  startEstateProcess,
  TEST_COMPARTMENTS,
} from './estate-process.ts';
export { FaultyLink, type LinkConditions, type LinkEnd, type LinkWay } from './faulty-link.ts';
export { layTemplate } from './template.ts';
export { temporaryDirectory } from './temporary-directory.ts';
export { waitUntil } from './wait-until.ts';
