import { z } from 'zod';
import { compartmentNameSchema, instantSchema } from './name.ts';

/** What the gateway testifies of one writing request: which transactions it committed. */
export const receiptSchema = z.object({
  requestId: z.string().max(64),
  compartment: compartmentNameSchema,
  route: z.string().max(100),
  accountId: z.string().max(64).nullable(),
  sessionId: z.string().max(64).nullable(),
  address: z.string().max(64),
  status: z.number().int().min(100).max(599),
  /** Transaction ids (xid8) that the compartment says it committed. */
  xids: z.array(z.string().regex(/^\d{1,20}$/)).max(100),
  receivedAt: instantSchema,
  answeredAt: instantSchema,
});
export type Receipt = z.infer<typeof receiptSchema>;

/** Receipts travel in signed batches with a sequence that has no holes. */
export const receiptBatchSchema = z.object({
  sequence: z.number().int().min(1),
  receipts: z.array(receiptSchema).min(1).max(1000),
});
export type ReceiptBatch = z.infer<typeof receiptBatchSchema>;

/** Response header by which a compartment names the transactions of a request; the gateway removes it. */
export const COMMITS_HEADER = 'bulkhead-commits';
export const TOKEN_HEADER = 'bulkhead-token';
export const REQUEST_ID_HEADER = 'bulkhead-request-id';
/** By which browser a route that binds itself to one is asked: a hash that says nothing at another origin. */
export const BROWSER_HEADER = 'bulkhead-browser';
/** Identity alone may answer with these: a session that began, or ended. */
export const SESSION_STARTED_HEADER = 'bulkhead-session-started';
export const SESSION_ENDED_HEADER = 'bulkhead-session-ended';
