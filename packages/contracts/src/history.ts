import { z } from 'zod';
import { systemIdSchema, timelineSchema } from './archive.ts';
import { compartmentNameSchema, instantSchema, lsnSchema } from './name.ts';

/** A table in history and repair: `schema.name`, as the catalog spells it, unquoted. */
export const historyTableSchema = z.string().min(3).max(130);
const columnSchema = z.string().min(1).max(63);

/** A row as PostgreSQL's output functions write it: column → text, null for NULL. */
export const rowImageSchema = z.record(columnSchema, z.string().nullable());
export type RowImage = z.infer<typeof rowImageSchema>;

export const CHANGE_KINDS = ['insert', 'update', 'delete', 'truncate'] as const;
/** One row's change. A truncate has no images: its rows stand in a copy restored to just before it. */
export const changeSchema = z.object({
  kind: z.enum(CHANGE_KINDS),
  table: historyTableSchema,
  /** The whole row before; null for an insert, and where the table did not keep whole row images. */
  before: rowImageSchema.nullable(),
  after: rowImageSchema.nullable(),
  /** Columns whose value is not known: stored out of line, not changed, and absent from `before`. */
  unresolved: z.array(columnSchema).max(1600),
});
export type Change = z.infer<typeof changeSchema>;

/** What a token in the WAL says, judged at the commit's position. */
export const attributionSchema = z.object({
  verdict: z.enum(['verified', 'refused']),
  /** Why it was refused: a signature that does not match, a key out of its range, expired when it was committed… */
  reason: z.string().max(300).nullable(),
  claims: z
    .object({
      requestId: z.string().max(64),
      accountId: z.string().max(64).nullable(),
      sessionId: z.string().max(64).nullable(),
      address: z.string().max(64),
      method: z.string().max(10),
      path: z.string().max(4096),
      route: z.string().max(100),
      keyId: z.string().max(100),
      issuedAt: instantSchema,
    })
    .nullable(),
});
export type Attribution = z.infer<typeof attributionSchema>;

/** One committed transaction: who, when, and how much of what. */
export const transactionSummarySchema = z.object({
  /** Its place in the index of its compartment: grows in the order of commits. */
  sequence: z.number().int().positive(),
  systemId: systemIdSchema,
  timeline: timelineSchema,
  commitLsn: lsnSchema,
  /** The 32-bit id, as the WAL has it. */
  xid: z.string().regex(/^\d{1,10}$/),
  committedAt: instantSchema,
  /** `unknown`: the WAL holds its commit, and decoding did not tell of it. */
  state: z.enum(['decoded', 'unknown']),
  /** The tokens it carries: one, if all is well. */
  tokens: z.array(attributionSchema).max(10),
  /** Commands that changed the schema. */
  ddl: z.array(z.object({ command: z.string().max(100), type: z.string().max(100), identity: z.string().max(300) })).max(1000),
  tables: z
    .array(
      z.object({
        table: historyTableSchema,
        inserts: z.number().int().min(0),
        updates: z.number().int().min(0),
        deletes: z.number().int().min(0),
        truncates: z.number().int().min(0),
      }),
    )
    .max(10_000),
  changes: z.number().int().min(0),
});
export type TransactionSummary = z.infer<typeof transactionSummarySchema>;

/** A stretch of WAL of which history cannot tell whole: a finding, and a case for comparing two restored points. */
export const historyGapSchema = z.object({
  systemId: systemIdSchema,
  timeline: timelineSchema,
  fromLsn: lsnSchema,
  toLsn: lsnSchema,
  reason: z.string().max(500),
  foundAt: instantSchema,
});
export type HistoryGap = z.infer<typeof historyGapSchema>;

/** GET /compartments/:c of history. */
export const historyStatusSchema = z.object({
  compartment: compartmentNameSchema,
  /** Where the index stands; null before the first transaction. */
  systemId: systemIdSchema.nullable(),
  timeline: timelineSchema.nullable(),
  indexedLsn: lsnSchema.nullable(),
  /** Up to here every commit of the WAL was compared with the index. */
  reconciledLsn: lsnSchema.nullable(),
  transactions: z.number().int().min(0),
  changes: z.number().int().min(0),
  unknown: z.number().int().min(0),
  gaps: z.array(historyGapSchema).max(1000),
  /** Why decoding does not go on just now. */
  fault: z.string().max(500).nullable(),
});
export type HistoryStatus = z.infer<typeof historyStatusSchema>;

/**
 * Which transactions count as compromised: those that meet any of the criteria, within the span of time.
 * An empty scope names none.
 */
