import { findFreePort } from '@bulkhead/testkit';
import { holdEstate } from '#held-estate.ts';
import { testHostileRequests } from '#hostile.ts';
import { testPublicPages, testSealedRoom } from '#public-pages.ts';
import { testRegistry } from '#registry.ts';
import { testHonestWork, testWatch } from '#watch.ts';

// In this order: while all is well, when something is found, and at last with rooms sealed for good.
const estate = holdEstate(async () => ({
  // The one estate of the tests with all compartments of the sample.
  BULKHEAD_COMPARTMENTS: 'identity,website,gisis',
  BULKHEAD_READING_ROOM: JSON.stringify({ port: await findFreePort() }),
}));
testHonestWork(estate);
testPublicPages(estate);
testWatch(estate);
testHostileRequests(estate);
testRegistry(estate);
testSealedRoom(estate);
