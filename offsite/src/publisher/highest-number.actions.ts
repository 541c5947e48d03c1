import { ledgerEntrySchema, openSigned, PURPOSES, signedSchema, type VerifyingKey } from '@bulkhead/contracts';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const entriesSchema = z.object({ entries: z.array(signedSchema) });
const bodySchema = z.object({ compartment: z.string(), number: z.number().int().positive() });

/**
 * The highest number of an edition that the ledger ever recorded for a compartment; 0 for none. A publisher whose disk
 * was lost goes on after it, as gateways refuse a number that they have seen.
 * @throws EstateError `wire.*`, `signature.invalid`
 */
export async function findHighestNumber(ledger: WirePeer, keys: readonly VerifyingKey[], compartment: string): Promise<number> {
  let highest = 0;
  let after = 0;
  for (;;) {
    const { entries } = await callWire(
      ledger,
      { method: 'GET', path: `/entries?after=${after}&limit=1000`, timeoutMs: 60_000 },
      entriesSchema,
    );
    if (entries.length === 0) return highest;
    for (const signed of entries) {
      const { value } = openSigned(signed, { purpose: PURPOSES.ledger, keys, schema: ledgerEntrySchema });
      after = value.sequence;
      const body = value.kind === 'edition.published' ? bodySchema.safeParse(value.body) : undefined;
      if (body?.success && body.data.compartment === compartment) highest = Math.max(highest, body.data.number);
    }
  }
}
