import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JailHealth, JailImage, JailPosition } from '@bulkhead/contracts';
import { EstateError, hasCode, sleepMs } from '@bulkhead/kernel';
import { type RunningCluster, startCluster } from '@bulkhead/postgres';
import { formatLsn, type Lsn, parseLsn } from '#archive/wal.rules.ts';
import { type Building, type Built, buildDirectory } from './build.actions.ts';
import { readBranch } from './checkpoint.actions.ts';
import { Decoding, type DecodingPlace } from './decoding.actions.ts';
import { packImage } from './image.actions.ts';
import { failedWith, type Jail, type JailOptions, notReady, type Progress, type RestoreTarget } from './jail.actions.ts';
import { logStandbySnapshot, readPosition } from './position.store.ts';
import { RestoreWatch } from './restore-watch.actions.ts';
import { JailSession } from './session.store.ts';
import { JAIL_HBA, quarantineSettings, replaySettings } from './settings.rules.ts';
import { blockTimelines, freeTimelines } from './timeline.actions.ts';
import { WalLaying } from './wal-laying.actions.ts';

const REPLAY_MS = 86_400_000;
const STOP_MS = 2_000;
const BUILD_ATTEMPTS = 60;
const BUILD_PAUSE_MS = 1_000;

/** A restore: the archive up to its end, or to a target, on a timeline of its own, apart from everything. */
export class QuarantineJail implements Jail {
  readonly #options: JailOptions;
  readonly #target: RestoreTarget;
  readonly #running: Promise<void>;
  #progress: Progress = { state: 'building', message: 'unpacking a base backup', code: null };
  #built: Built | undefined;
  #restoring: RestoreWatch | undefined;
  #timeline: number | undefined;
  #replayedLsn: Lsn | undefined;
  #cluster: RunningCluster | undefined;
  #imaging: Promise<JailImage> | undefined;
  #isStopping = false;
  readonly #decoding: Decoding;

