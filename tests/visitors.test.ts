import { holdEstate } from '#held-estate.ts';
import { testHostileRequests } from '#hostile.ts';
import { testPublicPages, testSealedRoom } from '#public-pages.ts';
import { testHonestWork, testWatch } from '#watch.ts';

// In this order: while all is well, when something is found, and at last with a room sealed for good.
const estate = holdEstate();
testHonestWork(estate);
testPublicPages(estate);
testWatch(estate);
testHostileRequests(estate);
testSealedRoom(estate);
