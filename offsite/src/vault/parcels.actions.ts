import { open, rm } from 'node:fs/promises';
import type { Parcel } from '@bulkhead/blobs';
import { type ErrorCode, EstateError, forEachAtOnce, refuseFullDisk, sha256Hex } from '@bulkhead/kernel';
import type { Seen } from '#finding/finding-queue.actions.ts';
import type { Holdings } from './holdings.actions.ts';
import { chargeOf } from './quota.rules.ts';
import { sealFrame } from './sealing.rules.ts';

/** So many files are written at once: their flushes share the disk's turns. */
const AT_ONCE = 16;

export type ParcelDeps = {
  readonly holdings: Holdings;
  readonly raise: (seen: Seen) => void;
  readonly nextPath: () => string;
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
  const refused = new Map<Parcel, ErrorCode | null>();
  try {
    await forEachAtOnce(parcels, AT_ONCE, async (parcel) => void refused.set(parcel, await addParcel(deps, compartment, parcel)));
  } catch (error) {
    throw refuseFullDisk(error, "adding blobs: the vault's disk has no room");
  } finally {
    upload.end();
  }
  return parcels.map((parcel) => ({ sha256: parcel.sha256, refused: refused.get(parcel) ?? null }));
}

async function addParcel(deps: ParcelDeps, compartment: string, { sha256, bytes }: Parcel): Promise<ErrorCode | null> {
  const { holdings, raise } = deps;
  const name = holdings.nameOf(compartment, sha256);
  if (holdings.isErased(name)) return 'blob.erased';
  const isGenuine = sha256Hex(bytes) === sha256;
  if ((await holdings.renewLease(name)) !== undefined) {
    if (isGenuine) return null;
    const summary = 'a stored blob was to be overwritten with other bytes; the vault refused';
    raise({ rule: 'vault.append_only_refused', compartment, summary, evidence: { sha256 } });
    return 'vault.append_only';
  }
  if (!isGenuine) return 'blob.hash_mismatch';
  const path = deps.nextPath();
  const key = holdings.keyOf(name);
  try {
    await writeFlushed(path, sealFrame(key, sha256, 0, bytes));
    await holdings.bring(name, { path, key, bytes: bytes.length });
    return null;
  } catch (error) {
    await rm(path, { force: true });
    if (error instanceof EstateError && error.code === 'blob.erased') return error.code;
    throw error;
  }
}

/** Once it is written nobody writes it any more (mode 0400). */
async function writeFlushed(path: string, sealed: Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o400);
  try {
    for (let at = 0; at < sealed.length; ) at += (await file.write(sealed, at)).bytesWritten;
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The contents of a small blob, verified; undefined where it is not here whole, or too long. */
export async function readParcel(
  holdings: Holdings,
  compartment: string,
  sha256: string,
  limit: number,
): Promise<Parcel | undefined> {
  const name = holdings.nameOf(compartment, sha256);
  if (holdings.isErased(name)) return undefined;
  const bytes = await holdings.renewLease(name);
  if (bytes === undefined || bytes > limit) return undefined;
  try {
    return { sha256, bytes: await holdings.readWhole(name) };
  } catch (error) {
    if (error instanceof EstateError && (error.code === 'blob.hash_mismatch' || error.code === 'blob.not_found'))
      return undefined;
    throw error;
  }
}
