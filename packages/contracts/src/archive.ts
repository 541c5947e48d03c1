import { z } from 'zod';
import { compartmentNameSchema, instantSchema, lsnSchema, sha256Schema } from './name.ts';
import { restoreProgressSchema } from './restore.ts';

/** PostgreSQL's system identifier: an unsigned 64-bit number as decimal text. */
export const systemIdSchema = z.string().regex(/^\d{1,20}$/, 'must be a system identifier, up to 20 digits');
export const timelineSchema = z.number().int().min(1).max(2_147_483_647);
export const epochSchema = z.number().int().min(0).max(9_007_199_254_740_991);
/** A file of the archive: a segment or a timeline's history. */
export const walNameSchema = z
  .string()
  .regex(/^([0-9A-F]{24}|[0-9A-F]{8}\.history)$/, 'must be a segment or history file, such as 000000010000000000000003');
export const baseIdSchema = z.string().regex(/^[0-9]{8}T[0-9]{6}Z-[0-9A-F]{8}-[0-9A-F]{16}$/, 'must be the id of a base backup');

export const RECEIVER_STATES = ['streaming', 'disconnected', 'sealed', 'broken'] as const;
export const receiverStateSchema = z.enum(RECEIVER_STATES);
export type ReceiverState = z.infer<typeof receiverStateSchema>;

/** The seal of a stream: no byte past `lsn` was written or acknowledged after `sealedAt`. */
export const streamSealSchema = z.object({
  lsn: lsnSchema.nullable(),
  timeline: timelineSchema.nullable(),
  epoch: epochSchema,
  sealedAt: instantSchema,
});
export type StreamSeal = z.infer<typeof streamSealSchema>;

/** How one compartment's stream stands: GET /compartments, GET /compartments/:c. */
export const compartmentStreamSchema = z.object({
  name: compartmentNameSchema,
  state: receiverStateSchema,
  /** Why the stream is broken or disconnected: an error code and a sentence. */
  fault: z.object({ code: z.string(), message: z.string(), at: instantSchema }).nullable(),
  systemId: systemIdSchema.nullable(),
  timeline: timelineSchema.nullable(),
  epoch: epochSchema,
  receivedLsn: lsnSchema.nullable(),
  flushedLsn: lsnSchema.nullable(),
  lastMessageAt: instantSchema.nullable(),
  /** Bytes that headquarters had written and the archive had not, at the last message. */
  lagBytes: z.number().int().min(0).nullable(),
  seal: streamSealSchema.nullable(),
  gaps: z.array(z.object({ timeline: timelineSchema, fromLsn: lsnSchema, toLsn: lsnSchema, foundAt: instantSchema })),
  joins: z.array(
    z.object({
      systemId: systemIdSchema,
      timeline: timelineSchema,
      fromLsn: lsnSchema,
      epoch: epochSchema,
      joinedAt: instantSchema,
    }),
  ),
});
export type CompartmentStream = z.infer<typeof compartmentStreamSchema>;
export const compartmentStreamsSchema = z.object({ compartments: z.array(compartmentStreamSchema) });

/** POST /compartments/:c/seal. */
export const sealStreamSchema = z.object({ epoch: epochSchema });
/** POST /compartments/:c/unseal. */
export const unsealStreamSchema = z.object({ epoch: epochSchema, password: z.string().min(32).max(200).optional() });
export type UnsealStream = z.infer<typeof unsealStreamSchema>;
/** `acceptedBeyondSeal`: headquarters had, or was not shown not to have, WAL past the seal, which the stream now accepts. */
export const unsealedStreamSchema = z.object({
  lsn: lsnSchema.nullable(),
  headquartersLsn: lsnSchema.nullable(),
  acceptedBeyondSeal: z.boolean(),
});
export type UnsealedStream = z.infer<typeof unsealedStreamSchema>;

/** POST /compartments/:c/join: goes on from a restored cluster's timeline. `acceptGap`: lost WAL is recorded and left behind. */
export const joinStreamSchema = z.object({
  systemId: systemIdSchema,
  timeline: timelineSchema,
  socketDirectory: z.string().startsWith('/').max(90).optional(),
  acceptGap: z.boolean().optional(),
  epoch: epochSchema,
  /** Of the replication, from here on: a restored cluster has another than before. */
  password: z.string().min(32).max(200).optional(),
});
export type JoinStream = z.infer<typeof joinStreamSchema>;
export const joinedStreamSchema = z.object({ systemId: systemIdSchema, timeline: timelineSchema, fromLsn: lsnSchema });

