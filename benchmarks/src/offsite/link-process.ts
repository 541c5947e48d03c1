/** Runs a link in a process of its own: `FRONT BACK` are socket paths; a message `{ latencyMs }` sets its latency one way. */
import { FaultyLink } from '@bulkhead/testkit';

const [front = '', back = ''] = process.argv.slice(2);
const link = await FaultyLink.open({ listen: { path: front }, to: { path: back } });
process.on('message', (told: { readonly latencyMs: number }) => {
  link.set({ latencyMs: told.latencyMs });
  process.send?.('set');
});
process.once('disconnect', () => process.exit(0));
process.send?.('open');
