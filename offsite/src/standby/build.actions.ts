import { mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Base, baseIdSchema, lsnSchema, systemIdSchema, timelineSchema, type WalFile } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { z } from 'zod';
import { chooseBase, type Leg, legsTo } from '#archive/plan.rules.ts';
import {
  historyName,
  type Lsn,
  offsetInSegment,
  parseHistory,
  parseLsn,
  parseSegmentName,
  SEGMENT_BYTES,
  segmentName,
} from '#archive/wal.rules.ts';
import type { ArchiveClient } from './archive-client.actions.ts';
import { unpackBase } from './unpack.actions.ts';

const FETCHED_AT_ONCE = 3;

const builtSchema = z.object({
  mode: z.enum(['standby', 'quarantine']),
  systemId: systemIdSchema,
  /** The timeline that is followed. */
  timeline: timelineSchema,
  base: baseIdSchema,
  /** Where the archive of that timeline ended when this was built. */
  archiveLsn: lsnSchema,
  newestTimeline: timelineSchema,
  leftOut: z.array(z.string()),
  /** The machine's boot: a jail's disk is not synced, so what another boot left is not trusted. */
  boot: z.string(),
});
/** What a data directory was made from. */
export type Built = z.infer<typeof builtSchema>;
/** With WAL that has yet to be laid down before, or while, it is replayed. */
export type Building = Built & { readonly due: readonly WalFile[] };

export type BuildOptions = {
  readonly archive: ArchiveClient;
  readonly directory: string;
  readonly mode: 'standby' | 'quarantine';
  readonly followTimeline: number | undefined;
  readonly targetLsn: Lsn | undefined;
  /** A standby: the base to begin with ends at or before this, if one does, and is none of those tried. */
  readonly decodeFrom?: { readonly lsn: Lsn | undefined; readonly tried: readonly string[] };
  readonly limitBytes: number;
  readonly log: Log;
  /** Segments behind the base are left to be laid down while they are replayed. */
  readonly leavesWal?: boolean;
  /** Told how many bytes of base and WAL there are to lay down, and of each part that was. */
  readonly progress?: BuildProgress;
};

export type BuildProgress = { readonly expect: (bytes: number) => void; readonly laidDown: (bytes: number) => void };

