import type { Parcel } from '@bulkhead/blobs';
import { type ErrorCode, EstateError, refuseFullDisk, sha256Hex } from '@bulkhead/kernel';
import type { Seen } from '#finding/finding-queue.actions.ts';
import type { Holdings } from './holdings.actions.ts';
import { chargeOf } from './quota.rules.ts';

export type ParcelDeps = {
  readonly holdings: Holdings;
  readonly raise: (seen: Seen) => void;
};

/** What became of a parcel: here and durable, or refused. */
export type ParcelOutcome = { readonly sha256: string; readonly refused: ErrorCode | null };

/**
 * Adds many small blobs at once, each under the same rules as one by itself; when it answers, those that were not refused
 * would survive a power failure [V1].
 * @throws EstateError `vault.quota_exceeded` (none of them is kept), `disk.full`, `request.too_many`, `compartment.unknown`
 */
export async function addParcels(deps: ParcelDeps, compartment: string, parcels: readonly Parcel[]): Promise<ParcelOutcome[]> {
  const { holdings } = deps;
  const upload = holdings.quotaOf(compartment).beginUpload(parcels.reduce((sum, { bytes }) => sum + chargeOf(bytes.length), 0));
  try {
    const refused = await Promise.all(parcels.map((parcel) => judge(deps, compartment, parcel)));
    const lacking = new Map(parcels.flatMap((parcel, at) => (refused[at] === undefined ? [[parcel.sha256, parcel]] : [])));
    const erased = await holdings.bringSmall(compartment, [...lacking.values()]);
    return parcels.map(({ sha256 }, at) => ({ sha256, refused: refused[at] ?? (erased.has(sha256) ? 'blob.erased' : null) }));
  } catch (error) {
    throw refuseFullDisk(error, "adding blobs: the vault's disk has no room");
  } finally {
    upload.end();
  }
}

/** Why a parcel is refused, null if it is here already, and undefined if it is to be brought. */
async function judge(deps: ParcelDeps, compartment: string, { sha256, bytes }: Parcel): Promise<ErrorCode | null | undefined> {
  const { holdings, raise } = deps;
  const name = holdings.nameOf(compartment, sha256);
  if (holdings.isErased(name)) return 'blob.erased';
  const isGenuine = sha256Hex(bytes) === sha256;
  if (isGenuine) return (await holdings.renewLease(name)) === undefined ? undefined : null;
  if ((await holdings.find(name)) === undefined) return 'blob.hash_mismatch';
  const summary = 'a stored blob was to be overwritten with other bytes; the vault refused';
  raise({ rule: 'vault.append_only_refused', compartment, summary, evidence: { sha256 } });
  return 'vault.append_only';
}

/** The contents of a small blob, verified; undefined where it is not here whole, or too long. */
export async function readParcel(holdings: Holdings, compartment: string, sha256: string): Promise<Parcel | undefined> {
  try {
    const bytes = await holdings.readSmall(holdings.nameOf(compartment, sha256));
    return bytes && { sha256, bytes };
  } catch (error) {
    if (error instanceof EstateError && error.code === 'blob.hash_mismatch') return undefined;
    throw error;
  }
}
