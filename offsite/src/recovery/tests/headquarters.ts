import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Applied,
  gatewayKeysSchema,
  generateSigningKey,
  type Order,
  openSigned,
  orderSchema,
  PURPOSES,
  type Replay,
  type ReplayAnswer,
  replaysSchema,
  rotatedSecretsSchema,
  type SigningKey,
  signedSchema,
  signMessage,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const ordersSchema = z.object({ sequence: z.number(), orders: z.array(signedSchema) });

/** Headquarters as recovery knows it: it follows orders, lays down images and says what it did. */
export class Headquarters {
  readonly #peer: WirePeer;
  readonly #orderKeys: readonly VerifyingKey[];
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  /** Highest order known of each compartment, and when it came. */
  readonly known = new Map<string, Order>();
  readonly seen: { readonly order: Order; readonly at: number }[] = [];
  readonly images: string[] = [];
  readonly blobs: string[] = [];
  isObedient = true;
  onOrder: (order: Order) => void | Promise<void> = () => undefined;
  /** What the door says of recorded requests: all refused, unless a test says otherwise. */
  judges: (replay: Replay) => ReplayAnswer['outcomes'] = ({ requests }) =>
    requests.map(() => ({ verdict: 'refused' as const, detail: 'its session is blocked' }));
  readonly replays: Replay[] = [];
  /** Secrets of the vault as fetched with each image. */
  readonly vaultSecrets: (string | null)[] = [];
  readonly replicationPasswords: (string | null)[] = [];
  /** What the supervisor says of the closed hole. */
  closure: Applied['closure'] = { passwordsTried: 2, passwordsRefused: 2, build: null };
  answersReplays = true;
  /** What a part says of an order, other than that all is well. */
  fails: (order: Order) => string | undefined = () => undefined;

  /** Keys that it drew for the gateway. */
  readonly drawnKeys: SigningKey[] = [];
  readonly #jobKey: SigningKey;

  constructor(peer: WirePeer, orderKeys: readonly VerifyingKey[], jobKey: SigningKey) {
    this.#peer = peer;
    this.#jobKey = jobKey;
    this.#orderKeys = orderKeys;
    this.#running = Promise.all([this.#follow(), this.#replay()]).then(() => undefined);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  lease(compartments: readonly { readonly name: string; readonly epoch: number }[]) {
    const body = { nonce: 'n'.repeat(24), compartments };
    return callWire(this.#peer, { method: 'POST', path: '/lease', body }, signedSchema);
  }

  async #replay(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        const call = { method: 'GET' as const, path: '/replays', timeoutMs: 25_000, signal: this.#stopping.signal };
        for (const replay of (await callWire(this.#peer, call, replaysSchema)).replays) await this.#answer(replay);
      } catch {
        await sleep(20);
      }
    }
  }

  async #answer(replay: Replay): Promise<void> {
    if (!this.answersReplays) return sleep(20);
    this.replays.push(replay);
    const body = { outcomes: this.judges(replay) };
    await callWire(this.#peer, { method: 'POST', path: `/replays/${replay.id}`, body }, z.object({ ok: z.boolean() }));
  }

  async #follow(): Promise<void> {
    let sequence = 0;
    while (!this.#stopping.signal.aborted) {
      try {
        const path = `/orders?after=${sequence}`;
        const call = { method: 'GET' as const, path, timeoutMs: 25_000, signal: this.#stopping.signal };
        const answer = await callWire(this.#peer, call, ordersSchema);
        for (const signed of answer.orders) await this.#obey(signed);
        sequence = answer.sequence;
      } catch {
        await sleep(20);
      }
    }
  }

  async #obey(signed: unknown): Promise<void> {
    const order = openSigned(signed, { purpose: PURPOSES.order, keys: this.#orderKeys, schema: orderSchema }).value;
    const known = this.known.get(order.compartment);
    if (known && known.epoch >= order.epoch) return;
    if (!this.isObedient) return;
    this.seen.push({ order, at: performance.now() });
    await this.onOrder(order);
    if (order.image) await this.#layDown(order.compartment, order.image);
    if (order.rotatesGatewayKey) await this.#drawKey(order, order.rotatesGatewayKey);
    const failure = this.fails(order);
    await Promise.all((['gateway', 'supervisor'] as const).map((part) => this.#tell(order, part, failure)));
    this.known.set(order.compartment, order);
    if (failure !== undefined) void this.#repeat(order, failure);
  }

  async #drawKey({ compartment, epoch }: Order, keyId: string): Promise<void> {
    const { signing, verifying } = generateSigningKey(keyId);
    const body = signMessage(this.#jobKey, PURPOSES.gatewayKey, { ...verifying, compartment, epoch });
    await callWire(this.#peer, { method: 'POST', path: '/gateway-keys', body }, gatewayKeysSchema);
    this.drawnKeys.push(signing);
  }

  /** Tries again, in vain, until another order comes. */
  async #repeat(order: Order, failure: string): Promise<void> {
    while (this.known.get(order.compartment) === order && !this.#stopping.signal.aborted) {
      await sleep(100);
      await this.#tell(order, 'supervisor', failure).catch(() => undefined);
    }
  }

  async #layDown(compartment: string, image: NonNullable<Order['image']>): Promise<void> {
    const path = `/compartments/${compartment}/secrets`;
    const secrets = await callWire(this.#peer, { method: 'GET', path, signal: this.#stopping.signal }, rotatedSecretsSchema);
    this.vaultSecrets.push(secrets.vaultSecret);
    this.replicationPasswords.push(secrets.replicationPassword);
    const { body } = await openWire(this.#peer, { method: 'GET', path: `/images/${image.id}`, signal: this.#stopping.signal });
    const bytes = Buffer.concat(await body.toArray());
    if (sha256Hex(bytes) !== image.sha256) throw new Error('the image has another digest than its order');
    this.images.push(sha256Hex(bytes));
    const listed = await openWire(this.#peer, {
      method: 'GET',
      path: `/images/${image.id}/blobs`,
      signal: this.#stopping.signal,
    });
    const lines = Buffer.concat(await listed.body.toArray())
      .toString('utf8')
      .split('\n');
    this.blobs.splice(0, this.blobs.length, ...lines.filter((line) => line !== ''));
  }

  async #tell(order: Order, part: Applied['part'], failure: string | undefined): Promise<void> {
    const body: Applied = {
      compartment: order.compartment,
      epoch: order.epoch,
      state: order.state,
      part,
      ok: failure === undefined,
      detail: failure ?? '',
      at: new Date().toISOString(),
      ...(part === 'supervisor' && this.closure ? { closure: this.closure } : {}),
    };
    await callWire(
      this.#peer,
      { method: 'POST', path: '/applied', body, signal: this.#stopping.signal },
      z.object({ ok: z.boolean() }),
    );
  }
}
