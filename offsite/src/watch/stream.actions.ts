import type { CompartmentStream } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { sealCompartment } from '#order/seal/seal.actions.ts';
import type { ReceiverPeer } from '#peer/receiver.actions.ts';
import { type FindingDeps, raiseFinding } from './finding.actions.ts';
import { isSealUnknown, LOST_AFTER_MS, lookAtStream, type StreamMemory } from './stream.rules.ts';

export type StreamDeps = { readonly receiver: ReceiverPeer; readonly finding: FindingDeps };

/** Looks at the receiver's streams again and again, for the desk and for findings. */
export class StreamWatch {
  readonly #deps: StreamDeps;
  readonly #memory = new Map<string, StreamMemory>();
  #seen = new Map<string, CompartmentStream>();

  constructor(deps: StreamDeps) {
    this.#deps = deps;
  }

  /** How a stream stood at the last look; undefined if the receiver did not answer. */
  find(compartment: string): CompartmentStream | undefined {
    return this.#seen.get(compartment);
  }

  /** @throws EstateError `wire.unreachable` when the receiver did not answer: its streams count as away then */
  async look(): Promise<void> {
    const { receiver, finding } = this.#deps;
    let fault: EstateError | undefined;
    const streams = await receiver.listStreams().catch((error: unknown) => {
      fault = new EstateError('wire.unreachable', 'looking at the streams', { cause: error });
      return [];
    });
    this.#seen = new Map(streams.map((stream) => [stream.name, stream]));
    for (const order of finding.seal.book.listIssued()) {
      const seen = this.#seen.get(order.compartment);
      const { memory, isLost } = lookAtStream(this.#memory.get(order.compartment), seen, order, finding.now());
      this.#memory.set(order.compartment, memory);
      if (isLost) await this.#tell(order.compartment, seen, memory.awaySince ?? finding.now());
      if (seen && isSealUnknown(seen, order) && !finding.seal.underWay.has(order.compartment)) {
        await sealCompartment(finding.seal, {
          compartment: order.compartment,
          by: ['rule:receiver.sealed'],
          reason: 'the receiver holds a seal that no order tells of',
        });
      }
    }
    if (fault) throw fault;
  }

  async #tell(compartment: string, seen: CompartmentStream | undefined, awaySince: Date): Promise<void> {
    const { finding } = this.#deps;
    await raiseFinding(
      finding,
      {
        rule: 'stream.lost',
        compartment,
        summary: seen
          ? `the stream has been ${seen.state} for more than ${LOST_AFTER_MS / 1000} s`
          : 'the receiver has not answered for some seconds',
        evidence: {
          flushedLsn: seen?.flushedLsn ?? 'none',
          fault: seen?.fault?.code ?? 'none',
          awaySince: awaySince.toISOString(),
        },
        seenAt: finding.now().toISOString(),
      },
      'recovery',
    );
  }
}
