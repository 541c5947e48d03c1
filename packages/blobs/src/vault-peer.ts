import { Readable } from 'node:stream';
import {
  parcelOutcomesSchema,
  type UploadStanding,
  uploadStandingSchema,
  type VaultDuties,
  vaultDutiesSchema,
} from '@bulkhead/contracts';
import { EstateError, hasCode, sha256Hex, sleepMs } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { encodeParcels, type Parcel, readParcels } from './parcel.ts';
import { sendFile } from './send-file.ts';
import type { Spooled } from './spool.ts';

const BASE_TIMEOUT_MS = 60_000;
/** A vault slower than this is taken for away. */
const BYTES_PER_MS = 500;
/** A vault that was killed reads again what stands of a large upload before it answers. */
const RESUME_TIMEOUT_MS = 600_000;

/** From this size on a blob is sent in parts, so that what breaks off goes on where it stopped. */
export const IN_PARTS_BYTES = 67_108_864;
/** After so much the vault tells what is on its disk. */
const PART_BYTES = 268_435_456;
/** How long it is tried again without anything gained. */
const PATIENCE_MS = 60_000;
const BREAK_WAIT_MS = 100;
const BREAK_WAIT_LIMIT_MS = 3000;

/**
 * Sends a spooled blob to the vault; returns once the vault has acknowledged that it is on its disk.
 * @param inPartsBytes blobs of this size or more go in parts
 * @throws EstateError `vault.unreachable`, `vault.quota_exceeded`, `vault.append_only`, `blob.hash_mismatch`, `blob.erased`, `disk.full` (the vault's disk)
 */
export async function sendToVault(vault: WirePeer, blob: Spooled, inPartsBytes = IN_PARTS_BYTES): Promise<void> {
  if (blob.bytes >= inPartsBytes) return sendInParts(vault, blob);
  try {
    await sendOnce(vault, blob);
  } catch (error) {
    // A kept-alive connection may have been closed just then; the file is still here, so one more try costs nothing.
    if (!hasCode(error, 'wire.unreachable')) throw tellOfVault(error, 'sending');
    await sendOnce(vault, blob).catch((again: unknown) => {
      throw tellOfVault(again, 'sending');
    });
  }
}

async function sendInParts(vault: WirePeer, blob: Spooled): Promise<void> {
  let reached = -1;
  let breaks = 0;
  let gainedMs = performance.now();
  for (;;) {
    try {
      const standing = await sendPart(vault, blob);
      if (standing.isHere) return;
      if (standing.offset <= reached) throw new EstateError('vault.upload_interrupted', 'sending a blob: nothing was gained');
      reached = standing.offset;
      gainedMs = performance.now();
      breaks = 0;
    } catch (error) {
      const isBreak = hasCode(error, 'wire.unreachable') || hasCode(error, 'vault.upload_interrupted');
      if (!isBreak || performance.now() - gainedMs > PATIENCE_MS) throw tellOfVault(error, 'sending');
      breaks += 1;
      await sleepMs(Math.min(BREAK_WAIT_MS * 2 ** breaks, BREAK_WAIT_LIMIT_MS));
    }
  }
}

/** Asks where to go on, and sends the next part from there. */
async function sendPart(vault: WirePeer, { path, sha256, bytes }: Spooled): Promise<UploadStanding> {
  const at = `/uploads/${sha256}`;
  const standing = await callWire(
    vault,
    { method: 'POST', path: at, body: { bytes }, timeoutMs: RESUME_TIMEOUT_MS },
    uploadStandingSchema,
  );
  if (standing.isHere) return standing;
  const from = standing.offset;
  const length = Math.min(PART_BYTES, bytes - from);
  return callWire(
    vault,
    {
      method: 'PUT',
      path: at,
      sendBody: (to) => sendFile(path, { from, bytes: length }, to),
      headers: { 'upload-offset': String(from), 'content-length': String(length), 'content-type': 'application/octet-stream' },
      timeoutMs: RESUME_TIMEOUT_MS + Math.ceil(length / BYTES_PER_MS),
    },
    uploadStandingSchema,
  );
}

