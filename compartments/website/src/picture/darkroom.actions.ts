import { Readable } from 'node:stream';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { type Developed, developedSchema } from '#darkroom/developed.rules.ts';

const DEVELOP_MS = 90_000;

/** Makes a picture anew, in a process that has nothing but these bytes. */
export type Darkroom = (bytes: Buffer) => Promise<Developed>;

/** The darkroom behind a socket. */
export function reachDarkroom(peer: WirePeer): Darkroom {
  return async (bytes) => {
    const call = { method: 'POST', path: '/develop', stream: Readable.from([bytes]), timeoutMs: DEVELOP_MS } as const;
    try {
      return await callWire(peer, call, developedSchema);
    } catch (error) {
      if (hasCode(error, 'wire.refused') && error instanceof EstateError && hasCode(error.cause, 'picture.refused'))
        throw new EstateError('picture.refused', 'developing a picture: the darkroom refuses it', { cause: error });
      throw new EstateError('darkroom.unreachable', 'developing a picture', { cause: error });
    }
  };
}
