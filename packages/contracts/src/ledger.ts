import { z } from 'zod';
import { instantSchema, sha256Schema } from './name.ts';

export const LEDGER_KINDS = [
  'ledger.begun',
  'seal.recorded',
  'order.issued',
  'command.received',
  'finding.raised',
  'recovery.step',
  'approval.given',
  'edition.published',
  'protection.window',
  'drill.receipt',
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
