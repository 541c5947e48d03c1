import type { StreamSeal } from '@bulkhead/contracts';
import { EstateError, sha256Hex } from '@bulkhead/kernel';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import { z } from 'zod';

const SYSTEM = '7000000000000000001';
const PROVED = { systemId: SYSTEM, at: '2026-01-01T00:00:00.000Z', ranMs: 0 };

/** The receiver's laws of seals and epochs, without WAL. */
export class ReceiverPeer {
  readonly name: string;
  lsn = '0/4000000';
  timeline = 1;
  epoch = 0;
  seal: StreamSeal | null = null;
  sealedBy = 0;
  sealRecords = 0;
  isConnected = true;
  isAway = false;
  joins: { systemId: string; timeline: number; epoch: number; password?: string | undefined }[] = [];
  /** The first WAL of a cluster that joins is gone. */
  losesFirstWal = false;
  isBroken = false;
  gaps: { timeline: number; fromLsn: string; toLsn: string; foundAt: string }[] = [];
  bases: { timeline: number }[] = [{ timeline: 1 }];
  allotted = 1;
  /** Copies that stand, with what was damaged in them. */
  readonly copies = new Map<string, string | null>();
  /** Kinds of artefact of which there are none. */
  lacks: readonly string[] = ['key'];
  /** Names that stand somewhere in the archive. */
  names: readonly string[] = [];
  readonly proofs: { readonly lsn: string; readonly timeline: number; readonly drill: string }[] = [];

  constructor(name: string) {
    this.name = name;
  }

