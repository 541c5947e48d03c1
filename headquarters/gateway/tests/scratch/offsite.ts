import {
  type Applied,
  appliedSchema,
  type CompartmentState,
  type EditionFile,
  type EditionManifest,
  type FindingReport,
  findingReportSchema,
  type Order,
  openSigned,
  PURPOSES,
  type ReceiptBatch,
  type Replay,
  type ReplayAnswer,
  receiptBatchSchema,
  replayAnswerSchema,
  type Signed,
  type SigningKey,
  signMessage,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { createLog, sha256Hex } from '@bulkhead/kernel';
import { createWireApp, readWireBody, serveWire } from '@bulkhead/wire';
import { z } from 'zod';

export const HQ_SECRET = 'the secret between headquarters and off-site';
const leaseAskedSchema = z.object({
  nonce: z.string(),
  compartments: z.array(z.object({ name: z.string(), epoch: z.number() })),
});

export type OffsiteOptions = {
  readonly recoverySocket: string;
  readonly publisherSocket: string;
  readonly orderKey: SigningKey;
  readonly editionKey: SigningKey;
  readonly gatewayKeys: readonly VerifyingKey[];
};
type Served = { readonly close: () => Promise<void> };

/** Off-site as headquarters sees it: signed orders, leases, editions; it keeps what it is sent. */
export class ScratchOffsite {
  readonly applied: Applied[] = [];
  readonly findings: FindingReport[] = [];
  /** Recorded attacks that wait for the gateway, and what it answered. */
  readonly replays: Replay[] = [];
  readonly replayAnswers = new Map<string, ReplayAnswer>();
  readonly receipts: ReceiptBatch[] = [];
  /** Batches that came again after they were kept. */
  repeated = 0;
  leasesGiven = 0;
  /** Changes what is answered to a question for a lease. */
  leaseTweak: (lease: Record<string, unknown>) => Record<string, unknown> = (lease) => lease;
  leaseTtlMs = 60_000;
  /** Digests of files of editions that were asked for, by calls. */
  readonly filesAsked: string[][] = [];
  /** Changes the bytes of edition files on the wire. */
  wireTweak: (bytes: Buffer) => Buffer = (bytes) => bytes;
  readonly #given: OffsiteOptions;
  readonly #orders: { readonly sequence: number; readonly compartment: string; readonly signed: Signed }[] = [];
  readonly #epochs = new Map<string, number>();
  readonly #editions = new Map<string, { readonly number: number; readonly signed: Signed }>();
  readonly #files = new Map<string, Buffer>();
  readonly #waiting = new Set<() => void>();
  #served: Served[] = [];

  constructor(given: OffsiteOptions) {
    this.#given = given;
  }

  async start(): Promise<void> {
    const recovery = await serveWire({ app: this.#recovery(), socket: this.#given.recoverySocket, mode: 0o666 });
    const publisher = await serveWire({ app: this.#publisher(), socket: this.#given.publisherSocket, mode: 0o666 });
    this.#served = [recovery, publisher];
  }

  async stop(): Promise<void> {
    this.#wakeAll();
    await Promise.all(this.#served.splice(0).map((served) => served.close()));
  }

  /** Orders a state, with the next epoch. */
  order(compartment: string, state: CompartmentState, more: Partial<Order> = {}): Order {
    const epoch = (this.#epochs.get(compartment) ?? 0) + 1;
    this.#epochs.set(compartment, epoch);
    const order: Order = {
      compartment,
      epoch,
      state,
      reason: 'a test',
      issuedAt: new Date().toISOString(),
      by: ['operator:one'],
      ...more,
    };
    this.offer(compartment, signMessage(this.#given.orderKey, PURPOSES.order, order));
    return order;
  }

  /** Puts a message among the orders, whatever it is. */
  offer(compartment: string, signed: Signed): void {
    this.#orders.push({ sequence: this.#orders.length + 1, compartment, signed });
    this.#wakeAll();
  }

  /** Lays a recorded attack down for the gateway to fetch. */
  lay(replay: Replay): void {
    this.replays.push(replay);
    this.#wakeAll();
  }

  /** Publishes an edition of these pages: path → content. */
  publish(
    compartment: string,
    number: number,
    pages: readonly ScratchPage[],
    more: Partial<EditionManifest> = {},
    key?: SigningKey,
  ): Signed {
    const files: EditionFile[] = pages.map((page) => {
      const bytes = Buffer.from(page.content);
      const sha256 = sha256Hex(bytes);
      this.#files.set(sha256, bytes);
      const headers = { 'content-type': 'text/html; charset=utf-8', ...page.headers };
      return {
        path: page.path,
        status: page.status ?? 200,
        language: page.language ?? null,
        headers,
        sha256,
        bytes: bytes.length,
      };
    });
    const manifest: EditionManifest = {
      compartment,
      number,
      publishedAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      lsn: '0/1000000',
      files,
      ...more,
    };
    const signed = signMessage(key ?? this.#given.editionKey, PURPOSES.edition, manifest);
    this.offerEdition(compartment, number, signed);
    return signed;
  }

  offerEdition(compartment: string, number: number, signed: Signed): void {
    this.#editions.set(compartment, { number, signed });
    this.#wakeAll();
  }

  #recovery() {
    const app = createWireApp({ secrets: { headquarters: HQ_SECRET }, log: createLog('scratch-recovery', 'silent') });
    app.get('/orders', async (c) => {
      const after = Number(c.req.query('after'));
      await this.#until(() => this.#orders.length > after);
      const latest = new Map(
        this.#orders.filter(({ sequence }) => sequence > after).map((order) => [order.compartment, order.signed]),
      );
      return c.json({ sequence: this.#orders.length, orders: [...latest.values()] });
    });
    app.post('/lease', async (c) => {
      const asked = await readWireBody(c.req.raw, leaseAskedSchema);
      this.leasesGiven += 1;
      const compartments = asked.compartments.map(({ name }) => ({ name, epoch: this.#epochs.get(name) ?? 0 }));
      const lease = this.leaseTweak({ nonce: asked.nonce, compartments, ttlMs: this.leaseTtlMs });
      return c.json(signMessage(this.#given.orderKey, PURPOSES.lease, lease));
    });
    app.post('/applied', async (c) => {
      this.applied.push(await readWireBody(c.req.raw, appliedSchema));
      return c.json({});
    });
    app.get('/replays', async (c) => {
      await this.#until(() => this.replays.length > 0);
      return c.json({ replays: this.replays });
    });
    app.post('/replays/:id', async (c) => {
      this.replayAnswers.set(c.req.param('id'), await readWireBody(c.req.raw, replayAnswerSchema));
      this.replays.splice(0);
      return c.json({});
    });
    app.post('/findings', async (c) => {
      this.findings.push(await readWireBody(c.req.raw, findingReportSchema));
      return c.json({});
    });
    app.post('/receipts', async (c) => {
      const signed: unknown = await c.req.json();
      const { value } = openSigned(signed, {
        purpose: PURPOSES.receipts,
        keys: this.#given.gatewayKeys,
        schema: receiptBatchSchema,
      });
      const held = this.receipts.at(-1)?.sequence ?? 0;
      if (value.sequence === held + 1) this.receipts.push(value);
      else this.repeated += 1;
      return c.json({ sequence: this.receipts.at(-1)?.sequence ?? 0 });
    });
    return app;
  }

  #publisher() {
    const app = createWireApp({ secrets: { headquarters: HQ_SECRET }, log: createLog('scratch-publisher', 'silent') });
    app.get('/editions/:c/latest', async (c) => {
      const after = Number(c.req.query('after'));
      const find = () => this.#editions.get(c.req.param('c'));
      await this.#until(() => (find()?.number ?? 0) > after);
      const found = find();
      return found && found.number > after ? c.json(found.signed) : c.body(null, 204);
    });
    app.post('/editions/:c/files', async (c) => {
      const { digests } = await readWireBody(c.req.raw, z.object({ digests: z.array(z.string()) }));
      this.filesAsked.push(digests);
      const files = digests.map((sha256) => this.#files.get(sha256));
      const known = files.filter((bytes) => bytes !== undefined);
      if (known.length < files.length) return c.json({ code: 'request.not_found' }, 404);
      return c.body(new Uint8Array(Buffer.concat(known.map((bytes) => this.wireTweak(bytes)))));
    });
    return app;
  }

  #until(isReady: () => boolean): Promise<void> {
    if (isReady()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, 5000);
      this.#waiting.add(done);
    });
  }

  #wakeAll(): void {
    for (const wake of this.#waiting) wake();
  }
}

export type ScratchPage = {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly status?: EditionFile['status'];
  readonly language?: EditionFile['language'];
  readonly headers?: Record<string, string>;
};
