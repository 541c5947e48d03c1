import { holdEstate } from '#held-estate.ts';
import { KILLS, testRestore } from '#killed-restore.ts';

testRestore(holdEstate({ BULKHEAD_LEASE_SECONDS: '5' }), KILLS);
