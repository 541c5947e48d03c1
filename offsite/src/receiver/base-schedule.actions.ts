import type { Log } from '@bulkhead/kernel';
import type { CompartmentReceiver } from './compartment.actions.ts';

const LOOK_EVERY_MS = 60_000;
/** By then the streams of a start usually stand. */
const FIRST_LOOK_MS = 2_000;

/** Keeps every compartment's newest base younger than `everyMs`, in off-site's running time; gives what ends that. */
export function keepBasesFresh(receivers: ReadonlyMap<string, CompartmentReceiver>, everyMs: number, log: Log): () => void {
  let isLooking = false;
  const lookAtAll = async () => {
    for (const [compartment, receiver] of receivers)
      await freshen(receiver, everyMs).catch((error: unknown) => {
        log.warn({ err: error, compartment }, 'the scheduled base backup failed; it is tried again');
      });
  };
  const look = () => {
    if (isLooking) return;
    isLooking = true;
    void lookAtAll().finally(() => {
      isLooking = false;
    });
  };
  const first = setTimeout(look, FIRST_LOOK_MS).unref();
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return () => {
    clearTimeout(first);
    clearInterval(timer);
  };
}

/** Takes a base if the newest is so old, and lets go what may go. */
async function freshen(receiver: CompartmentReceiver, everyMs: number): Promise<void> {
  if (receiver.status().state !== 'streaming') return;
  const ranMs = await receiver.keeper.ranSinceBase();
  if (ranMs === undefined || ranMs < everyMs) return;
  await receiver.takeBase();
  await receiver.keeper.prune();
}
