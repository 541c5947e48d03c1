import type { Recovery } from '@bulkhead/contracts';
import { EstateError, sleepMs } from '@bulkhead/kernel';
import type { Found, Scenario, Stage } from './scenario/scenario.ts';

/** How long a simulated operator looks before deciding. */
const LOOK_MS = 400;

export type Sealed = { readonly lsn: string; readonly at: string; readonly by: readonly string[]; readonly tookMs: number };
export type Recovered = { readonly recovery: Recovery; readonly humanMs: number };

/** The rule in the manifest seals by itself; if it names none within `waitMs`, the first operator does. */
export async function untilSealed({ desk, tell, compartment }: Stage, waitMs: number, reason: string): Promise<Sealed> {
  const isSealed = ({ compartments }: Awaited<ReturnType<typeof desk.state>>) => {
    const own = compartments.find(({ name }) => name === compartment);
    return (
      own?.desired === 'sealed' && own.seal !== null && own.applied.gateway === 'sealed' && own.applied.supervisor === 'sealed'
    );
  };
  const bySomebody = async () => {
    await desk.seal(compartment, reason);
    return desk.until('the seal', isSealed);
  };
  const state = waitMs > 0 ? await desk.until('the seal', isSealed, waitMs).catch(bySomebody) : await bySomebody();
  const seal = state.compartments.find(({ name }) => name === compartment)?.seal;
  if (!seal) throw new EstateError('compartment.wrong_state', `looking for the seal of ${compartment}`);
  tell(`sealed at ${seal.lsn} by ${seal.by.join(', ')}, ${Math.round(seal.tookMs)} ms from order to last effect`);
  return seal;
}

/** Two operators: the first asks for the recovery, the second looks at the difference and approves it. */
export async function recover(stage: Stage, scenario: Scenario, found: Found): Promise<Recovered> {
  const { desk, tell, compartment } = stage;
  const { way, closeRoutes } = scenario;
  const asksAt = performance.now();
  await sleepMs(LOOK_MS);
  const reason = `exercise: ${scenario.name}`;
  const build = scenario.patch === undefined ? undefined : await stage.nextBuild(scenario.patch);
  const id =
    way === 'undo' || way === 'redo'
      ? await desk.undo(compartment, { way, scope: found.scope, build, closeRoutes, reason })
      : await desk.restore(compartment, reason);
  let humanMs = performance.now() - asksAt;
  tell(`the first operator asks for it to be taken back: ${id}`);
  const waiting = await desk.untilRecovery(id, 'the difference', ({ awaiting }) => awaiting !== null);
  tell(tellDifference(waiting));
  const looksAt = performance.now();
  await sleepMs(LOOK_MS);
  await desk.approve(waiting);
  humanMs += performance.now() - looksAt;
  tell('the second operator approves');
  const done = await desk.untilRecovery(id, 'reopening', ({ step }) => step === 'done');
  return { recovery: { ...done, awaiting: waiting.awaiting }, humanMs };
}

function tellDifference({ awaiting }: Recovery): string {
  const repair = awaiting?.diff?.repair;
  if (!repair) return 'restored into quarantine and verified; the second operator looks at the difference';
  const what = repair.way === 'redo' ? 'left out, all else done again in' : 'taken back in';
  return `restored, ${repair.transactions} transactions ${what} ${repair.applied} steps, ${repair.dependentCount} things for a person to look at`;
}
