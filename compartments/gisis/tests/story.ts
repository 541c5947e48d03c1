import assert from 'node:assert/strict';
import type { TestCluster } from '@bulkhead/testkit';
import { z } from 'zod';
import { bootRegistry, type TestPerson } from './booted-registry.ts';

export type Form = Readonly<Record<string, string | readonly string[]>>;

export const officer = (country: string, ...modules: readonly string[]): TestPerson => ({
  name: `Officer of ${country.toUpperCase()}`,
  delegation: `state-${country}`,
  roles: modules.map((module) => `${module}-officer`),
});
export const delegate = (country: string): TestPerson => ({
  name: `Delegate of ${country}`,
  delegation: `state-${country}`,
  roles: [],
});
export const SUPPLIER: TestPerson = { name: 'Supplier of data', delegation: 'secretariat', roles: ['data-supplier'] };

const recordSchema = z.object({ revision: z.number(), state: z.string(), fields: z.record(z.string(), z.unknown()) });

/** The registry over a database of its own, with what a story of several people does to it and asks of it. */
export async function beginStory(cluster: TestCluster) {
  const { ask, file } = await bootRegistry(cluster);
  const read = async (address: string, as: TestPerson): Promise<z.infer<typeof recordSchema>> => {
    const { status, text } = await ask({ path: `${address}/record.json`, as });
    return status === 200 ? recordSchema.parse(JSON.parse(text)) : { revision: 0, state: '', fields: {} };
  };
  /** Does an act upon the record as it stands; @returns the status */
  const act = async (as: TestPerson, address: string, name: string, form: Form = {}): Promise<number> => {
    const { revision } = await read(address, as);
    const sent = { ...form, revision: String(revision), source: `Test of ${name}` };
    return (await ask({ path: `${address}/acts/${name}`, as, form: sent })).status;
  };
  const done = async (as: TestPerson, address: string, name: string, form: Form = {}): Promise<void> => {
    assert.equal(await act(as, address, name, form), 303, `${name} of ${address}`);
  };
  /** That each finds among what was told to them that this was done to a record. */
  const areTold = async (people: readonly TestPerson[], address: string, what: string): Promise<void> => {
    const reference = decodeURIComponent(address.split('/').at(-1) ?? '');
    for (const as of people) {
      const { text } = await ask({ path: '/for-you', as });
      assert.ok(text.includes(`${reference}</code></a>: ${what}`), `${as.name} is not told: ${what}`);
    }
  };
  const statusOf = async (path: string, as?: TestPerson): Promise<number> => (await ask({ path, ...(as ? { as } : {}) })).status;
  return { ask, file, act, done, read, areTold, statusOf };
}
