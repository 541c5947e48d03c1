import { useCluster } from '@bulkhead/testkit';
import { testStories } from './stories.ts';

testStories(await useCluster({ name: 'website', settings: { max_replication_slots: '40' } }), 300);