export const scopeSchema = z.strictObject({
  sessions: z.array(z.string().min(1).max(64)).max(1000).default([]),
  accounts: z.array(z.string().min(1).max(64)).max(1000).default([]),
  addresses: z.array(z.string().min(1).max(64)).max(1000).default([]),
  requests: z.array(z.string().min(1).max(64)).max(10_000).default([]),
  /** Keys that signed tokens. */
  keyIds: z.array(z.string().min(1).max(100)).max(100).default([]),
  /** Single transactions. */
  transactions: z
    .array(z.object({ timeline: timelineSchema, commitLsn: lsnSchema }))
    .max(10_000)
    .default([]),
  /** Every transaction without exactly one verified token. */
  untagged: z.boolean().default(false),
  /** Every transaction of the span: where code ran inside the process, and nothing tells its writes from others. */
  everything: z.boolean().default(false),
  fromAt: instantSchema.nullable().default(null),
  toAt: instantSchema.nullable().default(null),
});
export type Scope = z.infer<typeof scopeSchema>;
export const EMPTY_SCOPE: Scope = scopeSchema.parse({});

/** What one criterion of a scope adds that the ones before it did not. */
export const scopeShareSchema = z.object({
  criterion: z.string().max(200),
  transactions: z.number().int().min(0),
  rows: z.number().int().min(0),
});
/** POST /compartments/:c/scope of history: how much a scope covers. */
export const scopeCountSchema = z.object({
  shares: z.array(scopeShareSchema).max(20_000),
  transactions: z.number().int().min(0),
  rows: z.number().int().min(0),
  firstAt: instantSchema.nullable(),
  lastAt: instantSchema.nullable(),
  hasDdl: z.boolean(),
  /** What of it a restore left behind, not counted above: it is no part of the database any more. */
  leftBehind: z.object({ transactions: z.number().int().min(0), rows: z.number().int().min(0) }),
});
export type ScopeCount = z.infer<typeof scopeCountSchema>;

/** POST /compartments/:c/search of history: every criterion given must hold; newest first. */
export const historySearchSchema = z.strictObject({
  account: z.string().min(1).max(64).optional(),
  session: z.string().min(1).max(64).optional(),
  address: z.string().min(1).max(64).optional(),
  request: z.string().min(1).max(64).optional(),
  route: z.string().min(1).max(100).optional(),
  table: historyTableSchema.optional(),
  /** The row's key as text: values of the primary key joined by commas. Needs `table`. */
  key: z.string().min(1).max(1000).optional(),
  xid: z
    .string()
    .regex(/^\d{1,10}$/)
    .optional(),
  /** Anywhere in the values of changed rows, whatever its case. Under three characters history is gone through for it. */
  text: z.string().min(1).max(200).optional(),
  fromAt: instantSchema.optional(),
  toAt: instantSchema.optional(),
  /** Only transactions without exactly one verified token. */
  untagged: z.boolean().optional(),
  state: z.enum(['decoded', 'unknown']).optional(),
  /** Only what stands before this place in the index: the next page. */
  before: z.number().int().positive().optional(),
  limit: z.number().int().min(1).max(1000).default(50),
});
export type HistorySearch = z.input<typeof historySearchSchema>;
export const historyPageSchema = z.object({
  transactions: z.array(transactionSummarySchema).max(1000),
  /** Give it as `before` for the next page; null when there is none. */
  next: z.number().int().positive().nullable(),
  /** A search that took too long was cut short here: nothing is said of what was committed before. */
  lookedBackTo: instantSchema.optional(),
});
export type HistoryPage = z.infer<typeof historyPageSchema>;

/** GET /compartments/:c/transactions/:sequence of history: a transaction with its changes, the first of them. */
export const transactionSchema = z.object({
  transaction: transactionSummarySchema,
  changes: z.array(changeSchema).max(1000),
  isWhole: z.boolean(),
});
export type WholeTransaction = z.infer<typeof transactionSchema>;

/** POST /compartments/:c/row of history: all that ever happened to a row, following changed keys, oldest first. */
export const rowLifeRequestSchema = z.object({
  table: historyTableSchema,
  key: z.string().min(1).max(1000),
  limit: z.number().int().min(1).max(1000).default(200),
});
export const rowLifeSchema = z.object({
  steps: z.array(z.object({ transaction: transactionSummarySchema, change: changeSchema })).max(1000),
  isWhole: z.boolean(),
});
export type RowLife = z.infer<typeof rowLifeSchema>;
