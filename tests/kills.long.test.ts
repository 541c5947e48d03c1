import { holdEstate } from '#held-estate.ts';
import { testKilledProcesses } from '#killed-processes.ts';
import { KILLS, testRestore } from '#killed-restore.ts';

const estate = holdEstate({ BULKHEAD_LEASE_SECONDS: '5' });
testKilledProcesses(estate, { every: 1 });
testRestore(estate, KILLS);