/** What was built in `directory` earlier, if it is complete and of this boot. */
export async function readBuilt(directory: string): Promise<Built | undefined> {
  const text = await readFile(join(directory, 'built.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = builtSchema.safeParse(JSON.parse(text));
  const boot = await readBoot();
  return parsed.success && boot !== 'unknown' && parsed.data.boot === boot ? parsed.data : undefined;
}

/**
 * Makes a data directory in `directory`/pg from the archive: what stood there is thrown away.
 * @throws EstateError `archive.gap`, `archive.damaged`, `input.too_large`, `wire.unreachable`
 */
export async function buildDirectory(options: BuildOptions): Promise<Building> {
  const { archive, directory, mode, log } = options;
  const building = join(directory, 'building');
  await rm(join(directory, 'built.json'), { force: true });
  for (const name of ['building', 'pg', 'image.tar']) await rm(join(directory, name), { recursive: true, force: true });
  await mkdir(join(building, 'pg_wal'), { recursive: true, mode: 0o700 });
  const plan = await planRestore(options);
  log.info({ base: plan.base.id, timeline: plan.timeline, archiveLsn: plan.archiveLsn }, 'building the data directory');
  const wanted = mode === 'quarantine' ? plan.files : plan.files.filter((file) => isBefore(file, parseLsn(plan.base.endLsn)));
  const due = options.leavesWal === true ? wanted.filter(({ name }) => parseSegmentName(name) !== undefined) : [];
  const files = wanted.filter((file) => !due.includes(file));
  const { progress } = options;
  progress?.expect(plan.base.bytes + files.reduce((sum, file) => sum + file.bytes, 0));
  // Side by side: unpacking waits for the disk while segments are unpacked and compared at the receiver.
  const leftOut = await bothOrNeither(
    archive.openBase(plan.base).then(({ tar }) =>
      unpackBase({
        tar,
        into: building,
        sha256: plan.base.sha256,
        limitBytes: options.limitBytes,
        onBytes: progress?.laidDown,
      }),
    ),
    fetchAll(archive, files, join(building, 'pg_wal'), progress),
  );
  if (mode === 'standby') await cutWal(join(building, 'pg_wal'), plan.base);
  await writeFile(join(building, mode === 'standby' ? 'standby.signal' : 'recovery.signal'), '', { mode: 0o600 });
  await rename(building, join(directory, 'pg'));
  const { timeline, archiveLsn, newestTimeline } = plan;
  const built = {
    mode,
    systemId: plan.base.systemId,
    timeline,
    base: plan.base.id,
    archiveLsn,
    newestTimeline,
    leftOut,
    boot: await readBoot(),
  };
  await writeFile(join(directory, 'built.json'), JSON.stringify(built), { mode: 0o600 });
  return { ...built, due };
}

type Plan = {
  readonly base: Base;
  readonly timeline: number;
  readonly archiveLsn: string;
  readonly newestTimeline: number;
  readonly files: readonly WalFile[];
};

// A standby stands still at the end of its base until the slot of history was made: what is behind it comes by streaming.
async function cutWal(directory: string, base: Base): Promise<void> {
  const endLsn = parseLsn(base.endLsn);
  const path = join(directory, segmentName(base.timeline, endLsn));
  const kept = offsetInSegment(endLsn);
  if (kept === 0) return rm(path, { force: true });
  await truncate(path, kept);
  await truncate(path, SEGMENT_BYTES);
}

async function planRestore(options: BuildOptions): Promise<Plan> {
  const { archive, followTimeline, targetLsn } = options;
  const stream = await archive.readStream();
  const timeline = followTimeline ?? stream.timeline;
  if (timeline === null || stream.systemId === null) {
    throw new EstateError('archive.gap', 'looking for a base backup: nothing was received of this compartment yet');
  }
  const bases = (await archive.listBases()).filter((base) => base.systemId === stream.systemId && base.isReached);
  const ancestors = timeline === 1 ? [] : parseHistory(await archive.readHistory(historyName(timeline)));
  const endless = 2n ** 64n - 1n;
  const legs: Leg[] = legsTo(timeline, ancestors, endless);
  const base = options.decodeFrom
    ? chooseDecoding(bases, legs, options.decodeFrom)
    : chooseBase(bases, legs, targetLsn ?? endless);
  if (!base)
    throw new EstateError(
      'archive.gap',
      `looking for a base backup on the way to timeline ${timeline}: the archive holds none that is early enough, with the WAL up to its end`,
    );
  const list = await archive.listWal(base.startLsn, timeline);
  if (parseLsn(list.endLsn) < parseLsn(base.endLsn)) {
    throw new EstateError('archive.gap', `looking for the WAL of base ${base.id}: the archive ends before the backup did`);
  }
  const files = list.files.filter((file) => isBefore(file, targetLsn));
  return { base, timeline, archiveLsn: list.endLsn, newestTimeline: list.newestTimeline, files };
}

/** The newest base from which on everything wanted can be decoded; else the oldest; when all were tried, the newest. */
function chooseDecoding(
  bases: readonly Base[],
  legs: readonly Leg[],
  { lsn, tried }: { readonly lsn: Lsn | undefined; readonly tried: readonly string[] },
): Base | undefined {
  const endless = 2n ** 64n - 1n;
  const newest = chooseBase(bases, legs, endless);
  if (lsn === undefined) return newest;
  const untried = bases.filter(({ id }) => !tried.includes(id));
  const early = chooseBase(untried, legs, lsn);
  if (early) return early;
  const usable = untried.filter((base) => chooseBase([base], legs, endless));
  return usable.toSorted((left, right) => (parseLsn(left.endLsn) < parseLsn(right.endLsn) ? -1 : 1))[0] ?? newest;
}

function isBefore({ name }: WalFile, targetLsn: Lsn | undefined): boolean {
  const start = parseSegmentName(name)?.startLsn;
  return targetLsn === undefined || start === undefined || start <= targetLsn;
}

async function fetchAll(
  archive: ArchiveClient,
  files: readonly WalFile[],
  into: string,
  progress: BuildProgress | undefined,
): Promise<void> {
  const waiting = [...files];
  const fetchNext = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      await archive.fetchWal(file, into);
      progress?.laidDown(file.bytes);
    }
  };
  const fetched = await Promise.allSettled(Array.from({ length: Math.min(FETCHED_AT_ONCE, files.length) }, fetchNext));
  for (const one of fetched) if (one.status === 'rejected') throw one.reason;
}

/** Waits for both also when one fails: nothing may go on writing into what is thrown away next. */
async function bothOrNeither<Result>(first: Promise<Result>, second: Promise<void>): Promise<Result> {
  const [one, other] = await Promise.allSettled([first, second]);
  if (one.status === 'rejected') throw one.reason;
  if (other.status === 'rejected') throw other.reason;
  return one.value;
}

async function readBoot(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown')).trim();
}
