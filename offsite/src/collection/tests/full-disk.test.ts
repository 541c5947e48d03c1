import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { carryOutCollection } from '../collection.actions.ts';
import { AGE_SECONDS, ASKED_FOR, digestOf, fill, goOnFrom, openWorld, round, type Step, type Told } from './disturbed-vault.ts';

const root = mkdtempSync(join(tmpdir(), 'bulkhead-full-'));
test.after(() => rmSync(root, { recursive: true, force: true }));

const FAULTS: Readonly<Record<Step, Error>> = {
  write: new EstateError('disk.full', "writing to the vault's register"),
  remove: Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }),
  ledger: new EstateError('disk.full', 'appending to the ledger'),
  search: Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }),
};

/** Two rounds in which the n-th step of a kind goes wrong; false when there were fewer. */
async function goWrongAt(kind: Step, n: number): Promise<boolean> {
  const name = `${kind} ${n}`;
  const directory = join(root, name);
  const ledger: Told[] = [];
  let [elapsedMs, left, isCounting, hasFailed] = [0, n, false, false];
  const before = (step: Step) => {
    if (step !== kind || !isCounting || hasFailed || left-- > 0) return;
    hasFailed = true;
    throw FAULTS[step];
  };
  const { vault, deps } = await openWorld(directory, ledger, () => elapsedMs, { before, between: () => {} });
  await fill(vault);
  elapsedMs = AGE_SECONDS * 2000;
  for (const id of ['c0123456789ab', 'cba9876543210']) {
    isCounting = true;
    const outcome = await carryOutCollection(deps, { ...round, id }).catch((error: unknown) => error);
    isCounting = false;
    elapsedMs *= 2;
    await vault.holdings.renewLease({ compartment: 'website', sha256: digestOf(ASKED_FOR) });
    if (!hasFailed) continue;
    assert.equal(outcome, FAULTS[kind], `${name}: what went wrong is told`);
    break;
  }
  await vault.close();
  if (hasFailed) await goOnFrom({ directory, ledger }, elapsedMs, name);
  return hasFailed;
}

test('[V17] [V20] a full disk or a failing read at any step ends the round and is told; nothing named goes, and later rounds go on', async () => {
  const met = { search: 0, write: 0, ledger: 0, remove: 0 };
  for (const kind of ['search', 'write', 'ledger', 'remove'] as const) while (await goWrongAt(kind, met[kind])) met[kind] += 1;
  const { write, ...others } = met;
  assert.deepEqual(others, { search: 2, ledger: 1, remove: 2 });
  assert.ok(write >= 7, `${write} writes`);
});

test("[V17] [V20] the vault's own disk full while it collects: what is here is read, nothing goes untold, and with room it goes on", async (t) => {
  const small = join(root, 'small');
  mkdirSync(small);
  try {
    if (process.getuid?.() !== 0) throw new Error('only root can mount');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=0755', 'tmpfs', small], { stdio: 'ignore' });
  } catch {
    return t.skip('needs the right to mount a small file system');
  }
  try {
    const directory = join(small, 'vault');
    const ledger: Told[] = [];
    let elapsedMs = 0;
    const { vault, deps } = await openWorld(directory, ledger, () => elapsedMs);
    await fill(vault);
    elapsedMs = AGE_SECONDS * 2000;
    const ballast = join(small, 'ballast');
    execFileSync('sh', ['-c', `dd if=/dev/zero of=${ballast} bs=4k 2>/dev/null || true`]);
    await assert.rejects(carryOutCollection(deps, round), (error) => hasCode(error, 'disk.full'));
    assert.deepEqual(ledger, []);
    rmSync(ballast);
    assert.equal((await carryOutCollection(deps, round)).marked.blobs, 3);
    await vault.holdings.renewLease({ compartment: 'website', sha256: digestOf(ASKED_FOR) });
    await vault.close();
    await goOnFrom({ directory, ledger }, elapsedMs, 'with room again');
  } finally {
    execFileSync('umount', [small]);
  }
});
