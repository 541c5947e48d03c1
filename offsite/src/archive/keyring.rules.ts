import { createHmac } from 'node:crypto';
import { compartmentNameSchema, instantSchema } from '@bulkhead/contracts';
import { z } from 'zod';
import type { DataKey } from './envelope.rules.ts';

/** What an age file under `keys/` holds. */
export const heldKeySchema = z.object({
  format: z.literal('bulkhead archive key 1'),
  compartment: compartmentNameSchema,
  number: z.number().int().positive(),
  key: z.base64().length(44),
  createdAt: instantSchema,
});

/** What is remembered of the keys, without any of them: to whom each is wrapped, and who showed that he opens it. */
export const keyRecordSchema = z.object({
  keys: z.array(
    z.object({
      number: z.number().int().positive(),
      createdAt: instantSchema,
      wrappedAt: instantSchema,
      recipients: z.array(z.string()),
    }),
  ),
  proofs: z.array(z.object({ recipient: z.string(), number: z.number().int().positive(), provedAt: instantSchema })),
});
export type KeyRecord = z.infer<typeof keyRecordSchema>;
export const NEW_KEY_RECORD: KeyRecord = { keys: [], proofs: [] };

/** What only who opened a key can tell of it. */
export function proveKey(key: Uint8Array, number: number, challenge: string): string {
  return createHmac('sha256', key).update(`bulkhead archive key proof\n${number}\n${challenge}`).digest('hex');
}

export type KeyState = {
  readonly number: number;
  readonly createdAt: string | null;
  readonly wrappedAt: string | null;
  /** `current`: new artefacts are encrypted with it. `lost`: its file is gone, or does not open here. */
  readonly state: 'current' | 'held' | 'lost';
  /** Those to whom it is wrapped, but for the site itself. */
  readonly escrow: readonly { readonly recipient: string; readonly provedAt: string | null }[];
};

/** How each key ever made stands. @param site the site's own recipient */
export function describeKeys(record: KeyRecord, held: ReadonlyMap<number, DataKey>, site: string): KeyState[] {
  const numbers = new Set([...record.keys.map(({ number }) => number), ...held.keys()]);
  const newest = Math.max(0, ...held.keys());
  return [...numbers]
    .toSorted((left, right) => left - right)
    .map((number) => {
      const known = record.keys.find((one) => one.number === number);
      const escrow = (known?.recipients ?? [])
        .filter((recipient) => recipient !== site)
        .map((recipient) => ({ recipient, provedAt: lastProof(record, number, recipient) }));
      const state = !held.has(number) ? 'lost' : number === newest ? 'current' : 'held';
      return { number, createdAt: known?.createdAt ?? null, wrappedAt: known?.wrappedAt ?? null, state, escrow };
    });
}

function lastProof({ proofs }: KeyRecord, number: number, recipient: string): string | null {
  return proofs.findLast((proof) => proof.number === number && proof.recipient === recipient)?.provedAt ?? null;
}

/** Whoever showed to open a key so long ago may have lost the identity since. */
const LATELY_MS = 366 * 86_400_000;

/** What must be said aloud of a compartment's keys, before one is needed. */
export function worriesAbout(keys: readonly KeyState[], wanted: readonly string[], now: Date): string[] {
  const worries: string[] = [];
  for (const { number, state, escrow } of keys) {
    if (state === 'lost') worries.push(`key ${number} does not open here: what is encrypted with it needs an escrow identity`);
    const missing = wanted.filter((recipient) => !escrow.some((one) => one.recipient === recipient));
    if (missing.length > 0) worries.push(`key ${number} is not wrapped to ${missing.join(', ')}: run "bulkhead keys rotate"`);
    if (escrow.length === 0) worries.push(`key ${number} has no escrow recipient: with this site its archive is lost`);
    else if (!escrow.some(({ provedAt }) => provedAt !== null))
      worries.push(`key ${number} was never shown to open with an escrow identity: run "bulkhead keys prove"`);
    else if (!escrow.some(({ provedAt }) => provedAt !== null && now.getTime() - Date.parse(provedAt) < LATELY_MS))
      worries.push(`key ${number} was not shown to open with an escrow identity for a year: run "bulkhead keys prove"`);
  }
  return worries;
}
