import type { CompartmentManifest } from '@bulkhead/contracts';
import type { Now } from '@bulkhead/kernel';
import type { Windows } from '#window/window.actions.ts';
import type { Target } from './compartment.rules.ts';
import type { Driver } from './driver.rules.ts';

const MINUTE_MS = 60_000;

export type ProtectionDeps = Pick<Driver, 'cluster'> & {
  readonly manifest: Pick<CompartmentManifest, 'name' | 'seal'>;
  readonly windows: Windows;
  readonly now: Now;
};

/**
 * Brings commits to wait for off-site, or not to, and keeps account of the times in between [O6].
 * @returns whether it is to be looked at again soon
 */
export async function protectCommits(deps: ProtectionDeps, { isSynchronous }: Pick<Target, 'isSynchronous'>): Promise<boolean> {
  const { cluster, windows, manifest } = deps;
  const { name } = manifest;
  if (!isSynchronous) {
    if (!cluster.isSynchronous && windows.openSince(name)) return false;
    await windows.begin(name, 'off-site is out of reach');
    await cluster.setSynchronous(false);
    return false;
  }
  if (cluster.isSynchronous && windows.openSince(name) === undefined) return false;
  const { isStreaming, isCaughtUp } = await cluster.protection();
  if (!cluster.isSynchronous && (isStreaming || !mayWaitUnprotected(deps))) await cluster.setSynchronous(true);
  if (!cluster.isSynchronous || !isStreaming || !isCaughtUp) return true;
  // The window ends when all that was acknowledged in it is off-site too.
  await windows.end(name);
  return false;
}

function mayWaitUnprotected({ manifest, windows, now }: ProtectionDeps): boolean {
  const { unreachable } = manifest.seal;
  const since = windows.openSince(manifest.name);
  if (unreachable === 'stop' || since === undefined) return false;
  return now().getTime() - since.getTime() < unreachable.degradeMinutes * MINUTE_MS;
}
