import { Transform } from 'node:stream';
import { CONTROL_KINDS, type ControlKind, type Drill, type DrillControl } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { ReceiverPeer } from '#peer/receiver.actions.ts';
import type { SupervisorPeer } from '#peer/supervisor.actions.ts';
import type { VaultPeer } from '#peer/vault.actions.ts';
import { describeFailure } from '#recovery/recovery.rules.ts';
import { untilSo } from '#recovery/recovery-step.actions.ts';
import { ArchiveClient } from '#standby/archive-client.actions.ts';
import { type Damaged, readArchive, readBlob } from './reading.actions.ts';

export type ControlDeps = {
  readonly receiver: Pick<ReceiverPeer, 'copyArchive' | 'removeCopy'>;
  readonly supervisor: Pick<SupervisorPeer, 'startReader' | 'stopReader'>;
  readonly vault: Pick<VaultPeer, 'openBlob'>;
  readonly now: () => Date;
  readonly stopping: AbortSignal;
};

const READER_MS = 60_000;

/**
 * Plants damage of every kind in copies, and reads each as a restore would. First a copy that is left whole has to be read
 * well: else a refusal would show nothing.
 * @param blobs the digests that rows of the restored copy name
 * @throws EstateError if a whole copy cannot be read
 */
export async function runControls(
  deps: ControlDeps,
  drill: Pick<Drill, 'id' | 'compartment' | 'seed'>,
  blobs: readonly string[],
): Promise<DrillControl[]> {
  try {
    await readCopy(deps, drill, null);
    const controls: DrillControl[] = [];
    for (const kind of CONTROL_KINDS) {
      controls.push(kind === 'blob' ? await damageBlob(deps, drill, blobs) : await damageArchive(deps, drill, kind));
    }
    return controls;
  } finally {
    await deps.supervisor.stopReader();
    for (const kind of [null, ...CONTROL_KINDS]) await deps.receiver.removeCopy(copyOf(drill, kind));
  }
}

async function damageArchive(
  deps: ControlDeps,
  drill: Pick<Drill, 'id' | 'compartment' | 'seed'>,
  kind: ControlKind,
): Promise<DrillControl> {
  try {
    const read = await readCopy(deps, drill, kind);
    if (read === undefined) return { kind, outcome: 'absent', detail: 'the archive holds none' };
    return { kind, outcome: 'accepted', detail: `was read as if it were well: ${read}`.slice(0, 300) };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return { kind, outcome: 'refused', detail: `${refusal.code}: ${refusal.message}`.slice(0, 300) };
  }
}

/** @returns what was read; undefined if there was nothing to damage */
async function readCopy(
  deps: ControlDeps,
  drill: Pick<Drill, 'id' | 'compartment' | 'seed'>,
  kind: ControlKind | null,
): Promise<string | undefined> {
  const { compartment, seed } = drill;
  const copy = copyOf(drill, kind);
  const { damaged } = await deps.receiver.copyArchive(compartment, { id: copy, damage: kind, seed });
  if (kind !== null && damaged === null) return undefined;
  const peer = await deps.supervisor.startReader({ compartment, copy });
  const client = new ArchiveClient(peer, compartment);
  const isUp = await untilSo(deps, READER_MS, () => client.readStream().then(() => true, ignoreUnreachable));
  if (!isUp)
    throw new EstateError('process.unhealthy', `reading a copy of the archive of ${compartment}: its reader does not answer`);
  const planted: Damaged = kind === null || damaged === null ? null : { kind, path: damaged.path };
  const read = await readArchive(client, planted);
  await deps.receiver.removeCopy(copy);
  return read;
}

/** A blob as the vault gives it, with a byte turned over on the way: what reads blobs for drills has to see it. */
async function damageBlob(
  deps: ControlDeps,
  { compartment, seed }: Pick<Drill, 'compartment' | 'seed'>,
  blobs: readonly string[],
): Promise<DrillControl> {
  const kind = 'blob';
  const digest = blobs[seed % Math.max(1, blobs.length)];
  if (digest === undefined) return { kind, outcome: 'absent', detail: 'no row names a file' };
  const stream = await deps.vault.openBlob(compartment, digest);
  try {
    await readBlob(stream.pipe(turnOver()), digest);
    return { kind, outcome: 'accepted', detail: `was read as if it were well: ${digest}` };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return { kind, outcome: 'refused', detail: `${refusal.code}: ${refusal.message}`.slice(0, 300) };
  } finally {
    stream.destroy();
  }
}

/** Turns a bit of the first byte over; to an empty blob a byte is added. */
function turnOver(): Transform {
  let isDone = false;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const own = Buffer.from(chunk);
      if (!isDone && own.length > 0) own[0] = (own[0] ?? 0) ^ 0x01;
      isDone ||= own.length > 0;
      done(null, own);
    },
    flush(done) {
      done(null, isDone ? undefined : Buffer.from([1]));
    },
  });
}

/** What speaks of damage; that somebody did not answer is none. */
function refusalOf(error: unknown): EstateError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof EstateError && /^(archive\.|blob\.hash_mismatch)/.test(at.code))
      return new EstateError(at.code, describeFailure(at));
  }
  return undefined;
}

function ignoreUnreachable(error: unknown): undefined {
  if (error instanceof EstateError && error.code === 'wire.unreachable') return undefined;
  throw error;
}

function copyOf({ id }: Pick<Drill, 'id'>, kind: ControlKind | null): string {
  return `${id}-${kind ?? 'whole'}`;
}
