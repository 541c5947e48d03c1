import type { Language } from '@bulkhead/contracts';
import { findFreePort } from '@bulkhead/testkit';
import { holdEstate } from './held-estate.ts';
import { testHostileRequests } from './hostile.ts';
import { testPublicPages, testSealedRoom } from './public-pages.ts';
import { testRegistry } from './registry.ts';
import { testHonestWork, testStartingAgain, testWatch } from './watch.ts';

/**
 * What visitors of an estate meet, in this order: while all is well, when something is found, and at last with rooms sealed
 * for good.
 * @param options.languages in which axe looks at pages
 * @param options.articles that honest people publish
 * @param options.hasTime whether the estate is stopped and started between, and its copies become old
 */
export function testVisitors(options: {
  readonly languages: readonly Language[];
  readonly articles: number;
  readonly hasTime: boolean;
}): void {
  const { languages, articles, hasTime } = options;
  const estate = holdEstate(async () => ({
    // The one estate of the tests with all compartments of the sample.
    BULKHEAD_COMPARTMENTS: 'identity,website,gisis',
    BULKHEAD_READING_ROOM: JSON.stringify({ port: await findFreePort() }),
  }));
  testHonestWork(estate, articles);
  testPublicPages(estate, languages);
  testWatch(estate);
  if (hasTime) testStartingAgain(estate);
  testHostileRequests(estate);
  testRegistry(estate, hasTime);
  testSealedRoom(estate, languages);
}
