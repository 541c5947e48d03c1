import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A key for one purpose, out of the one that no database holds. */
export function sealKeyFor(sealingKey: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', sealingKey, '', `bulkhead identity: ${purpose}`, 32));
}

/** Seals a text for the database: AES-256-GCM, bound to the row's id. */
export function seal(key: Buffer, id: string, text: string, nonce: Buffer): string {
  const cipher = createCipheriv('aes-256-gcm', key, nonce.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce.subarray(0, NONCE_BYTES), sealed, cipher.getAuthTag()]).toString('base64url');
}

/** Null for what was sealed with another key or for another row, or was changed. */
export function unseal(key: Buffer, id: string, sealed: string | null): string | null {
  const bytes = Buffer.from(sealed ?? '', 'base64url');
  if (bytes.length <= NONCE_BYTES + TAG_BYTES) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(id));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    // The key of an installation that is no more: the caller makes or asks for another.
    return null;
  }
}
