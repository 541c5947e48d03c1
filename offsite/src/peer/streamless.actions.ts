import type { CompartmentStream } from '@bulkhead/contracts';
import type { Now } from '@bulkhead/kernel';
import type { ReceiverPeer } from './receiver.actions.ts';

/** Any epoch is reached: there is nothing that a seal could have held back. */
const EVERY_EPOCH = Number.MAX_SAFE_INTEGER;

/**
 * A receiver for an estate with compartments at level L0, which have no stream: sealing them ends what headquarters runs and
 * lets through, and there is no position to record. All others are asked as ever.
 */
export function withoutStreams(receiver: ReceiverPeer, streamless: ReadonlySet<string>, now: Now): ReceiverPeer {
  if (streamless.size === 0) return receiver;
  const ofNothing = (compartment: string): CompartmentStream => ({
    name: compartment,
    state: 'streaming',
    fault: null,
    systemId: null,
    timeline: null,
    epoch: EVERY_EPOCH,
    receivedLsn: null,
    flushedLsn: null,
    lastMessageAt: null,
    lagBytes: null,
    seal: null,
    gaps: [],
    joins: [],
  });
  return {
    ...receiver,
    seal: async (compartment, epoch) =>
      streamless.has(compartment)
        ? { lsn: null, timeline: null, epoch, sealedAt: now().toISOString() }
        : receiver.seal(compartment, epoch),
    unseal: async (compartment, epoch, password) =>
      streamless.has(compartment)
        ? { lsn: null, headquartersLsn: null, acceptedBeyondSeal: false }
        : receiver.unseal(compartment, epoch, password),
    readStream: async (compartment) => (streamless.has(compartment) ? ofNothing(compartment) : receiver.readStream(compartment)),
    listStreams: async () => [...(await receiver.listStreams()), ...[...streamless].map(ofNothing)],
  };
}
