import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { openWire, type WirePeer } from '@bulkhead/wire';
import type { Spooled } from './spool.ts';

const BASE_TIMEOUT_MS = 60_000;
/** A vault slower than this is taken for away. */
const BYTES_PER_MS = 500;

/**
 * Sends a spooled blob to the vault; returns once the vault has acknowledged that it is on its disk.
 * @throws EstateError `vault.unreachable`, `vault.quota_exceeded`, `vault.append_only`, `blob.hash_mismatch`, `disk.full` (the vault's disk)
 */
export async function sendToVault(vault: WirePeer, blob: Spooled): Promise<void> {
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

async function sendOnce(vault: WirePeer, blob: Spooled): Promise<void> {
  const { body } = await openWire(vault, {
    method: 'PUT',
    path: `/blobs/${blob.sha256}`,
    stream: createReadStream(blob.path, { highWaterMark: 262_144 }),
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
  'disk.full',
] as const;

function tellOfVault(cause: unknown, doing: string): EstateError {
  const known = PASSED_ON.find((code) => hasCode(cause, code));
  return new EstateError(known ?? 'vault.unreachable', `${doing} a blob ${doing === 'sending' ? 'to' : 'from'} the vault`, {
    cause,
  });
}
