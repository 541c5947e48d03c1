import { createCipheriv, createDecipheriv } from 'node:crypto';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import type { LetterText } from './letter.rules.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const textSchema = z.object({ subject: z.string(), paragraphs: z.array(z.string()) });

/** Seals a letter's text for the database: AES-256-GCM, bound to the letter's id. */
export function sealText(key: Buffer, id: string, text: LetterText, nonce: Uint8Array): string {
  const cipher = createCipheriv('aes-256-gcm', key, nonce.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(text), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce.subarray(0, NONCE_BYTES), sealed, cipher.getAuthTag()]).toString('base64url');
}

/** @throws EstateError `letter.unreadable` if it was sealed with another key, or changed */
export function openText(key: Buffer, id: string, sealed: string): LetterText {
  try {
    const bytes = Buffer.from(sealed, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(id));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)), decipher.final()]);
    return textSchema.parse(JSON.parse(text.toString('utf8')));
  } catch (cause) {
    throw new EstateError('letter.unreadable', 'opening a letter: it was sealed with another key', { cause });
  }
}
