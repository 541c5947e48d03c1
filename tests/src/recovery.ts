import assert from 'node:assert/strict';
import { type Recovery, recoverySchema } from '@bulkhead/contracts';
import { type EstateProcess, waitUntil } from '@bulkhead/testkit';
import { z } from 'zod';
import { askDesk, type Described } from './sites.ts';

const RECOVERY_LIMIT_MS = 300_000;

/** An estate, or the host of its site, where operators type. */
type Operated = Described & Pick<EstateProcess, 'run'>;

/** The first operator asks for a restore. */
export async function askForRestore(estate: Operated, compartment: string): Promise<string> {
  const { code, out, err } = await estate.run('restore', compartment, '--reason', 'a test', '--json');
  assert.equal(code, 0, out + err);
  return z.object({ recovery: z.string() }).parse(JSON.parse(out)).recovery;
}

/** The second operator looks at the difference, then approves what was shown. */
export async function approve(estate: Operated, id: string): Promise<void> {
  const shown = await estate.run('approve', id, '--json');
  assert.equal(shown.code, 0, shown.out + shown.err);
  const { awaiting } = recoverySchema.parse(JSON.parse(shown.out));
  const done = await estate.run('approve', id, '--digest', awaiting?.digest ?? '', '--as', 'second-operator', '--json');
  assert.equal(done.code, 0, done.out + done.err);
}

/** Two operators let a sealed compartment write again as it stands. */
export async function openAgain(estate: Operated, compartment: string): Promise<void> {
  const { code, out, err } = await estate.run('open', compartment, '--reason', 'a test', '--json');
  assert.equal(code, 0, code === 0 ? '' : `${out}${err}${JSON.stringify((await askDesk(estate)).findings)}`);
  const { recovery: id } = z.object({ recovery: z.string() }).parse(JSON.parse(out));
  await untilRecovery(estate, id, 'it waits for the second operator', ({ awaiting }) => awaiting !== null);
  await approve(estate, id);
  const { step, failure } = await untilRecovery(estate, id, 'it is open', () => false);
  assert.equal(step, 'done', failure ?? '');
}

/** The recovery as the desk shows it now. */
export async function findRecovery(estate: Described, id: string): Promise<Recovery> {
  const found = (await askDesk(estate)).recoveries.find((recovery) => recovery.id === id);
  assert.ok(found, `the desk does not know ${id}`);
  return found;
}

/** Waits until a recovery fits, or has ended in any way. */
export async function untilRecovery(
  estate: Described,
  id: string,
  what: string,
  fits: (recovery: Recovery) => boolean,
): Promise<Recovery> {
  return waitUntil(
    async () => {
      const recovery = await findRecovery(estate, id);
      return fits(recovery) || ['done', 'failed', 'refused'].includes(recovery.step) ? recovery : undefined;
    },
    { what, timeoutMs: RECOVERY_LIMIT_MS },
  );
}
