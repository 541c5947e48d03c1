import { z } from 'zod';
import { baseIdSchema, systemIdSchema, timelineSchema } from './archive.ts';
import { historyTableSchema } from './history.ts';
import { lsnSchema } from './name.ts';

const columnSchema = z.string().min(1).max(63);

/** First line of GET /decoding?after=<lsn> of a jail: from where on every commit is told. Behind `after`: what lies between is not. */
export const decodingHeadSchema = z.object({
  from: lsnSchema,
  systemId: systemIdSchema,
  timeline: timelineSchema,
  base: baseIdSchema.nullable(),
});
export type DecodingHead = z.infer<typeof decodingHeadSchema>;

/**
 * Each further line. With `data` a line of test_decoding; `cutBytes` tells that so many bytes of it were left out.
 * Without: every commit up to `lsn` was told. The last one may be an `error`.
 */
export type DecodingLine = {
  readonly lsn: string;
  readonly data?: string;
  readonly cutBytes?: number;
  readonly error?: string;
};

/** POST /decoding/confirm of a jail: history has kept everything up to here. */
export const decodingConfirmSchema = z.object({ lsn: lsnSchema });

/** GET /decoding/catalog of a jail: what decoding does not say of tables. Hostile until it was parsed. */
export const decodingCatalogSchema = z.object({
  /** The database's number, as the WAL names it. */
  database: z.number().int().min(1).max(4_294_967_295),
  tables: z
    .array(
      z.object({
        table: historyTableSchema,
        /** Columns of the primary key in its order; empty if there is none. */
        key: z.array(columnSchema).max(32),
        /** Whether the WAL holds whole old rows: REPLICA IDENTITY FULL. */
        keepsWholeRows: z.boolean(),
        /** Columns of each foreign key. */
        references: z.array(z.array(columnSchema).max(32)).max(500),
      }),
    )
    .max(10_000),
  sequences: z
    .array(
      z.object({
        sequence: historyTableSchema,
        /** Its file's number, as the WAL names it. */
        file: z.number().int().min(0).max(4_294_967_295),
        increment: z.string().regex(/^-?\d{1,19}$/),
        cache: z.string().regex(/^\d{1,19}$/),
        isCycling: z.boolean(),
      }),
    )
    .max(10_000),
});
export type DecodingCatalog = z.infer<typeof decodingCatalogSchema>;
