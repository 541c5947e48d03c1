import { type Base, basesSchema, compartmentStreamSchema, type WalList, walListSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';

/** What a restore to the end of an archive takes: a base, and all WAL behind it. */
export type Way = { readonly base: Base; readonly wal: WalList };

/**
 * Chooses the newest base on the way to the joined timeline's end with which a restore can begin, or the one that is named.
 * @throws EstateError `archive.gap`, `input.invalid`
 */
export async function chooseWay(peer: WirePeer, compartment: string, wanted: string | undefined): Promise<Way> {
  const at = `/compartments/${encodeURIComponent(compartment)}`;
  const { timeline, fault } = await callWire(peer, { method: 'GET', path: at }, compartmentStreamSchema);
  if (timeline === null)
    throw new EstateError('archive.gap', `exporting ${compartment}: ${fault?.message ?? 'nothing was received of it yet'}`);
  const { bases } = await callWire(peer, { method: 'GET', path: `${at}/bases` }, basesSchema);
  const branches = await readBranches(peer, at, timeline);
  const usable = bases.filter(({ timeline: on, endLsn }) => positionOf(endLsn) <= (branches.get(on) ?? -1n));
  const reached = usable.filter(({ isReached }) => isReached);
  const base = wanted === undefined ? reached.toSorted(byEnd).at(-1) : usable.find(({ id }) => id === wanted);
  if (!base)
    throw wanted === undefined
      ? new EstateError('archive.gap', `exporting ${compartment}: no base leads to its timeline`)
      : new EstateError(
          'input.invalid',
          `exporting ${compartment}: no base ${wanted} leads to its timeline; "bulkhead archive list" shows them`,
        );
  const path = `${at}/wal?from=${base.startLsn}&timeline=${timeline}`;
  return { base, wal: await callWire(peer, { method: 'GET', path, timeoutMs: 60_000 }, walListSchema) };
}

/** Timeline → how far it is on the way. */
async function readBranches(peer: WirePeer, at: string, timeline: number): Promise<Map<number, bigint>> {
  const branches = new Map<number, bigint>([[timeline, 2n ** 64n]]);
  if (timeline === 1) return branches;
  const name = `${timeline.toString(16).toUpperCase().padStart(8, '0')}.history`;
  const { body } = await openWire(peer, { method: 'GET', path: `${at}/wal/${name}` });
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(Buffer.from(piece));
  for (const line of Buffer.concat(pieces).toString('utf8').split('\n')) {
    const [parent, lsn] = line.trim().split(/\s+/);
    if (parent && lsn && /^\d+$/.test(parent)) branches.set(Number(parent), positionOf(lsn));
  }
  return branches;
}

function byEnd(left: Base, right: Base): number {
  return positionOf(left.endLsn) < positionOf(right.endLsn) ? -1 : 1;
}

function positionOf(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
