import { testVisitors } from '#visitors.ts';

// One language from left to right, one from right to left; `visitors.long.test.ts` plays all six.
testVisitors({ languages: ['en', 'ar'], startsAgain: false });
