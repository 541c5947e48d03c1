import {
  drawnGatewayKeySchema,
  type KeyBound,
  openSigned,
  PURPOSES,
  type Signed,
  type TokenKey,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { OrderBook } from '#order/order-book.actions.ts';
import type { ReceiverPeer } from '#peer/receiver.actions.ts';
import type { SupervisorPeer } from '#peer/supervisor.actions.ts';
import type { Recorder } from '#record/record.actions.ts';
import type { RecoveryRecord } from './recovery.store.ts';

/** Whose sessions the gateway asks about: in a restored copy of it anybody may have been signed in. */
const IDENTITY = 'identity';

export type GatewayKeyDeps = {
  readonly keys: GatewayKeys;
  readonly jobKeys: readonly VerifyingKey[];
  readonly book: OrderBook;
  readonly receiver: Pick<ReceiverPeer, 'listStreams'>;
  readonly supervisor: Pick<SupervisorPeer, 'enrolGatewayKeys'>;
  readonly recorder: Recorder;
  readonly now: Now;
};

/** The gateway's keys as this process believes them; off-site's supervisor keeps them beside the trust file. */
export class GatewayKeys {
  #keys: readonly TokenKey[];

  constructor(keys: readonly TokenKey[]) {
    this.#keys = keys;
  }

  get all(): readonly TokenKey[] {
    return this.#keys;
  }

  replace(keys: readonly TokenKey[]): void {
    this.#keys = keys;
  }
}

/** The id of the gateway's next key, if this recovery is to replace the present one. */
export function nextGatewayKey({ id, compartment, asked, kind }: RecoveryRecord, keys: GatewayKeys): string | null {
  if (kind === 'reopen') return null;
  const isNamed = keys.all.some(({ keyId }) => asked?.scope.keyIds.includes(keyId));
  return isNamed || compartment === IDENTITY ? `gateway-${id}` : null;
}

/**
 * Enrols the key that headquarters drew because an order asked for it; every other key of the gateway ends here, at the
 * position of each compartment's stream [C28]. Asked again it answers the same.
 * @throws EstateError `signature.invalid`, `request.forbidden` for a key that no order in force asked for
 */
export async function enrolGatewayKey(deps: GatewayKeyDeps, signed: Signed): Promise<readonly TokenKey[]> {
  const { keys, jobKeys, book, recorder, supervisor, now } = deps;
  const opened = openSigned(signed, { purpose: PURPOSES.gatewayKey, keys: jobKeys, schema: drawnGatewayKeySchema });
  const { compartment, epoch, keyId, publicKey } = opened.value;
  const known = keys.all.find((key) => key.keyId === keyId);
  if (known?.publicKey === publicKey) return keys.all;
  const order = book.issued(compartment);
  if (known || order?.epoch !== epoch || order.rotatesGatewayKey !== keyId) {
    throw new EstateError('request.forbidden', `enrolling ${keyId}: no order in force of ${compartment} asks for this key`);
  }
  const replaced = keys.all.filter(({ until }) => until === undefined).map((key) => key.keyId);
  const body = { keyId, publicKey, compartment, epoch, replaced };
  await recorder.append({ kind: 'key.replaced', idempotencyKey: `gateway-key:${keyId}`, body });
  const bound = await boundHere(deps, now());
  const ended = keys.all.map((key) => (key.until === undefined ? { ...key, until: bound } : key));
  const next = [...ended, { keyId, publicKey, from: bound }];
  await supervisor.enrolGatewayKeys(next);
  keys.replace(next);
  return next;
}

async function boundHere({ receiver }: Pick<GatewayKeyDeps, 'receiver'>, at: Date): Promise<KeyBound> {
  const positions: KeyBound['positions'] = {};
  for (const { name, timeline, flushedLsn, seal } of await receiver.listStreams()) {
    const lsn = seal?.lsn ?? flushedLsn;
    if (timeline !== null && lsn !== null) positions[name] = { timeline, lsn };
  }
  return { at: at.toISOString(), positions };
}
