import type { Readable } from 'node:stream';
import type { BlobStore } from '@bulkhead/blobs';
import { EstateError } from '@bulkhead/kernel';
import type { FoundFile } from '@bulkhead/web';
import type { FileValue } from '#value/value.rules.ts';

const LONGEST_NAME = 150;

/**
 * Keeps a file that was sent, here and in the vault, before any row names it.
 * @throws EstateError `blob.too_large`, `vault.unreachable`, `vault.quota_exceeded`, `disk.full`
 */
export async function keepRecordFile(
  blobs: BlobStore,
  content: Readable,
  found: FoundFile,
  mostBytes: number,
): Promise<FileValue> {
  const { sha256, bytes } = await blobs.put(content, { limitBytes: mostBytes });
  return { sha256, bytes, type: found.contentType, name: cleanName(found.name) };
}

/** The bytes of a record's file. @throws EstateError `request.not_found` where the record has none */
export async function openRecordFile(
  blobs: BlobStore,
  value: unknown,
): Promise<{ readonly file: FileValue; readonly stream: Readable }> {
  if (!isFile(value)) throw new EstateError('request.not_found', 'opening the file of a record: it has none');
  const { stream } = await blobs.open(value.sha256);
  return { file: value, stream };
}

function isFile(value: unknown): value is FileValue {
  return typeof value === 'object' && value !== null && 'sha256' in value;
}

/** The last part of a name, without what hides or turns text; some browsers send a whole path. */
function cleanName(name: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const clean = last.replaceAll(/[\p{Cc}\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]/gu, '').trim();
  return clean === '' || !clean.isWellFormed() ? 'file' : clean.slice(-LONGEST_NAME);
}
