import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { readJson, writeJsonDurably } from '../file/durable-json.ts';
import { isRoot, type Owner } from './owner.ts';

const allotmentSchema = z.object({
  next: z.number().int(),
  uids: z.record(z.string(), z.number().int().positive()),
});

/** Gives each name of a site a uid that stays the same over restarts. */
export type UidAllocator = {
  /** The owner allotted to a name; undefined when this process is not root. The group is the uid's own unless told. */
  readonly ownerOf: (name: string, gid?: number) => Promise<Owner | undefined>;
  /** Takes the uid back. It is given again only after all others of the range. */
  readonly release: (name: string) => Promise<void>;
  /** Every uid that is allotted now. */
  readonly listUids: () => Promise<number[]>;
};

/**
 * Creates the allocator of one site; what it allots is kept in `file`.
 * @param base the first of `count` uids that nothing else on the machine may use
 */
export function createUidAllocator(options: {
  readonly file: string;
  readonly base: number;
  readonly count: number;
}): UidAllocator {
  const { file, base, count } = options;
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };

  async function read() {
    const kept = (await readJson(file, allotmentSchema)) ?? { next: base, uids: {} };
    return { next: kept.next, uids: new Map(Object.entries(kept.uids)) };
  }

  async function allot(name: string): Promise<number> {
    const { next, uids } = await read();
    const known = uids.get(name);
    if (known !== undefined && known >= base && known < base + count) return known;
    const uid = findFree(next, new Set(uids.values()));
    uids.set(name, uid);
    await writeJsonDurably(file, { next: uid + 1, uids: Object.fromEntries(uids) });
    return uid;
  }

  function findFree(next: number, taken: ReadonlySet<number>): number {
    for (let step = 0; step < count; step += 1) {
      const uid = base + ((((next - base + step) % count) + count) % count);
      if (!taken.has(uid)) return uid;
    }
    throw new EstateError('config.invalid', `allotting a uid: all ${count} from ${base} on are taken; remove old quarantines`);
  }

  return {
    ownerOf: async (name, gid) => {
      if (!isRoot()) return undefined;
      const uid = await inTurn(() => allot(name));
      return { uid, gid: gid ?? uid };
    },
    release: (name) =>
      inTurn(async () => {
        const { next, uids } = await read();
        if (!uids.delete(name)) return;
        await writeJsonDurably(file, { next, uids: Object.fromEntries(uids) });
      }),
    listUids: () => inTurn(async () => [...(await read()).uids.values()]),
  };
}
