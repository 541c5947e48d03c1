import { LANGUAGES } from '@bulkhead/contracts';
import { testVisitors } from '#visitors.ts';

testVisitors({ languages: LANGUAGES, articles: 24, hasTime: true });
