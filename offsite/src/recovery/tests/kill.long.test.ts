import { after, test } from 'node:test';
import { startScratchCluster } from '@bulkhead/postgres';
import { killAtEach, PLACES } from './killed-recovery.ts';

const cluster = await startScratchCluster();
after(() => cluster.stop());

test('[C3] [C10] killed with -9 before and after every call of every step, at every order and while it waits, the recovery goes on and opens once', () =>
  killAtEach(cluster, PLACES));
