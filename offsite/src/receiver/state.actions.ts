import { readFile } from 'node:fs/promises';
import {
  type CompartmentStream,
  compartmentStreamSchema,
  epochSchema,
  instantSchema,
  lsnSchema,
  type ReceiverState,
  type StreamSeal,
  systemIdSchema,
  timelineSchema,
} from '@bulkhead/contracts';
import { EstateError, sha256Hex } from '@bulkhead/kernel';
import { z } from 'zod';
import { writeDurably } from '#archive/files.actions.ts';
import { formatLsn, type Lsn } from '#archive/wal.rules.ts';
import type { WalTail } from './tail.actions.ts';

const sealSchema = z.object({
  lsn: lsnSchema.nullable(),
  timeline: timelineSchema.nullable(),
  epoch: epochSchema,
  sealedAt: instantSchema,
  /** The growing segment when the seal fell, so that its later damage is seen. */
  tail: z.object({ name: z.string(), bytes: z.number().int(), sha256: z.string() }).nullable(),
});

/** What the receiver must remember of a compartment; everything else it reads from the archive. */
const streamRecordSchema = z.object({
  /** The highest epoch obeyed. */
  epoch: epochSchema,
  systemId: systemIdSchema.nullable(),
  timeline: timelineSchema.nullable(),
  /** Where the joined cluster answers, if not where the configuration says. */
  socketDirectory: z.string().nullable(),
  /** Passwords that replaced the configuration's, newest first: the one before is tried too, as headquarters may stand before the change. */
  passwords: z.array(z.string()).max(2).default([]),
  seal: sealSchema.nullable(),
  pastSeals: z.array(sealSchema.extend({ liftedAt: instantSchema, liftedBy: z.enum(['unseal', 'join']) })),
  joins: compartmentStreamSchema.shape.joins,
  gaps: compartmentStreamSchema.shape.gaps,
  /** The highest timeline number given to a restore. */
  allottedTimeline: z.number().int().min(0),
});
/** Beside the record: the digest of all the rest, so that a flipped bit is no other record. */
const digestSchema = z.object({ sha256: z.string().optional() });
export type StreamRecord = z.infer<typeof streamRecordSchema>;
export type SealRecord = z.infer<typeof sealSchema>;

/** Of a compartment never heard of. */
export const NEW_RECORD: StreamRecord = {
  epoch: 0,
  systemId: null,
  timeline: null,
  socketDirectory: null,
  passwords: [],
  seal: null,
  pastSeals: [],
  joins: [],
  gaps: [],
  allottedTimeline: 0,
};

/**
 * Reads a compartment's record; a new one if there is none.
 * @throws EstateError `archive.damaged`: an unreadable record must not become "not sealed" [R5]
 */
export async function readRecord(path: string): Promise<StreamRecord> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return NEW_RECORD;
  try {
    const record = streamRecordSchema.parse(JSON.parse(text));
    requireWhole(text, record);
    return record;
  } catch (cause) {
    throw new EstateError('archive.damaged', `reading ${path}`, { cause });
  }
}

// A record from before there was a digest in it has none.
function requireWhole(text: string, record: StreamRecord): void {
  const told = digestSchema.parse(JSON.parse(text)).sha256;
  if (told !== undefined && told !== digestOf(record))
    throw new EstateError('archive.damaged', 'reading a record: it is not what was written');
}

function digestOf(record: StreamRecord): string {
  return sha256Hex(JSON.stringify(streamRecordSchema.parse(record)));
}

export async function writeRecord(path: string, record: StreamRecord): Promise<void> {
  await writeDurably(path, `${JSON.stringify({ ...record, sha256: digestOf(record) }, null, 2)}\n`);
}

/** The record of a seal that falls now. @param tail frozen, if a cluster was joined */
export function describeSeal(
  tail: Pick<WalTail, 'durableLsn' | 'timeline' | 'describeEnd'> | undefined,
  epoch: number,
  at: Date,
): SealRecord {
  const sealedAt = at.toISOString();
  if (!tail) return { lsn: null, timeline: null, epoch, sealedAt, tail: null };
  return { lsn: formatLsn(tail.durableLsn), timeline: tail.timeline, epoch, sealedAt, tail: tail.describeEnd() ?? null };
}

/** What others are told of a seal. */
export function tellSeal({ lsn, timeline, epoch, sealedAt }: SealRecord): StreamSeal {
  return { lsn, timeline, epoch, sealedAt };
}

/** How a stream stands, for others. */
export function tellStream(stream: {
  readonly name: string;
  readonly state: ReceiverState;
  readonly record: StreamRecord;
  readonly tail: { readonly writtenLsn: Lsn; readonly durableLsn: Lsn } | undefined;
  readonly fault: CompartmentStream['fault'] | undefined;
  readonly headquartersLsn: Lsn | undefined;
  readonly lastMessageAt: Date | undefined;
}): CompartmentStream {
  const { name, state, tail, headquartersLsn } = stream;
  const { systemId, timeline, epoch, seal, gaps, joins } = stream.record;
  const lag = tail && headquartersLsn !== undefined ? Math.max(0, Number(headquartersLsn - tail.durableLsn)) : null;
  return {
    name,
    state,
    fault: stream.fault ?? null,
    systemId,
    timeline,
    epoch,
    receivedLsn: tail ? formatLsn(tail.writtenLsn) : null,
    flushedLsn: tail ? formatLsn(tail.durableLsn) : null,
    lastMessageAt: stream.lastMessageAt?.toISOString() ?? null,
    lagBytes: lag,
    seal: seal ? tellSeal(seal) : null,
    gaps,
    joins,
  };
}
