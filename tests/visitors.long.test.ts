import { LANGUAGES } from '@bulkhead/contracts';
import { testVisitors } from '#visitors.ts';

testVisitors({ languages: LANGUAGES, startsAgain: true });
