import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { carryOutCollection } from '../collection.actions.ts';
import { AGE_SECONDS, ASKED_FOR, digestOf, fill, goOnFrom, openWorld, round, type Told } from './disturbed-vault.ts';

test('[V17] [V20] a kill anywhere between list, mark, ledger and taking away leaves what is named whole, and nothing gone untold', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'bulkhead-crash-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const directory = join(root, 'vault');
  const ledger: Told[] = [];
  const states: { readonly directory: string; readonly ledger: Told[] }[] = [];
  let [elapsedMs, isRecording] = [0, false];
  const between = () => {
    if (!isRecording) return;
    const copy = join(root, `state-${states.length}`);
    cpSync(directory, copy, { recursive: true });
    states.push({ directory: copy, ledger: [...ledger] });
  };
  const { vault, deps } = await openWorld(directory, ledger, () => elapsedMs, { before: () => {}, between });
  await fill(vault);
  elapsedMs = AGE_SECONDS * 2000;
  isRecording = true;
  const first = await carryOutCollection(deps, round);
  assert.deepEqual([first.marked.blobs, first.named, first.taken.blobs], [3, 2, 0]);
  elapsedMs *= 2;
  await vault.holdings.renewLease({ compartment: 'website', sha256: digestOf(ASKED_FOR) });
  const second = await carryOutCollection(deps, { ...round, id: 'cba9876543210' });
  assert.equal(second.taken.blobs, 2);
  await vault.close();
  assert.ok(states.length >= 15, `${states.length} states are looked at`);
  for (const [at, state] of states.entries()) await goOnFrom(state, elapsedMs, `state ${at}`);
});
