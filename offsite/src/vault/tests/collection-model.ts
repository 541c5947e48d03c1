import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sha256Hex } from '@bulkhead/kernel';
import { openDiskTarget } from '../target/disk.actions.ts';
import { openVault, type Vault } from '../vault.actions.ts';

const DAY = 86_400;
export const MINIMUM_AGE = 7 * DAY;
const CONTENTS = 24;

/** The same numbers for the same seed. */
function drawFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

type RowVersion = { readonly row: number; readonly content: number; readonly from: number; to: number };

/** What an archive with rows that name blobs looks like, and what must therefore survive. */
class Model {
  readonly #versions: RowVersion[] = [];
  readonly leasedAt = new Map<number, number>();
  lsn = 1;
  retainedFrom = 0;
  proven = 0;

  commit(row: number, content: number): void {
    this.remove(row);
    this.#versions.push({ row, content, from: this.lsn, to: Number.POSITIVE_INFINITY });
  }

  remove(row: number): void {
    this.lsn += 1;
    for (const version of this.#versions)
      if (version.row === row && version.to === Number.POSITIVE_INFINITY) version.to = this.lsn;
  }

  /** Contents that some row version names which the archive can still bring back. */
  get named(): Set<number> {
    return new Set(this.#versions.filter(({ to }) => to > this.retainedFrom).map(({ content }) => content));
  }
}

export async function openWorld(elapsed: { ms: number }) {
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-collection-'));
  const open = () =>
    openVault({
      directory,
      target: openDiskTarget(directory),
      quotas: { website: 1e9 },
      recipients: [],
      now: () => new Date(0),
      elapsedMs: () => elapsed.ms,
      raise: () => {},
    });
  return { open, remove: () => rm(directory, { recursive: true, force: true }) };
}

export const contentOf = (number: number) => Buffer.from(`content ${number}`);
export const digestOf = (number: number) => sha256Hex(contentOf(number));
export const lsnOf = (lsn: number) => `0/${lsn.toString(16).toUpperCase()}`;
export const add = (vault: Vault, number: number) =>
  vault.addBlob('website', digestOf(number), Readable.from([contentOf(number)]));
export const isHere = async (vault: Vault, number: number) =>
  (await vault.holdings.find({ compartment: 'website', sha256: digestOf(number) })) !== undefined;

/** A round from its beginning to its end, with what others do before the names are known, and before bytes go. */
export async function collect(vault: Vault, named: ReadonlySet<number>, lsn: number, proven: number, meanwhile = async () => {}) {
  const digests = [...named].map(digestOf);
  const { candidates } = vault.collection.begin('website', { minimumAgeSeconds: MINIMUM_AGE });
  await meanwhile();
  const { marked, locked } = await vault.collection.finish('website', {
    lsn: lsnOf(lsn),
    provenLsn: proven === 0 ? null : lsnOf(proven),
    named: candidates.map(({ sha256 }) => sha256).filter((sha256) => digests.includes(sha256)),
  });
  await meanwhile();
  const { removed, removedBytes } = await vault.collection.remove('website');
  return { compartment: 'website', marked, removed, removedBytes, locked };
}

/** Random sequences of all that can happen to blobs and to the rows that name them. @returns how many blobs were taken away */
export async function tryCollections(seeds: readonly number[]): Promise<number> {
  let removed = 0;
  for (const seed of seeds) {
    const draw = drawFrom(seed);
    const elapsed = { ms: 0 };
    const world = await openWorld(elapsed);
    let vault = await world.open();
    const model = new Model();
    const put = async () => {
      const content = draw(CONTENTS);
      await add(vault, content);
      model.leasedAt.set(content, elapsed.ms);
    };
    /** A row may come to name what was just brought, or what a kept version names: nothing else is known to anybody. */
    const commit = () => {
      const fresh = [...model.leasedAt].filter(([, at]) => elapsed.ms - at < DAY * 1000).map(([content]) => content);
      const known = [...fresh, ...model.named];
      if (known.length > 0) model.commit(draw(8), known[draw(known.length)] ?? 0);
    };
    const steps = [
      put,
      put,
      async () => commit(),
      async () => commit(),
      async () => model.remove(draw(8)),
      async () => void (elapsed.ms += draw(4 * DAY) * 1000),
      async () => void (model.proven = model.lsn),
      async () => void (model.retainedFrom = Math.max(model.retainedFrom, draw(model.proven + 1))),
      async () => {
        await vault.close();
        vault = await world.open();
      },
      async () => {
        const told = await collect(vault, model.named, model.lsn, model.proven, async () => {
          for (let times = draw(3); times > 0; times -= 1) await put();
          for (let times = draw(3); times > 0; times -= 1) commit();
        });
        removed += told.removed;
        for (const content of model.named) assert.ok(await isHere(vault, content), `seed ${seed}: content ${content} is named`);
        for (const [content, at] of model.leasedAt)
          if (elapsed.ms - at < MINIMUM_AGE * 1000) assert.ok(await isHere(vault, content), `seed ${seed}: ${content} is leased`);
      },
    ];
    for (let step = 0; step < 120; step += 1) await steps[draw(steps.length)]?.();
    await vault.close();
    await world.remove();
  }
  return removed;
}
