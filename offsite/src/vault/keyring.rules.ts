import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { EstateError } from '@bulkhead/kernel';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The key under which the keys of blobs lie in the keyring, and its number: each erasure replaces it by the next. */
export type WrappingKey = { readonly generation: number; readonly key: Buffer };

export function drawKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/** Wraps a blob's key for its place in the keyring: nonce, key, tag. */
export function wrapKey({ key }: WrappingKey, place: string, blobKey: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), nonce).setAAD(Buffer.from(place));
  return Buffer.concat([nonce, cipher.update(blobKey), cipher.final(), cipher.getAuthTag()]);
}

/** @throws EstateError `vault.keyring_broken` if it was wrapped with another key, for another place, or altered */
export function unwrapKey(wrapping: WrappingKey, place: string, wrapped: Uint8Array): Buffer {
  const bytes = Buffer.from(wrapped);
  try {
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', createSecretKey(wrapping.key), nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new EstateError('vault.keyring_broken', `opening the key of ${place}: it does not fit the keyring`, { cause });
  }
}
