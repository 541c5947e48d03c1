import { admits, type CompartmentManifest, type CompartmentState } from '@bulkhead/contracts';
import type { PublisherPeer } from '#peer/publisher.actions.ts';

export type PausingDeps = {
  readonly manifests: readonly CompartmentManifest[];
  readonly stateOf: (compartment: string) => CompartmentState | undefined;
  readonly publisher: Pick<PublisherPeer, 'pause'>;
  /** Compartments that were paused since they were contained. */
  readonly paused: Set<string>;
};

/** Nothing new is published of a compartment that is contained: what an attacker wrote before the seal must not follow after it. */
export async function pauseContained({ manifests, stateOf, publisher, paused }: PausingDeps): Promise<void> {
  for (const { name, edition } of manifests) {
    const state = stateOf(name);
    const isContained = edition !== undefined && state !== undefined && admits(state) === 'nothing';
    if (!isContained) paused.delete(name);
    else if (!paused.has(name)) {
      await publisher.pause(name);
      paused.add(name);
    }
  }
}
