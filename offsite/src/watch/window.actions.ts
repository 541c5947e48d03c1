import type { CompartmentManifest, ProtectionWindow } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Recorder } from '#record/record.actions.ts';
import type { WindowStore } from './window.store.ts';

export type WindowDeps = {
  readonly windows: WindowStore;
  readonly recorder: Recorder;
  readonly manifests: ReadonlyMap<string, CompartmentManifest>;
  /** Tells that the public is owed a notice. */
  readonly announce: () => void;
};

/** Keeps a time in which commits were acknowledged at headquarters alone. */
export async function keepWindow(deps: WindowDeps, window: ProtectionWindow): Promise<void> {
  const { compartment, fromAt, toAt } = window;
  if (!deps.manifests.has(compartment)) {
    throw new EstateError('compartment.unknown', `recording a window: there is no compartment ${compartment}`);
  }
  // Entry before row: if this is cut short, headquarters tells again and the key makes it one.
  await deps.recorder.note({
    kind: 'protection.window',
    idempotencyKey: `window:${compartment}:${fromAt}:${toAt === null ? 'begun' : 'ended'}`,
    body: { ...window },
  });
  if (await deps.windows.keepWindow(window)) deps.announce();
}
