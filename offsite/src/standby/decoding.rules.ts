import { type Base, baseIdSchema, lsnSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { type Lsn, parseLsn } from '#archive/wal.rules.ts';

export const TRIED_LIMIT = 1000;

/** What a jail remembers of decoding across its restarts. */
export const decodingNoteSchema = z.object({
  /** The base at whose end the slot was made, null if it was made further on; from where on the slot tells every commit. */
  slot: z.object({ base: baseIdSchema.nullable(), startLsn: lsnSchema }).nullable(),
  /** What history last asked for, or confirmed; a build begins at or before it. */
  wantedLsn: lsnSchema.nullable(),
  /** Bases on which a slot could not tell what is wanted. */
  tried: z.array(baseIdSchema).max(TRIED_LIMIT),
  /** How often in a row the jail was built anew for it. */
  rebuilds: z.number().int().min(0),
});
export type DecodingNote = z.infer<typeof decodingNoteSchema>;
export const NOTHING_NOTED: DecodingNote = { slot: null, wantedLsn: null, tried: [], rebuilds: 0 };

/** What so many builds could not tell, none will: history is told of the gap. */
export const REBUILDS_LIMIT = 4;
/** So often in a row a slot may be lost by the way, with nothing confirmed between, before its base is held to be the reason. */
const LOSSES_BY_CHANCE = 2;

/** Whether the base that the slot was made at is not worth another attempt. */
export function isTriedEnough({ rebuilds }: DecodingNote): boolean {
  return rebuilds >= LOSSES_BY_CHANCE;
}

/** What is to be done when history asks for all that was committed after a position. */
export type Service =
  | { readonly kind: 'stream'; readonly fromLsn: Lsn }
  /** Another base may reach further back. */
  | { readonly kind: 'rebuild' };

/**
 * Judges whether the slot can tell everything after `after`. What it was told to forget, only an older state brings back.
 * @param hasOlder whether the archive has a base before the slot's that was not tried in vain
 */
export function judgeService(options: {
  readonly after: Lsn;
  readonly confirmedLsn: Lsn;
  readonly startLsn: Lsn;
  readonly hasOlder: boolean;
  /** Whether building anew is worth another attempt. */
  readonly mayBuild: boolean;
}): Service {
  const { after, confirmedLsn, startLsn, hasOlder, mayBuild } = options;
  if (after >= confirmedLsn) return { kind: 'stream', fromLsn: after };
  // A slot that confirmed nothing yet stands as far back as its base allows.
  const isUntouched = confirmedLsn <= startLsn;
  if (hasOlder || (mayBuild && !isUntouched)) return { kind: 'rebuild' };
  return { kind: 'stream', fromLsn: confirmedLsn };
}

/** Whether one of the archive's bases ends before the slot's start and was not tried. */
export function hasOlderBase(
  bases: readonly { readonly id: string; readonly endLsn: string }[],
  note: DecodingNote,
  startLsn: Lsn,
): boolean {
  return bases.some(({ id, endLsn }) => id !== note.slot?.base && parseLsn(endLsn) < startLsn && !note.tried.includes(id));
}

export function newestOf(bases: readonly Base[]): Base | undefined {
  return bases.toSorted((left, right) => (parseLsn(left.endLsn) < parseLsn(right.endLsn) ? 1 : -1))[0];
}

/** The bases that end at or before a position. */
export function listUpTo(bases: readonly Base[], lsn: Lsn): Base['id'][] {
  return bases.filter(({ endLsn }) => parseLsn(endLsn) <= lsn).map(({ id }) => id);
}

/** What was replayed takes rows away that the command needs. */
export function isConflict(error: unknown): boolean {
  return error instanceof EstateError && /40001/.test(String(error.cause));
}

/** Lines of the wire: a bunch of them at a time. */
export const BUNCH_CHARACTERS = 65_536;