/** POST /compartments/:c/timeline: a timeline number that no restore of this compartment had before. */
export const allottedTimelineSchema = z.object({ timeline: timelineSchema });

/** Why headquarters sent a base whole, where it could have sent what changed since the last one. */
export const WHOLE_BECAUSE = [
  /** There was none of this cluster and timeline, or WAL was lost since. */
  'no-base-before',
  /** Every seventh comes whole. */
  'turn',
  /** The one before cannot be read, or lies under an older key. */
  'base-before-unusable',
  /** Headquarters refused: WAL was not summarized so far back, as a rule. */
  'refused',
  /** What came did not fit the base before. */
  'did-not-fit',
] as const;
export type WholeBecause = (typeof WHOLE_BECAUSE)[number];

/** How a base came: whole, or put together from the one before and what changed. */
export const baseOriginSchema = z.object({
  before: baseIdSchema.nullable(),
  because: z.enum(WHOLE_BECAUSE).nullable(),
  /** Bytes that headquarters sent for it. */
  sentBytes: z.number().int().min(0),
});

/** A base backup. */
export const baseSchema = z.object({
  id: baseIdSchema,
  systemId: systemIdSchema,
  timeline: timelineSchema,
  startLsn: lsnSchema,
  endLsn: lsnSchema,
  startedAt: instantSchema,
  endedAt: instantSchema,
  bytes: z.number().int().positive(),
  sha256: sha256Schema,
  /** Not told of bases from before there were others than whole ones. */
  origin: baseOriginSchema.optional(),
});
export type Base = z.infer<typeof baseSchema>;
/** `isReached`: the archive has the WAL up to its end. Before that, no restore can begin with it. */
export const listedBaseSchema = baseSchema.extend({ isReached: z.boolean() });
export type ListedBase = z.infer<typeof listedBaseSchema>;
/** GET /compartments/:c/bases. */
export const basesSchema = z.object({ bases: z.array(listedBaseSchema) });

/** A file of the WAL archive. `bytes` of a partial segment grow; a complete one has 16 MiB. */
export const walFileSchema = z.object({
  name: walNameSchema,
  bytes: z.number().int().min(0).max(16_777_216),
  isComplete: z.boolean(),
});
export type WalFile = z.infer<typeof walFileSchema>;
/** GET /compartments/:c/wal?from=<lsn>&timeline=<n>: all that a restore from there needs, and where the archive ends. */
export const walListSchema = z.object({
  systemId: systemIdSchema,
  timeline: timelineSchema,
  endLsn: lsnSchema,
  newestTimeline: timelineSchema,
  files: z.array(walFileSchema).max(1_000_000),
});
export type WalList = z.infer<typeof walListSchema>;

export const JAIL_STATES = ['building', 'replaying', 'ready', 'imaged', 'failed'] as const;
/** GET /health of a jail. */
export const jailHealthSchema = z.object({
  compartment: compartmentNameSchema,
  mode: z.enum(['standby', 'quarantine']),
  state: z.enum(JAIL_STATES),
  message: z.string(),
  code: z.string().nullable(),
  systemId: systemIdSchema.nullable(),
  timeline: timelineSchema.nullable(),
  base: baseIdSchema.nullable(),
  replayLsn: lsnSchema.nullable(),
  receivedLsn: lsnSchema.nullable(),
  /** Quarantine: where the archive ended, and how much of it held no whole record. */
  archiveLsn: lsnSchema.nullable(),
  unreplayedBytes: z.number().int().min(0).nullable(),
  /** Quarantine: drawn at each start, which begins the restore anew: what was done in an earlier one is gone. */
  instance: z.string().max(64).optional(),
  /** Quarantine, while it is built: bytes of base and WAL laid down, then bytes of WAL replayed. */
  progress: restoreProgressSchema.nullable().optional(),
  /** Files of the base backup that no cluster of ours has, and which were left out. */
  leftOut: z.array(z.string()),
});
export type JailHealth = z.infer<typeof jailHealthSchema>;

