import { after, before, test } from 'node:test';
import { killInRounds } from './tests/killed-chronicle.ts';
import { makeWorld } from './tests/world.ts';

const world = await makeWorld();
before(() => world.start());
after(() => world.stop());

test('[H5] killed at any moment, again and again, every transaction stands in the index once and is shown to the watch', () =>
  killInRounds(world, 40));
