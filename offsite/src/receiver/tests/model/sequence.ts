import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  allottedTimelineSchema,
  basesSchema,
  compartmentStreamSchema,
  joinedStreamSchema,
  streamSealSchema,
} from '@bulkhead/contracts';
import { FakeClock, hasCode, sleepMs } from '@bulkhead/kernel';
import { FaultyLink } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { chooseBase, legsTo } from '#archive/plan.rules.ts';
import { formatLsn, type Lsn, offsetInSegment, parseLsn, segmentStart } from '#archive/wal.rules.ts';
import { type Owed, requireRestorable } from './restored.ts';
import { Seeded } from './seeded.ts';
import { SimulatedPrimary } from './simulated-primary.ts';
import { SimulatedSite } from './simulated-site.ts';
import { WrittenWal } from './written-wal.ts';

const YEAR_MS = 365 * 86_400_000;
const PATIENCE_MS = 60_000;
const START_LSN = parseLsn('0/1000000');
const WEIGHTS = {
  write: 10,
  burst: 3,
  'fill a segment': 1,
  cut: 3,
  'cut in a message': 3,
  stall: 1,
  kill: 3,
  'lose power': 2,
  'take a base': 2,
  'jump in time': 1,
  seal: 1,
  prune: 1,
  'look through': 1,
  restore: 1,
} as const;
export type Deed = keyof typeof WEIGHTS;

/** A timeline that was left: what was acknowledged of it stays owed. */
type Era = { readonly primary: SimulatedPrimary; readonly link: FaultyLink; readonly legs: Owed['legs'] };
export type Outcome = {
  readonly deeds: Readonly<Partial<Record<Deed, number>>>;
  readonly acknowledgedBytes: number;
  readonly restores: number;
};

/** One random life of a compartment's archive, with a model that knows what must survive it. */
export class Sequence {
  readonly #random: Seeded;
  readonly #weights: Readonly<Record<Deed, number>>;
  readonly #root: string;
  readonly #clock = new FakeClock(new Date('2026-01-01T00:00:00Z'));
  readonly #site: SimulatedSite;
  readonly #left: Owed[] = [];
  readonly #deeds: Partial<Record<Deed, number>> = {};
  readonly #trace: string[] = [];
  #era: Era | undefined;
  #eras = 0;
  #epoch = 0;
  #restores = 0;
  #acknowledgedBytes = 0n;
  #hasPruned = false;

  /**
   * @param root a short path: sockets lie below it
   * @param weights how often each deed is done, for one instead of the usual
   */
  constructor(seed: number, root: string, weights: Readonly<Partial<Record<Deed, number>>> = {}) {
    this.#random = new Seeded(seed);
    this.#weights = { ...WEIGHTS, ...weights };
    this.#root = root;
    this.#site = new SimulatedSite({ root, sockets: root, primaryDirectory: this.#placeOf(0), now: this.#clock.now });
  }

