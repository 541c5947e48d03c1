import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JailHealth, JailPosition, Promoted } from '@bulkhead/contracts';
import { EstateError, sleepMs } from '@bulkhead/kernel';
import { type RunningCluster, startCluster } from '@bulkhead/postgres';
import { type Lsn, parseLsn } from '#archive/wal.rules.ts';
import { type Built, buildDirectory, readBuilt } from './build.actions.ts';
import { readCheckpoint } from './checkpoint.actions.ts';
import { Decoding, type DecodingPlace } from './decoding.actions.ts';
import { failedWith, type Jail, type JailOptions, notReady, type Progress, type Waiting } from './jail.actions.ts';
import { PacedWal } from './paced-wal.actions.ts';
import { readPosition } from './position.store.ts';
import { type Promotion, promoteCluster } from './promotion.actions.ts';
import { ReplayEnd } from './replay-end.rules.ts';
import { ReplayWatch } from './replay-watch.actions.ts';
import { JailSession } from './session.store.ts';
import { JAIL_HBA, standbySettings } from './settings.rules.ts';

const POLL_MS = 500;
const RETRY_MS = 3_000;
const STOP_MS = 2_000;
const START_MS = 3_600_000;
const CATCH_UP_MS = 600_000;
const CATCH_UP_POLL_MS = 25;
/** A server that fails so often in a row does not fail by chance: it is built anew. */
const STARTS_BEFORE_REBUILD = 2;

/** A hot standby that follows the archive. It is thrown away and built anew whenever it cannot follow. */
export class StandbyJail implements Jail {
  readonly #options: JailOptions;
  readonly #source: { readonly walSocketDirectory: string; readonly secret: string };
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #progress: Progress = { state: 'building', message: 'looking at what stands on disk', code: null };
  #built: Built | undefined;
  #cluster: RunningCluster | undefined;
  #session: JailSession | undefined;
  #position: JailPosition | undefined;
  #failedStarts = 0;
  readonly #decoding: Decoding;
  /** History asked for what only an older state can tell. */
  #isBehind = false;
  #mustBuild = false;
  #paced: PacedWal | undefined;
  readonly #watch = new ReplayWatch();
  /** Somebody needs all of it now: history is told later, from the archive. */
  #mustNotWait = false;
  #promoting: Promise<Promoted> | undefined;

  constructor(options: JailOptions, source: { readonly walSocketDirectory: string; readonly secret: string }) {
    this.#options = options;
    this.#source = source;
    this.#decoding = new Decoding(options.directory, options.log);
    this.#running = this.#keepRunning();
  }

  async health(): Promise<JailHealth> {
    return {
      compartment: this.#options.compartment,
      mode: 'standby',
      ...this.#progress,
      systemId: this.#built?.systemId ?? null,
      timeline: this.#built?.timeline ?? null,
      base: this.#built?.base ?? null,
      replayLsn: this.#position?.replayLsn ?? null,
      receivedLsn: this.#position?.receivedLsn ?? null,
      archiveLsn: null,
      unreplayedBytes: null,
      leftOut: this.#built?.leftOut ?? [],
    };
  }

