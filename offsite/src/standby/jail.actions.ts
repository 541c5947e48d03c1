import type { DecodingCatalog, JailHealth, JailImage, JailPosition, Promoted } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import type { PostgresBinaries } from '@bulkhead/postgres';
import type { Lsn } from '#archive/wal.rules.ts';
import type { ArchiveClient } from './archive-client.actions.ts';

/** What both kinds of jail are made with. */
export type JailOptions = {
  readonly compartment: string;
  /** Holds pg/ (the cluster), built.json and, of a quarantine, image.tar. */
  readonly directory: string;
  readonly socketDirectory: string;
  readonly archive: ArchiveClient;
  readonly binaries: PostgresBinaries;
  readonly limitBytes: number;
  /** Tells this life of the jail from others. */
  readonly instance: string;
  readonly log: Log;
};

/** How a quarantine is to end. */
export type RestoreTarget = {
  readonly followTimeline: number | undefined;
  readonly newTimeline: number | undefined;
  readonly lsn: Lsn | undefined;
  readonly isInclusive: boolean;
};

/** For more to be replayed than `after`, so long at most. */
export type Waiting = { readonly after: Lsn; readonly longestMs: number; readonly signal: AbortSignal };

/** A disposable cluster: what its API asks of it. */
export type Jail = {
  readonly health: () => Promise<JailHealth>;
  /** @throws EstateError `compartment.wrong_state` unless it answers queries */
  readonly requireReady: () => { readonly socketDirectory: string; readonly compartment: string; readonly isWritable: boolean };
  /** Where it stands; `waiting` lets a standby answer as soon as it stands behind a position. */
  readonly position: (waiting?: Waiting) => Promise<JailPosition>;
  readonly makeImage: () => Promise<JailImage>;
  /** What was committed after a position, line by line. @throws EstateError `history.behind`, `compartment.wrong_state` */
  readonly openDecoding: (after: Lsn, signal: AbortSignal) => Promise<AsyncGenerator<Buffer>>;
  readonly confirmDecoding: (lsn: Lsn) => Promise<void>;
  /** From now on decoding tells of what is written in this cluster. */
  readonly startDecoding: () => Promise<void>;
  readonly readDecodingCatalog: () => Promise<DecodingCatalog>;
  /** Replays all that the receiver holds up to a position. @throws EstateError `compartment.wrong_state`, `restore.failed` */
  readonly catchUp: (lsn: Lsn) => Promise<void>;
  /** Becomes a cluster of its own timeline and ends shut down. @throws EstateError `compartment.wrong_state`, `restore.failed` */
  readonly promote: (asked: { readonly timeline: number; readonly lsn: Lsn }) => Promise<Promoted>;
  readonly stop: () => Promise<void>;
};

/** The parts of health that change as a jail goes on. */
export type Progress = Pick<JailHealth, 'state' | 'message' | 'code'>;

export function failedWith(error: unknown): Progress {
  const code = error instanceof EstateError ? error.code : 'restore.failed';
  return { state: 'failed', code, message: error instanceof Error ? error.message : String(error) };
}

export function notReady(progress: Progress, compartment: string): EstateError {
  return new EstateError(
    'compartment.wrong_state',
    `asking the jail of ${compartment}: it is ${progress.state} (${progress.message})`,
  );
}
