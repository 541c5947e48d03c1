import { canonicalJson, EstateError, sha256Hex } from '@bulkhead/kernel';
import { z } from 'zod';
import { instantSchema, sha256Schema } from './name.ts';
import { PURPOSES } from './order.ts';
import { openSigned, type Signed, signedSchema, type VerifyingKey } from './signed.ts';

export const LEDGER_KINDS = [
  'ledger.begun',
  'seal.recorded',
  'order.issued',
  'command.received',
  'finding.raised',
  'recovery.step',
  'approval.given',
  'hole.waived',
  'blob.erased',
  'blob.collected',
  'key.replaced',
  'site.moved',
  'site.readmitted',
  'edition.published',
  'protection.window',
  'drill.receipt',
  'acknowledgement.named',
  'notice.given',
] as const;

/** What a process asks the ledger to keep. */
export const ledgerRequestSchema = z.object({
  kind: z.enum(LEDGER_KINDS),
  /** Asking twice with the same key adds one entry. */
  idempotencyKey: z.string().min(1).max(200),
  body: z.record(z.string(), z.unknown()),
});
export type LedgerRequest = z.infer<typeof ledgerRequestSchema>;

/** One entry: chained to the one before by its hash, and signed. */
export const ledgerEntrySchema = z.object({
  sequence: z.number().int().min(1),
  previousSha256: sha256Schema,
  at: instantSchema,
  by: z.string().max(100),
  kind: z.enum(LEDGER_KINDS),
  idempotencyKey: z.string().max(200),
  body: z.record(z.string(), z.unknown()),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;
export const ledgerHeadSchema = z.object({ sequence: z.number().int().min(0), sha256: sha256Schema, at: instantSchema });
export type LedgerHead = z.infer<typeof ledgerHeadSchema>;

/** The head of a ledger without entries: what the first entry follows. */
export const EMPTY_LEDGER: LedgerHead = { sequence: 0, sha256: '0'.repeat(64), at: '1970-01-01T00:00:00.000Z' };

/** Writes a signed entry as the line that is kept; its SHA-256 is what the next entry names as `previousSha256`. */
export function ledgerLine(entry: Signed): string {
  return canonicalJson({ keyId: entry.keyId, message: entry.message, signature: entry.signature });
}

/**
 * Checks that a line is the next entry after `head`: written canonically, signed by one of the keys, numbered and chained.
 * @throws EstateError `ledger.broken_chain`
 */
export function followLedger(
  head: LedgerHead,
  line: string,
  keys: readonly VerifyingKey[],
): { readonly entry: LedgerEntry; readonly head: LedgerHead } {
  const broken = (what: string, cause?: unknown) =>
    new EstateError('ledger.broken_chain', `verifying ledger entry ${head.sequence + 1}: ${what}`, { cause });
  const signed = parseLine(line);
  if (!signed || ledgerLine(signed) !== line) throw broken('the line is not a signed entry as the ledger writes it');
  const entry = openEntry(signed, keys, broken);
  if (entry.sequence !== head.sequence + 1) throw broken(`it is numbered ${entry.sequence}`);
  if (entry.previousSha256 !== head.sha256) throw broken('it does not follow the entry before it');
  return { entry, head: { sequence: entry.sequence, sha256: sha256Hex(line), at: entry.at } };
}

/**
 * Verifies a ledger, or a part of it that follows a head which was witnessed before.
 * @param entries lines as they are kept, or signed entries as GET /entries answers them
 * @returns the head, to be compared with one that a witness noted
 * @throws EstateError `ledger.broken_chain`, naming the first entry that does not hold
 */
export function verifyLedger(
  entries: Iterable<string | Signed>,
  keys: readonly VerifyingKey[],
  after: LedgerHead = EMPTY_LEDGER,
): LedgerHead {
  let head = after;
  for (const entry of entries) head = followLedger(head, typeof entry === 'string' ? entry : ledgerLine(entry), keys).head;
  return head;
}

function parseLine(line: string): Signed | undefined {
  try {
    return signedSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function openEntry(
  signed: Signed,
  keys: readonly VerifyingKey[],
  broken: (what: string, cause: unknown) => EstateError,
): LedgerEntry {
  try {
    return openSigned(signed, { purpose: PURPOSES.ledger, keys, schema: ledgerEntrySchema }).value;
  } catch (cause) {
    throw broken('its signature or its form is wrong', cause);
  }
}