  requireReady() {
    if (this.#progress.state !== 'ready') throw notReady(this.#progress, this.#options.compartment);
    return { socketDirectory: this.#options.socketDirectory, compartment: this.#options.compartment, isWritable: false };
  }

  async position(waiting?: Waiting): Promise<JailPosition> {
    this.requireReady();
    if (!waiting) return this.#look();
    const signal = AbortSignal.any([waiting.signal, this.#stopping.signal]);
    return this.#watch.waitBeyond(waiting.after, { look: () => this.#look(), longestMs: waiting.longestMs, signal });
  }

  async makeImage(): Promise<never> {
    throw new EstateError(
      'compartment.wrong_state',
      'packing an image: a standby follows the archive; only a quarantine has an image',
    );
  }

  async openDecoding(after: Lsn, signal: AbortSignal): Promise<AsyncGenerator<Buffer>> {
    if (this.#mustNotWait) throw new EstateError('compartment.wrong_state', 'decoding: this standby is being promoted');
    const place = this.#place();
    const bases = (await this.#options.archive.listBases()).filter(({ systemId }) => systemId === place.systemId);
    const onBehind = () => {
      this.#isBehind = true;
    };
    return this.#decoding.open({ place, after, bases, signal, onBehind });
  }

  confirmDecoding(lsn: Lsn): Promise<void> {
    return this.#decoding.confirm(lsn);
  }

  async startDecoding(): Promise<void> {
    this.#place();
  }

  readDecodingCatalog() {
    return this.#decoding.catalog(this.#place());
  }

  async catchUp(lsn: Lsn): Promise<void> {
    this.#mustNotWait = true;
    await this.#decoding.close();
    const endsAtMs = performance.now() + CATCH_UP_MS;
    const end = new ReplayEnd(lsn);
    for (;;) {
      const position = this.#cluster && (await this.#look().catch(() => undefined));
      if (position && end.isReached(position, performance.now())) break;
      if (performance.now() > endsAtMs || this.#stopping.signal.aborted)
        throw new EstateError(
          'restore.failed',
          `catching up: ${this.#progress.message}; replayed ${this.#position?.replayLsn ?? 'nothing'}`,
        );
      await sleepMs(CATCH_UP_POLL_MS);
    }
    if (this.#progress.state === 'replaying')
      this.#progress = { state: 'ready', message: 'at the end of what was acknowledged', code: null };
  }

  promote(asked: { readonly timeline: number; readonly lsn: Lsn }): Promise<Promoted> {
    this.#promoting ??= this.#promote(asked).catch((error: unknown) => {
      this.#promoting = undefined;
      throw error;
    });
    return this.#promoting;
  }

  /** What is begun here is never taken for a standby again: a kill in between has it built anew. */
  async #promote({ timeline, lsn }: Promotion): Promise<Promoted> {
    await this.catchUp(lsn);
    const { directory, socketDirectory } = this.#options;
    const place = this.#place();
    await writeFile(this.#mark, `${timeline}\n`, { mode: 0o600 });
    await this.#decoding.remove(place);
    const promoted = await promoteCluster({ directory, socketDirectory, place }, timeline);
    await this.#session?.close();
    this.#session = undefined;
    await this.#cluster?.stop('fast');
    this.#cluster = undefined;
    this.#progress = { state: 'imaged', message: `promoted to timeline ${timeline}, and shut down`, code: null };
    return promoted;
  }

  get #mark(): string {
    return join(this.#options.directory, 'promoting');
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#decoding.close();
    await this.#cluster?.stop('fast');
    await this.#paced?.close();
    // A server still starting ends with this process.
    await Promise.race([this.#running, sleepMs(STOP_MS)]);
  }

  async #keepRunning(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        if (await this.#isPromoted()) return;
        await this.#runOnce();
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        // The server ended because it was promoted.
        if (this.#promoting) continue;
        this.#progress = failedWith(error);
        this.#options.log.warn({ err: error, compartment: this.#options.compartment }, 'the standby fails');
        await sleepMs(RETRY_MS, this.#stopping.signal).catch(() => undefined);
      } finally {
        if (!this.#promoting) await this.#shutDown();
      }
    }
  }

  /** Nothing follows a promotion but the end of this process. */
  async #isPromoted(): Promise<boolean> {
    if (!this.#promoting) return false;
    const promoted = await this.#promoting.catch(() => undefined);
    if (!promoted) await this.#shutDown();
    else await untilAborted(this.#stopping.signal);
    return promoted !== undefined;
  }

  /** Brings the standby up and follows it until it must be built anew or is stopped. */
  async #runOnce(): Promise<void> {
    await this.#decoding.load();
    await this.#pace();
    const reused = await this.#reuse();
    this.#built = reused ?? (await this.#build());
    await this.#start(reused !== undefined);
    for (;;) {
      await sleepMs(POLL_MS, this.#stopping.signal);
      if (this.#promoting || !(await this.#canFollow())) return;
      await this.#observe();
    }
  }

  /** What stands on disk, if it is of the joined cluster and starts. */
  async #reuse(): Promise<Built | undefined> {
    if (this.#failedStarts >= STARTS_BEFORE_REBUILD || this.#mustBuild || existsSync(this.#mark)) return undefined;
    const built = await readBuilt(this.#options.directory).catch(() => undefined);
    if (!built || built.mode !== 'standby') return undefined;
    const found = await readCheckpoint(join(this.#options.directory, 'pg')).catch(() => undefined);
    const stream = await this.#options.archive.readStream();
    return found && found.systemId === stream.systemId && built.timeline === stream.timeline ? built : undefined;
  }

  async #build(): Promise<Built> {
    this.#progress = { state: 'building', message: 'unpacking the newest base backup', code: null };
    this.#failedStarts = 0;
    this.#mustBuild = false;
    const { archive, directory, limitBytes, log } = this.#options;
    const built = await buildDirectory({
      archive,
      directory,
      limitBytes,
      log,
      mode: 'standby',
      followTimeline: undefined,
      targetLsn: undefined,
      decodeFrom: this.#decoding.wanted,
    });
    await rm(this.#mark, { force: true });
    return built;
  }

  // The slot is made while the standby stands at the end of its base: everything behind that can be decoded [H3].
  async #start(isReused: boolean): Promise<void> {
    this.#progress = { state: 'replaying', message: 'following the archive', code: null };
    const { binaries, directory, socketDirectory, compartment, log } = this.#options;
    this.#failedStarts += 1;
    this.#cluster = await startCluster({
      binaries,
      dataDirectory: join(directory, 'pg'),
      socketDirectory,
      settings: standbySettings(isReused ? this.#pacedSource() : undefined, compartment),
      hba: JAIL_HBA,
      log,
      waitFor: 'read-only',
      startTimeoutMs: START_MS,
    });
    this.#failedStarts = 0;
    const hasSlot = isReused && (await this.#decoding.isSound({ socketDirectory, compartment }));
    if (!hasSlot) {
      const begun = this.#decoding.beginSlot(this.#place(), !isReused);
      await begun.catch((error: unknown) => log.warn({ err: error, compartment }, 'history cannot be decoded'));
    }
    if (!isReused) await this.#cluster.reconfigure(standbySettings(this.#pacedSource(), compartment));
  }

  async #pace(): Promise<void> {
    const { socketDirectory, compartment, log } = this.#options;
    this.#paced ??= await PacedWal.listen({
      directory: join(dirname(socketDirectory), 'w'),
      sourceDirectory: this.#source.walSocketDirectory,
      gate: async (cleaning) => {
        if (!this.#mustNotWait) await this.#decoding.untilFree({ socketDirectory, compartment }, cleaning);
      },
      onPassed: (endLsn) => this.#watch.passed(endLsn),
      log,
    });
  }

  #pacedSource() {
    return { walSocketDirectory: this.#paced?.directory ?? this.#source.walSocketDirectory, secret: this.#source.secret };
  }

  #place(): DecodingPlace {
    const { socketDirectory, compartment } = this.#options;
    const built = this.#built;
    if (!built || !this.#cluster) throw notReady(this.#progress, compartment);
    return { socketDirectory, compartment, systemId: built.systemId, timeline: built.timeline, base: built.base };
  }

  async #observe(): Promise<void> {
    const { compartment, archive } = this.#options;
    const hasEnded = await Promise.race([this.#cluster?.exited.then(() => true), Promise.resolve(false)]);
    if (hasEnded) throw new EstateError('restore.failed', `following the archive of ${compartment}: the standby's server ended`);
    const { isPaused, replayLsn } = await this.#look();
    if (isPaused) {
      this.#progress = {
        state: 'failed',
        code: 'restore.failed',
        message: "replay is held up: headquarters' capacity settings exceed the standby's",
      };
      return;
    }
    if (this.#progress.state === 'ready') return;
    const flushedLsn = (await archive.readStream()).flushedLsn;
    const hasCaughtUp = replayLsn !== null && (flushedLsn === null || parseLsn(replayLsn) >= parseLsn(flushedLsn));
    if (hasCaughtUp) this.#progress = { state: 'ready', message: 'following the archive', code: null };
  }

  // Another cluster or timeline was joined: what was replayed here may lie beyond the place where it branched off.
  async #canFollow(): Promise<boolean> {
    if (this.#isBehind) {
      this.#isBehind = false;
      this.#mustBuild = true;
      return false;
    }
    const stream = await this.#options.archive.readStream().catch(() => undefined);
    if (!stream) return true;
    if (stream.systemId === this.#built?.systemId && stream.timeline === this.#built?.timeline) return true;
    this.#options.log.info(
      { compartment: this.#options.compartment, timeline: stream.timeline },
      'another timeline was joined: building anew',
    );
    return false;
  }

  async #look(): Promise<JailPosition & { readonly isPaused: boolean }> {
    try {
      this.#session ??= await JailSession.open(this.#options.socketDirectory, 'postgres');
      const position = await readPosition(this.#session);
      this.#position = position;
      return position;
    } catch (error) {
      await this.#session?.close();
      this.#session = undefined;
      throw error;
    }
  }

  async #shutDown(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
    await this.#decoding.close();
    await this.#cluster?.stop('fast');
    this.#cluster = undefined;
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