  constructor(options: JailOptions, target: RestoreTarget) {
    this.#options = options;
    this.#decoding = new Decoding(options.directory, options.log);
    this.#target = target;
    this.#running = this.#restore().catch((error: unknown) => {
      if (this.#isStopping) return;
      this.#progress = failedWith(error);
      options.log.error({ err: error, compartment: options.compartment }, 'the restore failed');
    });
  }

  async health(): Promise<JailHealth> {
    const replayed = this.#replayedLsn;
    const archiveLsn = this.#built?.archiveLsn ?? null;
    const isToTheEnd = this.#target.lsn === undefined;
    return {
      compartment: this.#options.compartment,
      mode: 'quarantine',
      ...this.#progress,
      systemId: this.#built?.systemId ?? null,
      timeline: this.#timeline ?? null,
      base: this.#built?.base ?? null,
      replayLsn: replayed === undefined ? null : formatLsn(replayed),
      receivedLsn: null,
      archiveLsn,
      unreplayedBytes:
        replayed === undefined || archiveLsn === null || !isToTheEnd
          ? null
          : Math.max(0, Number(parseLsn(archiveLsn) - replayed)),
      instance: this.#options.instance,
      progress: this.#restoring?.tell() ?? null,
      leftOut: this.#built?.leftOut ?? [],
    };
  }

  requireReady() {
    if (this.#progress.state !== 'ready') throw notReady(this.#progress, this.#options.compartment);
    return { socketDirectory: this.#options.socketDirectory, compartment: this.#options.compartment, isWritable: true };
  }

  openDecoding(after: Lsn, signal: AbortSignal): Promise<AsyncGenerator<Buffer>> {
    return this.#decoding.open({ place: this.#place(), after, bases: [], signal, onBehind: () => undefined });
  }

  confirmDecoding(lsn: Lsn): Promise<void> {
    return this.#decoding.confirm(lsn);
  }

  async startDecoding(): Promise<void> {
    const place = this.#place();
    if (await this.#decoding.isSound(place)) return;
    await this.#decoding.beginSlot(place, false);
    await this.#decoding.settled();
  }

  readDecodingCatalog() {
    return this.#decoding.catalog(this.#place());
  }

  #place(): DecodingPlace {
    const { socketDirectory, compartment } = this.requireReady();
    const { systemId, base } = this.#built ?? { systemId: '0', base: null };
    return { socketDirectory, compartment, systemId, timeline: this.#timeline ?? 1, base };
  }

  async catchUp(): Promise<never> {
    throw new EstateError(
      'compartment.wrong_state',
      'catching up: a quarantine ends where it was told to; only a standby follows',
    );
  }

  async promote(): Promise<never> {
    throw new EstateError('compartment.wrong_state', 'promoting: a quarantine is on a timeline of its own already');
  }

  async position(): Promise<JailPosition> {
    const { socketDirectory } = this.requireReady();
    const session = await JailSession.open(socketDirectory, 'postgres');
    try {
      return await readPosition(session);
    } finally {
      await session.close();
    }
  }

  /** Stops the cluster for good and packs it; asked again, gives the same image. */
  makeImage(): Promise<JailImage> {
    if (!this.#imaging) {
      this.requireReady();
      this.#progress = { state: 'imaged', message: 'packing the image', code: null };
      this.#imaging = this.#pack().catch((error: unknown) => {
        this.#progress = failedWith(error);
        throw error;
      });
    }
    return this.#imaging;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#cluster?.stop('fast');
    // A server still replaying ends with this process.
    await Promise.race([this.#running.then(() => this.#imaging?.catch(() => undefined)), sleepMs(STOP_MS)]);
  }

  async #restore(): Promise<void> {
    const { directory } = this.#options;
    const timeline = await this.#untilReplayed();
    const branch = await readBranch(join(directory, 'pg'), timeline);
    this.#timeline = timeline;
    this.#replayedLsn = branch.endLsn;
    this.#cluster = await this.#start(quarantineSettings());
    await this.#logRunning();
    this.#restoring = undefined;
    this.#progress = { state: 'ready', message: `restored to ${formatLsn(branch.endLsn)} on timeline ${timeline}`, code: null };
  }

  /** The receiver may be restarted meanwhile: what it broke off is begun anew. */
  async #untilReplayed(): Promise<number> {
    const { log } = this.#options;
    for (let left = BUILD_ATTEMPTS; ; left -= 1) {
      try {
        return await this.#buildAndReplay();
      } catch (error) {
        if (this.#isStopping || left === 1 || !hasCode(error, 'wire.unreachable')) throw error;
        log.warn({ err: error, compartment: this.#options.compartment }, 'the archive is out of reach: building again');
        await sleepMs(BUILD_PAUSE_MS);
      }
    }
  }

  /** Gives the timeline on which it goes on. */
  async #buildAndReplay(): Promise<number> {
    const { archive, directory, limitBytes, log } = this.#options;
    const { followTimeline, lsn, newTimeline } = this.#target;
    this.#progress = { state: 'building', message: 'unpacking a base backup', code: null };
    this.#restoring = new RestoreWatch();
    const asked = { mode: 'quarantine', followTimeline, targetLsn: lsn, leavesWal: true, progress: this.#restoring } as const;
    const built = await buildDirectory({ archive, directory, limitBytes, log, ...asked });
    this.#built = built;
    const timeline = newTimeline ?? built.newestTimeline + 1;
    if (timeline <= built.timeline) {
      throw new EstateError(
        'config.invalid',
        `restoring: NEW_TIMELINE ${timeline} is not above the followed timeline ${built.timeline}`,
      );
    }
    await blockTimelines(directory, built.timeline + 1, timeline - 1);
    await this.#replay(built);
    await freeTimelines(directory, built.timeline + 1, timeline - 1);
    return timeline;
  }

  /**
   * Replays with fsync off, then makes it durable in one go: several times as fast as page by page. WAL is laid down meanwhile, and the
   * base goes to the disk, so that little is left for the end.
   */
  async #replay(built: Building): Promise<void> {
    const { archive, binaries, directory } = this.#options;
    const pg = join(directory, 'pg');
    this.#progress = {
      state: 'replaying',
      message: `replaying to ${this.#target.lsn === undefined ? built.archiveLsn : formatLsn(this.#target.lsn)}`,
      code: null,
    };
    const isWithinArchive = this.#target.lsn !== undefined && this.#target.lsn < parseLsn(built.archiveLsn);
    const lsn = isWithinArchive && this.#target.lsn !== undefined ? formatLsn(this.#target.lsn) : undefined;
    this.#restoring?.replay(built.base, lsn ?? built.archiveLsn, pg);
    const laying = await WalLaying.begin(archive, built.due, join(directory, 'due'), join(pg, 'pg_wal'));
    const target = { timeline: built.timeline, lsn, isInclusive: this.#target.isInclusive };
    const replaying = this.#start(replaySettings(target, laying.command)).then(
      (cluster) => (this.#cluster = cluster),
      async (error: unknown) => {
        await laying.stop();
        throw error;
      },
    );
    // What the laying failed with comes first: it ends the replay.
    const ended = await Promise.allSettled([laying.run(), replaying, makeDurable(binaries.initdb, pg)]);
    this.#restoring?.flush();
    await this.#cluster?.stop('fast');
    this.#cluster = undefined;
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
    await makeDurable(binaries.initdb, pg);
    await rm(join(directory, 'due'), { recursive: true, force: true });
  }

  /**
   * Says in the WAL that nothing is under way: a standby's slot lets go of the catalog only at such a record, and what is
   * cleaned away later must find it past.
   */
  async #logRunning(): Promise<void> {
    const session = await JailSession.open(this.#options.socketDirectory, 'postgres');
    try {
      await logStandbySnapshot(session);
    } finally {
      await session.close();
    }
  }

  #start(settings: Readonly<Record<string, string>>): Promise<RunningCluster> {
    const { binaries, directory, socketDirectory, log } = this.#options;
    if (this.#isStopping) throw new EstateError('process.start_failed', 'restoring: the jail is being stopped');
    return startCluster({
      binaries,
      dataDirectory: join(directory, 'pg'),
      socketDirectory,
      settings,
      hba: JAIL_HBA,
      log,
      waitFor: 'read-write',
      startTimeoutMs: REPLAY_MS,
    });
  }

  async #pack(): Promise<JailImage> {
    await this.#decoding.remove(this.#options);
    await this.#logRunning();
    await this.#cluster?.stop('fast');
    this.#cluster = undefined;
    const image = await packImage(this.#options.directory);
    this.#progress = { state: 'imaged', message: 'stopped; its image is ready', code: null };
    return image;
  }
}

/**
 * Everything of a data directory to disk. The whole file system in one go where that can be had: a file at a time takes five times as
 * long. Older servers, and other systems, have the slow way only.
 */
async function makeDurable(initdb: string, directory: string): Promise<void> {
  const run = (...method: readonly string[]) =>
    promisify(execFile)(initdb, ['--sync-only', ...method, '-D', directory], { env: { LC_ALL: 'C' } });
  if (process.platform !== 'linux') return void (await run());
  await run('--sync-method=syncfs').catch(() => run());
}
