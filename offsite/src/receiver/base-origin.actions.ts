import type { Base, WholeBecause } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { BaseMap } from '#archive/base-map.rules.ts';
import { readManifest } from '#archive/base-reader.actions.ts';
import { findLeaning, findNewest, type Shelf } from '#archive/base-shelf.actions.ts';
import { mayLeanOn } from '#archive/base-writer.actions.ts';
import { type Lsn, parseLsn } from '#archive/wal.rules.ts';
import type { Joined } from './join.actions.ts';
import { sqlStateOf } from './replication.store.ts';

/** The base that the next one may be put together from, and what is needed of it. */
export type BaseBefore = { readonly base: Base; readonly map: BaseMap; readonly manifest: Buffer };
export type Origin = { readonly before: BaseBefore } | { readonly because: WholeBecause };

/** Whether the next base may be put together from the newest, and if not, why [A20]. */
export async function chooseOrigin(
  { lineage, tail }: { readonly lineage: Shelf; readonly tail: Pick<Joined['tail'], 'timeline'> },
  lostUpTo: Lsn,
): Promise<Origin> {
  const base = await findNewest(lineage);
  if (!base || base.timeline !== tail.timeline || parseLsn(base.startLsn) < lostUpTo) return { because: 'no-base-before' };
  const map = await findLeaning(lineage);
  if (map && !mayLeanOn(map)) return { because: 'turn' };
  const manifest = await readManifest(lineage.place, base.id).catch(() => undefined);
  const number = lineage.place.keys?.current.number;
  const isUsable = map?.head.packs.every(({ keyNumber }) => keyNumber === number) ?? false;
  return map && manifest && isUsable ? { before: { base, map, manifest } } : { because: 'base-before-unusable' };
}

const UNREADABLE: ReadonlySet<string> = new Set(['archive.damaged', 'archive.gap', 'archive.key_missing']);

/** Why a base could not be put together and is to come whole; undefined for what a whole one would meet as well. */
export function whyWhole(error: unknown): WholeBecause | undefined {
  if (sqlStateOf(error) !== undefined) return 'refused';
  if (!(error instanceof EstateError)) return undefined;
  if (UNREADABLE.has(error.code)) return 'base-before-unusable';
  return error.code === 'receiver.base_failed' ? 'did-not-fit' : undefined;
}
