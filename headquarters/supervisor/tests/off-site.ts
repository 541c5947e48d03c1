import { createHash, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { encodeParcels } from '@bulkhead/blobs';
import {
  type Applied,
  appliedSchema,
  type FindingReport,
  findingReportSchema,
  generateSigningKey,
  type Order,
  type ProtectionWindow,
  PURPOSES,
  protectionWindowSchema,
  type Signed,
  type SigningKey,
  signedSchema,
  signMessage,
} from '@bulkhead/contracts';
import { createLog, EstateError } from '@bulkhead/kernel';
import { createWireApp, readWireBody, serveWire } from '@bulkhead/wire';
import { z } from 'zod';

const POLL_MS = 2_000;

/** Recovery and vault as headquarters sees them: real signatures, nothing behind. Can go away and come back. */
export class OffSite {
  readonly applied: Applied[] = [];
  readonly findings: FindingReport[] = [];
  readonly windows: ProtectionWindow[] = [];
  readonly images = new Map<string, { readonly tar: Buffer; readonly blobs: readonly string[] }>();
  readonly blobs = new Map<string, Buffer>();
  /** How many bytes of an image are sent before the connection hangs; all by default. */
  imageHangsAfter: number | undefined;
  /** What replaces the vault's secret of the joining. */
  rotatedSecret: string | null = null;
  /** What replaces the password of the replication. */
  rotatedPassword: string | null = null;
  /** Ids of keys that headquarters drew for the gateway. */
  readonly drawnKeys: string[] = [];
  readonly oldGatewayKey = generateSigningKey('gateway-1').verifying;
  /** Who may read blobs. */
  readonly vaultSecrets: Record<string, string> = {};
  grantsLeases = true;
  leaseMs = 3_000;
  readonly #orders = new Map<string, { readonly order: Order; readonly signed: Signed }>();
  #sequence = 0;
  #change = Promise.withResolvers<void>();
  #servers: { readonly close: () => Promise<void> }[] = [];
  readonly #options: {
    readonly key: SigningKey;
    readonly recoverySocket: string;
    readonly recoverySecret: string;
    readonly vaultSocket: string;
    readonly vaultSecret: string;
  };

  constructor(options: {
    readonly key: SigningKey;
    readonly recoverySocket: string;
    readonly recoverySecret: string;
    readonly vaultSocket: string;
    readonly vaultSecret: string;
  }) {
    this.#options = options;
    this.vaultSecrets['example'] = options.vaultSecret;
  }

  /** Gives an order with the next epoch. */
  order(
    given: Omit<Order, 'epoch' | 'issuedAt' | 'reason' | 'by'> & { readonly epoch?: number },
    key = this.#options.key,
  ): Signed {
    const epoch = given.epoch ?? (this.#orders.get(given.compartment)?.order.epoch ?? 0) + 1;
    const order: Order = { ...given, epoch, reason: 'a test', by: ['operator:test'], issuedAt: new Date().toISOString() };
    const signed = signMessage(key, PURPOSES.order, order);
    this.show(order, signed);
    return signed;
  }

  /** Of the last order shown. */
  epochOf(compartment: string): number {
    return this.#orders.get(compartment)?.order.epoch ?? 0;
  }

  /** Shows headquarters any order, whatever its worth. */
  show(order: Order, signed: Signed): void {
    this.#orders.set(order.compartment, { order, signed });
    this.#sequence += 1;
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  async appear(): Promise<void> {
    const { recoverySocket, recoverySecret, vaultSocket } = this.#options;
    await mkdir(dirname(recoverySocket), { recursive: true, mode: 0o711 });
    const log = createLog('off-site', 'silent');
    const recovery = createWireApp({ secrets: { headquarters: recoverySecret }, log });
    recovery.get('/orders', async (c) => {
      if (c.req.query('after') === String(this.#sequence)) {
        await Promise.race([this.#change.promise, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
      }
      return c.json({ sequence: this.#sequence, orders: [...this.#orders.values()].map(({ signed }) => signed) });
    });
    recovery.post('/lease', async (c) => {
      const asked = await readWireBody(
        c.req.raw,
        z.object({ nonce: z.string(), compartments: z.array(z.object({ name: z.string(), epoch: z.number() })) }),
      );
      const compartments = this.grantsLeases
        ? asked.compartments.filter(({ name, epoch }) => this.#orders.get(name)?.order.epoch === epoch)
        : [];
      return c.json(signMessage(this.#options.key, PURPOSES.lease, { nonce: asked.nonce, compartments, ttlMs: this.leaseMs }));
    });
    recovery.post('/applied', async (c) => {
      this.applied.push(await readWireBody(c.req.raw, appliedSchema));
      return c.json({ ok: true });
    });
    recovery.post('/findings', async (c) => {
      this.findings.push(await readWireBody(c.req.raw, findingReportSchema));
      return c.json({ ok: true });
    });
    recovery.post('/windows', async (c) => {
      this.windows.push(await readWireBody(c.req.raw, protectionWindowSchema));
      return c.json({ ok: true });
    });
    recovery.get('/replays', async (c) => {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      return c.json({ replays: [] });
    });
    recovery.get('/compartments/:c/secrets', (c) =>
      c.json({ vaultSecret: this.rotatedSecret, replicationPassword: this.rotatedPassword }),
    );
    recovery.post('/gateway-keys', async (c) => {
      const { keyId, publicKey } = JSON.parse((await readWireBody(c.req.raw, signedSchema)).message);
      this.drawnKeys.push(keyId);
      const bound = { at: new Date().toISOString(), positions: {} };
      return c.json({
        gatewayKeys: [
          { ...this.oldGatewayKey, until: bound },
          { keyId, publicKey, from: bound },
        ],
      });
    });
    recovery.post('/receipts', (c) => c.json({ sequence: 0 }));
    recovery.get('/images/:id', (c) => c.body(Readable.toWeb(this.#streamImage(c.req.param('id'))) as ReadableStream));
    recovery.get('/images/:id/blobs', (c) =>
      c.text((this.images.get(c.req.param('id'))?.blobs ?? []).map((digest) => `${digest}\n`).join('')),
    );
    const vault = createWireApp({ secrets: this.vaultSecrets, log });
    vault.get('/blobs/:sha256', (c) => {
      const bytes = this.blobs.get(c.req.param('sha256'));
      if (bytes === undefined) throw new EstateError('blob.not_found', 'looking for a blob: there is none');
      return c.body(new Uint8Array(bytes));
    });
    vault.post('/blobs/wanted', async (c) => {
      const { digests } = await readWireBody(c.req.raw, z.object({ digests: z.array(z.string()) }));
      const found = digests.flatMap((sha256) => {
        const bytes = this.blobs.get(sha256);
        return bytes === undefined ? [] : [{ sha256, bytes }];
      });
      return c.body(new Uint8Array(encodeParcels(found)));
    });
    this.#servers = [
      await serveWire({ app: recovery, socket: recoverySocket, mode: 0o666 }),
      await serveWire({ app: vault, socket: vaultSocket, mode: 0o666 }),
    ];
  }

  async vanish(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    this.#servers = [];
  }

  /** Keeps an image and its blobs, and describes it as an order must. */
  offer(tar: Buffer, more: { readonly systemId: string; readonly blobs?: readonly string[] }) {
    const id = `image-${randomBytes(4).toString('hex')}`;
    this.images.set(id, { tar, blobs: more.blobs ?? [] });
    return {
      id,
      bytes: tar.length,
      sha256: createHash('sha256').update(tar).digest('hex'),
      systemId: more.systemId,
      timeline: 2,
      blobCount: more.blobs?.length ?? 0,
    };
  }

  #streamImage(id: string): Readable {
    const tar = this.images.get(id)?.tar ?? Buffer.alloc(0);
    return Readable.from(pieces(tar, this.imageHangsAfter), { objectMode: false });
  }
}

const PIECE = 65_536;

async function* pieces(bytes: Buffer, hangsAfter = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length && at < hangsAfter; at += PIECE) yield bytes.subarray(at, at + PIECE);
  if (hangsAfter < bytes.length) await new Promise(() => undefined);
}