/** GET /position of a jail. */
export const jailPositionSchema = z.object({
  replayLsn: lsnSchema.nullable(),
  receivedLsn: lsnSchema.nullable(),
  isInRecovery: z.boolean(),
  lastCommitAt: instantSchema.nullable(),
});
export type JailPosition = z.infer<typeof jailPositionSchema>;

const identifierSchema = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, 'must be a lower-case SQL name');
/** A table as `name` (schema public) or `schema.name`. */
export const tableNameSchema = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?$/, 'must be a table such as article or public.article');

/** POST /promote of a standby: to the end of what is acknowledged, then on a timeline of its own; it ends shut down. */
export const promoteRequestSchema = z.object({ timeline: timelineSchema, lsn: lsnSchema });
export type PromoteRequest = z.infer<typeof promoteRequestSchema>;
export const promotedSchema = z.object({ systemId: systemIdSchema, timeline: timelineSchema, branchLsn: lsnSchema });
export type Promoted = z.infer<typeof promotedSchema>;

/** POST /rows of a jail, answered with NDJSON: `{lsn}`, then `{table,row}` each, then `{end:true,rows}`. */
export const rowsRequestSchema = z.object({
  tables: z.array(tableNameSchema).min(1).max(200),
  /** The `mark` of an earlier answer: only rows written since then, and perhaps some before. All, if it is of another history. */
  since: z
    .string()
    .regex(/^\d{1,20}\.\d{1,10}\.\d{1,20}$/)
    .optional(),
  /** Whether `mark`, keys and counts are wanted: then the first line has `mark`, `isWhole` and `keys`, and the last `counts`. */
  marked: z.boolean().optional(),
  /** Each value as PostgreSQL's output function writes it, tables with their schema: rows that can be inserted again. */
  asText: z.boolean().optional(),
  maxRows: z.number().int().min(1).max(10_000_000).optional(),
  maxBytes: z.number().int().min(1).max(10_737_418_240).optional(),
});
export type RowsRequest = z.infer<typeof rowsRequestSchema>;

/** POST /verify of a jail. A check is a query that gives the rows which violate it. */
export const verifyRequestSchema = z.object({
  checks: z.array(z.object({ name: z.string().min(1).max(100), sql: z.string().min(1).max(20_000) })).max(500),
  expectedMigrations: z.array(z.object({ name: z.string().min(1).max(200), sha256: sha256Schema })).max(10_000),
  blobColumns: z.array(z.object({ table: tableNameSchema, column: identifierSchema })).max(500),
});
export type VerifyRequest = z.infer<typeof verifyRequestSchema>;
export const verificationSchema = z.object({
  isSound: z.boolean(),
  lsn: lsnSchema,
  checksums: z.object({ isOk: z.boolean(), failures: z.array(z.string()) }),
  amcheck: z.object({
    isOk: z.boolean(),
    tables: z.number().int(),
    indexes: z.number().int(),
    failures: z.array(z.object({ relation: z.string(), detail: z.string() })),
    /** A standby cannot create the extension. */
    skipped: z.boolean(),
  }),
  migrations: z.object({
    isOk: z.boolean(),
    missing: z.array(z.string()),
    changed: z.array(z.string()),
    unexpected: z.array(z.string()),
  }),
  checks: z.array(z.object({ name: z.string(), violations: z.number().int().min(0), failure: z.string().nullable() })),
  blobs: z.array(sha256Schema),
  /** Values of blob columns that are no digests. */
  badBlobs: z.array(z.string()).max(1000),
});
export type Verification = z.infer<typeof verificationSchema>;

/** POST /digest of a jail: what each table holds, comparable between two jails. */
export const digestRequestSchema = z.object({ tables: z.array(tableNameSchema).min(1).max(500) });
export const tableDigestsSchema = z.object({
  lsn: lsnSchema,
  tables: z.array(z.object({ table: tableNameSchema, rows: z.number().int().min(0), sha256: sha256Schema })),
});
export type TableDigests = z.infer<typeof tableDigestsSchema>;

/** POST /image of a jail: stops the restored cluster and packs it; GET /image streams the tar. */
export const jailImageSchema = z.object({
  bytes: z.number().int().positive(),
  sha256: sha256Schema,
  systemId: systemIdSchema,
  timeline: timelineSchema,
  checkpointLsn: lsnSchema,
});
export type JailImage = z.infer<typeof jailImageSchema>;
