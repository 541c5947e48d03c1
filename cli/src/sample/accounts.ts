import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const sampleAccountSchema = z.object({
  email: z.string(),
  password: z.string(),
  totpSecret: z.string(),
  displayName: z.string(),
  roles: z.record(z.string(), z.array(z.string())),
});
export type SampleAccount = z.infer<typeof sampleAccountSchema>;

/** The sample accounts of a sample estate, asked through headquarters' supervisor. */
export function listSampleAccounts(headquarters: WirePeer): Promise<SampleAccount[]> {
  return callWire(headquarters, { method: 'GET', path: '/sample-accounts' }, z.array(sampleAccountSchema).max(50));
}
