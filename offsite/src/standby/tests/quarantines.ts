import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type JailHealth, streamSealSchema } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import type { Isolation } from '@bulkhead/supervision';
import { waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { parseLsn } from '#archive/wal.rules.ts';
import { Headquarters, makePlace, ReceiverProcess } from '#receiver/tests/headquarters.ts';
import { JailProcess } from './jail.ts';

type Running = { readonly kill: () => Promise<void> };
type SmallEstate = { readonly headquarters: Headquarters; readonly receiver: ReceiverProcess; readonly root: string };

/** Small estates side by side, from which copies are restored. */
export class Quarantines {
  readonly place: Awaited<ReturnType<typeof makePlace>>;
  readonly running: Running[] = [];

  private constructor(place: Awaited<ReturnType<typeof makePlace>>) {
    this.place = place;
  }

  static async open(): Promise<Quarantines> {
    return new Quarantines(await makePlace());
  }

  async end(): Promise<void> {
    for (const process of this.running.toReversed()) await process.kill();
    await this.place.remove();
  }

  /** Headquarters under protection and a receiver that streams it. */
  async makeEstate(name: string): Promise<SmallEstate> {
    const root = join(this.place.root, name);
    const headquarters = new Headquarters(root);
    await headquarters.create();
    this.running.push(headquarters);
    const receiver = new ReceiverProcess(root, headquarters.socketDirectory);
    await receiver.start();
    this.running.push(receiver);
    await receiver.until((status) => status.state === 'streaming', 'it streams');
    await headquarters.protect();
    return { headquarters, receiver, root };
  }

  async restore(
    root: string,
    receiver: ReceiverProcess,
    name: string,
    more: Readonly<Record<string, string>> = {},
    isolation?: Isolation,
  ): Promise<{ jail: JailProcess; health: JailHealth }> {
    const jail = new JailProcess(root, receiver, 'quarantine', name, more, isolation);
    await jail.start();
    this.running.push(jail);
    return { jail, health: await jail.until('ready', 'failed') };
  }

  /** Headquarters is killed and wiped while it writes: every commit that it acknowledged is in the restored copy. */
  async killAndWipe(trial: number): Promise<void> {
    const { headquarters, receiver, root } = await this.makeEstate(`trial-${trial}`);
    const acknowledged: number[] = [];
    const writers = [1, 2, 3].map((writer) =>
      headquarters.writeNotes(acknowledged, { from: writer * 1_000_000, until: () => false, bytes: 700 * (1 + (trial % 3)) }),
    );
    await waitUntil(() => acknowledged.length > 0, { what: 'a commit returned' });
    await sleepMs(300 + ((trial * 397) % 1500));
    await headquarters.kill();
    await Promise.all(writers);
    await headquarters.wipe();
    const { lsn } = await seal(receiver);
    const { jail, health } = await this.restore(root, receiver, 'q');
    assert.equal(health.state, 'ready', health.message);
    assert.equal(health.archiveLsn, lsn);
    assert.deepEqual([health.timeline, health.leftOut], [2, []]);
    assert.equal(health.unreplayedBytes, Number(parseLsn(lsn ?? '0/0') - parseLsn(health.replayLsn ?? '0/0')));
    const present = await idsIn(jail);
    assert.deepEqual(
      acknowledged.filter((id) => !present.has(id)),
      [],
    );
    await jail.kill();
    await receiver.kill();
  }
}

export const idsIn = async (jail: JailProcess) =>
  new Set((await jail.query<{ id: string }>('select id from note')).map(({ id }) => Number(id)));
export const seal = (receiver: ReceiverProcess, epoch = 1) =>
  callWire(receiver.peer, { method: 'POST', path: '/compartments/site/seal', body: { epoch } }, streamSealSchema);