/** What the vault asks of this compartment: contents to bring again, and contents to destroy. */
export async function askForDuties(vault: WirePeer): Promise<VaultDuties> {
  return callWire(vault, { method: 'GET', path: '/duties' }, vaultDutiesSchema).catch((error: unknown) => {
    throw tellOfVault(error, 'asking after');
  });
}

/** Tells the vault that contents which two operators erased are gone from this site. */
export async function tellErased(vault: WirePeer, sha256: string): Promise<void> {
  try {
    const { body } = await openWire(vault, { method: 'POST', path: `/duties/erased/${sha256}` });
    body.resume();
  } catch (error) {
    throw tellOfVault(error, 'erasing');
  }
}

/**
 * Asks the vault for a blob's bytes; they are not yet verified.
 * @throws EstateError `vault.unreachable`, `blob.not_found`, `blob.hash_mismatch` (the vault's copy is damaged)
 */
export async function openFromVault(vault: WirePeer, sha256: string): Promise<Readable> {
  try {
    const { body } = await openWire(vault, { method: 'GET', path: `/blobs/${sha256}`, timeoutMs: 3_600_000 });
    return body;
  } catch (error) {
    throw tellOfVault(error, 'fetching');
  }
}

/**
 * Brings many small blobs at once. @returns the digests of those that the vault refused
 * @throws EstateError as `sendToVault`
 */
export async function sendParcels(vault: WirePeer, parcels: readonly Parcel[]): Promise<Set<string>> {
  const all = encodeParcels(parcels);
  const call = {
    method: 'POST',
    path: '/blobs/parcels',
    headers: { 'content-length': String(all.length), 'content-type': 'application/octet-stream' },
    timeoutMs: BASE_TIMEOUT_MS,
  } as const;
  const send = () => callWire(vault, { ...call, stream: Readable.from([all], { objectMode: false }) }, parcelOutcomesSchema);
  const { outcomes } = await send()
    .catch((error: unknown) => {
      // As with one by itself: what was brought already is found to be there.
      if (!hasCode(error, 'wire.unreachable')) throw error;
      return send();
    })
    .catch((error: unknown) => {
      throw tellOfVault(error, 'sending');
    });
  return new Set(outcomes.flatMap(({ sha256, refused }) => (refused === null ? [] : [sha256])));
}

/**
 * Fetches small blobs, many at once, each compared with its digest here. What the vault does not have whole, what is long
 * and what did not fit is left out: ask for it by itself.
 * @throws EstateError `vault.unreachable`
 */
export async function fetchParcels(vault: WirePeer, digests: readonly string[]): Promise<Parcel[]> {
  const call = { method: 'POST', path: '/blobs/wanted', body: { digests }, timeoutMs: BASE_TIMEOUT_MS } as const;
  try {
    const { body } = await openWire(vault, call);
    return (await readParcels(body)).filter(({ sha256, bytes }) => sha256Hex(bytes) === sha256);
  } catch (error) {
    throw tellOfVault(error, 'fetching');
  }
}

async function sendOnce(vault: WirePeer, blob: Spooled): Promise<void> {
  const { body } = await openWire(vault, {
    method: 'PUT',
    path: `/blobs/${blob.sha256}`,
    sendBody: (to) => sendFile(blob.path, { from: 0, bytes: blob.bytes }, to),
    headers: { 'content-length': String(blob.bytes), 'content-type': 'application/octet-stream' },
    timeoutMs: BASE_TIMEOUT_MS + Math.ceil(blob.bytes / BYTES_PER_MS),
  });
  body.resume();
}

const PASSED_ON = [
  'vault.quota_exceeded',
  'vault.append_only',
  'blob.hash_mismatch',
  'blob.not_found',
  'blob.too_large',
  'blob.erased',
  'disk.full',
] as const;

function tellOfVault(cause: unknown, doing: string): EstateError {
  const known = PASSED_ON.find((code) => hasCode(cause, code));
  return new EstateError(known ?? 'vault.unreachable', `${doing} a blob ${doing === 'sending' ? 'to' : 'of'} the vault`, {
    cause,
  });
}