  /** @throws Error with what was done, when something that must survive did not */
  async run(steps: number): Promise<Outcome> {
    try {
      await this.#begin(new WrittenWal(1, START_LSN), '', []);
      await this.#site.start();
      for (let step = 0; step < steps; step += 1) await this.#do(this.#random.choose(this.#weights));
      await this.#settle();
      await this.#lookThrough();
      return { deeds: this.#deeds, acknowledgedBytes: Number(this.#acknowledgedBytes), restores: this.#restores };
    } catch (cause) {
      throw new Error(`after ${this.#trace.join(', ')}`, { cause });
    } finally {
      await this.#site.stop();
      await this.#end();
      await rm(this.#root, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  async #do(deed: Deed): Promise<void> {
    this.#trace.push(deed);
    this.#deeds[deed] = (this.#deeds[deed] ?? 0) + 1;
    const random = this.#random;
    const { primary, link } = this.#now();
    switch (deed) {
      case 'write':
        primary.commit(random.bytes(random.between(50, 3000)));
        if (random.isLucky(0.5)) await primary.untilAcknowledged(primary.wal.endLsn, random.between(1, 100));
        return;
      case 'burst':
        for (let left = random.between(5, 40); left > 0; left -= 1) primary.commit(random.bytes(random.between(50, 20_000)));
        return;
      case 'fill a segment':
        return primary.switchSegment();
      case 'cut':
        return link.reset();
      case 'cut in a message':
        return link.resetAfter(random.between(1, 60_000));
      case 'stall':
        link.stall();
        primary.commit(random.bytes(500));
        await sleepMs(random.between(1, 20));
        if (random.isLucky(0.5)) link.reset();
        return link.flow();
      case 'kill':
        return this.#kill(false);
      case 'lose power':
        return this.#kill(true);
      case 'take a base':
        return this.#takeBase();
      case 'jump in time':
        return this.#clock.advanceMs(random.isLucky(0.5) ? YEAR_MS : -YEAR_MS);
      case 'seal':
        return this.#sealAndOpen();
      case 'prune':
        return this.#prune();
      case 'look through':
        return this.#lookThrough();
      case 'restore':
        return this.#restore();
    }
  }

  async #kill(isPowerLost: boolean): Promise<void> {
    const { primary, link, legs } = this.#now();
    if (this.#random.isLucky(0.5)) primary.commit(this.#random.bytes(this.#random.between(50, 200_000)));
    await sleepMs(this.#random.between(0, 8));
    // What a timeline begins with is its parent's, and acknowledged.
    const branchLsn = legs.at(-1)?.endLsn ?? 0n;
    const heldLsn = () => (primary.acknowledgedLsn > branchLsn ? primary.acknowledgedLsn : branchLsn);
    const lost = { timeline: primary.wal.timeline, share: this.#random.fraction() };
    const silence = () => {
      link.cut();
      return primary.untilAlone();
    };
    // What the old one said before this moment may still be under way: it is heard first, for it must be held.
    await this.#site.kill(silence, isPowerLost ? () => ({ ...lost, lsn: heldLsn() }) : undefined);
    link.mend();
    await this.#site.start();
  }

  // May be refused while the stream is down or a cut meets it; what stands already is not harmed by that.
  async #takeBase(): Promise<void> {
    await this.#post('/base', undefined, z.unknown()).catch(() => undefined);
  }

  /** Nothing that a sealed stream hears is acknowledged; afterwards it goes on with the same timeline. */
  async #sealAndOpen(): Promise<void> {
    const { primary } = this.#now();
    const sealed = await this.#seal();
    primary.commit(this.#random.bytes(5000));
    if (this.#random.isLucky(0.5)) await this.#kill(false);
    await sleepMs(5);
    assert.ok(primary.acknowledgedLsn <= parseLsn(sealed), 'nothing is acknowledged past a seal');
    await this.#post('/unseal', { epoch: (this.#epoch += 1) }, z.unknown());
  }

  async #seal(): Promise<string> {
    const { lsn } = await this.#post('/seal', { epoch: (this.#epoch += 1) }, streamSealSchema);
    return lsn ?? '0/0';
  }

  /** Everything is proved up to what is acknowledged; then what retention allows goes. Where there is none, nothing does. */
  async #prune(): Promise<void> {
    await this.#settle();
    const { primary } = this.#now();
    const lsn = formatLsn(primary.acknowledgedLsn);
    const proof = { lsn, timeline: primary.wal.timeline, drill: `drill-${this.#epoch}`, at: this.#clock.now().toISOString() };
    try {
      await this.#post('/proven', proof, z.unknown());
      await this.#post('/prune', {}, z.unknown());
      this.#hasPruned = true;
    } catch (error) {
      if (!hasCode(error, 'request.not_found')) throw error;
      // This archive has no retention: nothing was pruned, and nothing is counted.
      delete this.#deeds.prune;
    }
  }

  /** Headquarters is lost, or taken back: a cluster restored to a point goes on, on a timeline of its own. */
  async #restore(): Promise<void> {
    await this.#settle();
    await this.#goBack();
  }

  async #goBack(): Promise<void> {
    const { primary, legs } = this.#now();
    await this.#seal();
    const { archiveLsn } = await requireRestorable(this.#site.reader, this.#owed(), this.#scratch());
    const way = legsTo(primary.wal.timeline, legs, archiveLsn);
    const { bases } = await callWire(this.#site.reader, { method: 'GET', path: '/compartments/site/bases' }, basesSchema);
    const isWithin = (lsn: Lsn) => lsn > primary.wal.startLsn && lsn <= archiveLsn;
    const points = primary.wal.boundaries.filter((lsn) => isWithin(lsn) && chooseBase(bases, way, lsn) !== undefined);
    const atLsn = this.#random.isLucky(0.5) ? points.at(-1) : points[this.#random.between(0, points.length - 1)];
    const { timeline } = await this.#post('/timeline', undefined, allottedTimelineSchema);
    this.#left.push(this.#owed());
    await this.#end();
    const branchLsn = atLsn ?? archiveLsn;
    const history = `${primary.history}${primary.wal.timeline}\t${formatLsn(branchLsn)}\tno recovery target specified\n`;
    const past = [...legs, { timeline: primary.wal.timeline, endLsn: branchLsn, wal: primary.wal }];
    const grown = primary.wal.branch(timeline, branchLsn);
    grown.append(this.#random.bytes(100));
    const socketDirectory = await this.#begin(grown, history, past);
    const order = { systemId: primary.systemId, timeline, socketDirectory, epoch: (this.#epoch += 1) };
    await this.#enter(order, branchLsn);
  }

  /** The first segment of the new timeline comes again, from its start: all that stood before it must stand meanwhile. */
  async #enter(order: object, branchLsn: Lsn): Promise<void> {
    const { primary } = this.#now();
    const random = this.#random;
    primary.holdFrom(segmentStart(branchLsn) + BigInt(random.between(0, offsetInSegment(branchLsn))));
    if (random.isLucky(0.5)) {
      const joining = this.#join(order).catch(() => undefined);
      await this.#kill(random.isLucky(0.5));
      await joining;
    }
    await this.#join(order);
    if (random.isLucky(0.3)) await this.#kill(random.isLucky(0.5));
    await this.#lookThrough();
    if (random.isLucky(0.2)) return this.#goBack();
    primary.holdFrom(undefined);
  }

  /** The cluster that is joined must answer within seconds: on a starved machine the order is given again, as a person would. */
  async #join(order: object): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return void (await this.#post('/join', order, joinedStreamSchema));
      } catch (error) {
        if (!hasCode(error, 'receiver.stream_broken') || performance.now() > endMs) throw error;
      }
    }
  }

  /** Every byte that was acknowledged can be restored, of this timeline and of those that were left. */
  async #lookThrough(): Promise<void> {
    const owed = this.#owed();
    if (owed.legs.some(({ endLsn }) => endLsn > 0n)) await requireRestorable(this.#site.reader, owed, this.#scratch());
    if (this.#hasPruned) return;
    for (const left of this.#left) await requireRestorable(this.#site.reader, left, this.#scratch());
  }

  /** Until every commit has returned. A cut may have met the first base, which is tried again only after some time. */
  async #settle(): Promise<void> {
    const { primary } = this.#now();
    const endMs = performance.now() + PATIENCE_MS;
    while (!(await primary.untilAcknowledged(primary.wal.endLsn, 400))) {
      const status = await callWire(this.#site.orders, { method: 'GET', path: '/compartments/site' }, compartmentStreamSchema);
      assert.notEqual(status.state, 'broken', JSON.stringify(status.fault));
      assert.ok(performance.now() < endMs, `commits never return: ${JSON.stringify(status)}`);
      await this.#takeBase();
    }
  }

  #owed(): Owed {
    const { primary, legs } = this.#now();
    const { wal, systemId, acknowledgedLsn } = primary;
    return { systemId, timeline: wal.timeline, legs: [...legs, { timeline: wal.timeline, endLsn: acknowledgedLsn, wal }] };
  }

  #now(): Era {
    if (this.#era) return this.#era;
    throw new Error('no primary stands');
  }

  async #begin(wal: WrittenWal, history: string, legs: Owed['legs']): Promise<string> {
    const front = this.#placeOf(this.#eras);
    const back = `${front}b`;
    this.#eras += 1;
    for (const directory of [front, back]) await mkdir(directory, { recursive: true });
    const primary = await SimulatedPrimary.start({ directory: back, systemId: '7000000000000000042', wal, history });
    const socket = '.s.PGSQL.5432';
    const link = await FaultyLink.open({ listen: { path: join(front, socket) }, to: { path: join(back, socket) } });
    this.#era = { primary, link, legs };
    return front;
  }

  async #end(): Promise<void> {
    if (!this.#era) return;
    const { primary, link } = this.#era;
    this.#acknowledgedBytes +=
      primary.acknowledgedLsn > primary.wal.startLsn ? primary.acknowledgedLsn - primary.wal.startLsn : 0n;
    await link.close();
    await primary.stop();
    this.#era = undefined;
  }

  #placeOf(era: number): string {
    return join(this.#root, `p${era}`);
  }

  #scratch(): string {
    this.#restores += 1;
    return join(this.#root, `restore-${this.#restores}`);
  }

  #post<Schema extends z.ZodType>(path: string, body: unknown, schema: Schema): Promise<z.infer<Schema>> {
    const call = { method: 'POST', path: `/compartments/site${path}`, timeoutMs: PATIENCE_MS } as const;
    return callWire(this.#site.orders, body === undefined ? call : { ...call, body }, schema);
  }
}