  addRoutes(app: WireApp, carryOut: <T>(call: string, work: () => Promise<T>) => Promise<T>): void {
    const epochSchema = z.object({ epoch: z.number() });
    app.use(`/compartments/${this.name}/*`, async (_, next) => {
      if (this.isAway) throw new EstateError('wire.unreachable', 'the receiver of the tests is away');
      await next();
    });
    app.get(`/compartments/${this.name}`, (c) => c.json(this.describe()));
    app.post(`/compartments/${this.name}/seal`, async (c) => {
      const { epoch } = await readWireBody(c.req.raw, epochSchema);
      return carryOut('receiver.seal', async () => {
        if (epoch < this.epoch) throw new EstateError('order.stale', 'sealing: an older epoch');
        this.epoch = epoch;
        if (this.seal === null) this.sealRecords += 1;
        this.seal ??= { lsn: this.lsn, timeline: this.timeline, epoch, sealedAt: new Date().toISOString() };
        return c.json(this.seal);
      });
    });
    app.post(`/compartments/${this.name}/unseal`, async (c) => {
      const { epoch } = await readWireBody(c.req.raw, epochSchema);
      return carryOut('receiver.unseal', async () => {
        if (this.seal === null) throw new EstateError('compartment.wrong_state', 'unsealing: it is not sealed');
        if (epoch <= this.seal.epoch) throw new EstateError('order.stale', 'unsealing: an older epoch');
        this.epoch = epoch;
        const { lsn } = this.seal;
        this.seal = null;
        return c.json({ lsn, headquartersLsn: lsn, acceptedBeyondSeal: false });
      });
    });
    const joinSchema = epochSchema.extend({
      systemId: z.string(),
      timeline: z.number(),
      acceptGap: z.boolean().optional(),
      password: z.string().optional(),
    });
    app.post(`/compartments/${this.name}/join`, async (c) => {
      const asked = await readWireBody(c.req.raw, joinSchema);
      return carryOut('receiver.join', async () => {
        const last = this.joins.at(-1);
        if (last?.epoch !== asked.epoch) {
          const isRepair = this.isBroken && asked.acceptGap === true;
          if (!isRepair && (this.seal === null || asked.epoch <= this.seal.epoch))
            throw new EstateError('order.stale', 'joining: an older epoch');
          this.joins.push(asked);
          Object.assign(this, { epoch: asked.epoch, timeline: asked.timeline, seal: null });
          this.isBroken = this.losesFirstWal && !asked.acceptGap;
          if (isRepair)
            this.gaps.push({
              timeline: this.timeline,
              fromLsn: '0/3000000',
              toLsn: '0/5000000',
              foundAt: new Date().toISOString(),
            });
        }
        return c.json({ systemId: asked.systemId, timeline: asked.timeline, fromLsn: this.lsn });
      });
    });
    app.post(`/compartments/${this.name}/timeline`, async (c) =>
      carryOut('receiver.timeline', async () => c.json({ timeline: (this.allotted += 1) })),
    );
    const copySchema = z.object({ id: z.string(), damage: z.string().nullable(), seed: z.number() });
    app.post(`/compartments/${this.name}/copies`, async (c) => {
      const { id, damage } = await readWireBody(c.req.raw, copySchema);
      return carryOut('receiver.copy', async () => {
        const isThere = damage !== null && !this.lacks.includes(damage);
        this.copies.set(id, isThere ? damage : null);
        return c.json({ directory: '/copies', damaged: isThere ? { path: damagedPath(damage), at: 0 } : null });
      });
    });
    const proofSchema = z.object({ lsn: z.string(), timeline: z.number(), drill: z.string() });
    app.post(`/compartments/${this.name}/proven`, async (c) => {
      this.proofs.push(await readWireBody(c.req.raw, proofSchema));
      return c.json({ ok: true });
    });
    app.get(`/compartments/${this.name}/retention`, (c) =>
      c.json({
        rule: { minimumHours: 720, drills: 7 },
        pending: null,
        proofs: this.proofs.map((proof) => ({ ...proof, ...PROVED, base: baseOf(1).id })),
        ranMs: 0,
        anchor: null,
        why: '',
      }),
    );
    app.post(`/compartments/${this.name}/named`, async (c) => {
      const { digests } = await readWireBody(c.req.raw, z.object({ digests: z.array(z.string()) }));
      return carryOut('receiver.named', async () => {
        const found = digests.filter((digest) => this.names.includes(digest));
        return c.json({ found, systemId: SYSTEM, lsn: this.lsn, bases: 1, segments: 2, bytes: 3 });
      });
    });
    app.get(`/compartments/${this.name}/bases`, (c) =>
      c.json({ bases: this.bases.map(({ timeline }) => listedBaseOf(timeline)) }),
    );
    app.post(`/compartments/${this.name}/base`, async (c) =>
      carryOut('receiver.base', async () => {
        this.bases.push({ timeline: this.timeline });
        return c.json(baseOf(this.timeline));
      }),
    );
  }

  describe() {
    const running = this.isConnected ? 'streaming' : 'disconnected';
    const state = this.seal ? 'sealed' : this.isBroken ? 'broken' : running;
    return {
      name: this.name,
      state,
      fault: this.isBroken
        ? { code: 'archive.gap', message: 'headquarters no longer has it', at: new Date().toISOString() }
        : null,
      systemId: '7000000000000000001',
      timeline: this.timeline,
      epoch: this.epoch,
      receivedLsn: this.lsn,
      flushedLsn: this.lsn,
      lastMessageAt: null,
      lagBytes: 128,
      seal: this.seal,
      gaps: this.gaps,
      joins: [],
    };
  }
}

function damagedPath(damage: string): string {
  return damage === 'segment' ? '7000/wal/000000010000000000000003.zst' : `7000/${damage}`;
}

export function baseOf(timeline: number) {
  return {
    id: `20260101T000000Z-0000000${timeline}-0000000003000000`,
    systemId: '7000000000000000001',
    timeline,
    startLsn: timeline === 1 ? '0/3000000' : '0/6000000',
    endLsn: timeline === 1 ? '0/3000100' : '0/6000100',
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:01.000Z',
    bytes: 1024,
    sha256: sha256Hex('a base'),
  };
}

export function listedBaseOf(timeline: number) {
  return { ...baseOf(timeline), isReached: true };
}
