import { testVisitors } from '#visitors.ts';

// One language from left to right, one from right to left; `visitors.long.test.ts` plays all six, and more honest work.
testVisitors({ languages: ['en', 'ar'], articles: 12, hasTime: false });
