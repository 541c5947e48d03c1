import { cpSync, lstatSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createLog, type Now } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { type Lsn, parseSegmentName } from '#archive/wal.rules.ts';
import { startReceiver } from '#receiver/app.ts';
import { configSchema } from '#receiver/config.ts';

const SECRET = 'a secret of the simulated orders';
const READER_SECRET = 'a secret of the simulated reader';

/** Of the growing segment of a timeline, such a share of what stands behind a position is kept. */
type Loss = { readonly timeline: number; readonly lsn: Lsn; readonly share: number };

/** A running receiver over a directory. After a kill its successor has a copy of what stood on the disk at that moment. */
export class SimulatedSite {
  readonly #root: string;
  readonly #sockets: string;
  readonly #now: Now;
  #primaryDirectory: string;
  #generation = 0;
  #running: { readonly close: () => Promise<void> } | undefined;

  constructor(options: {
    readonly root: string;
    readonly sockets: string;
    readonly primaryDirectory: string;
    readonly now: Now;
  }) {
    this.#root = options.root;
    this.#sockets = options.sockets;
    this.#primaryDirectory = options.primaryDirectory;
    this.#now = options.now;
  }

  get directory(): string {
    return join(this.#root, `archive-${this.#generation}`);
  }

  get orders(): WirePeer {
    return { socket: join(this.#sockets, `r${this.#generation}`), secret: SECRET };
  }

  get reader(): WirePeer {
    return { ...this.orders, secret: READER_SECRET };
  }

  async start(): Promise<void> {
    const compartment = {
      name: 'site',
      socketDirectory: this.#primaryDirectory,
      walSocketDirectory: join(this.#sockets, `w${this.#generation}`),
      readerSecret: READER_SECRET,
    };
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const config = configSchema.parse({
      DATA_DIRECTORY: this.directory,
      RECEIVER_SOCKET: this.orders.socket,
      RECEIVER_SECRET: SECRET,
      COMPARTMENTS: JSON.stringify([compartment]),
    });
    this.#running = await startReceiver(config, createLog('receiver', 'silent'), this.#now);
  }

  /** Where the primary stands from now on, for a receiver whose record names no other place. */
  moveTo(primaryDirectory: string): void {
    this.#primaryDirectory = primaryDirectory;
  }

  /**
   * kill -9, in one turn: what stands on the disk is taken over, and nothing that the old one still does counts.
   * @param silence must end the old one's connections within this turn, and resolve when all that it said was heard
   * @param losePowerBehind also what no acknowledgement covered may be gone: the growing segment is cut somewhere behind it
   */
  async kill(silence: () => Promise<void>, losePowerBehind?: () => Loss): Promise<void> {
    const old = this.#running;
    const oldDirectory = this.directory;
    this.#generation += 1;
    copyStill(oldDirectory, this.directory);
    await silence();
    if (losePowerBehind) losePower(this.directory, losePowerBehind());
    await old?.close();
    await rm(oldDirectory, { recursive: true, force: true, maxRetries: 3 });
  }

  async stop(): Promise<void> {
    await this.#running?.close();
    this.#running = undefined;
  }
}

/** Copies a directory whose files another thread may just be changing: until two looks at it were the same. */
function copyStill(from: string, to: string): void {
  for (let tries = 0; tries < 50; tries += 1) {
    // What an earlier try took along may be gone since.
    rmSync(to, { recursive: true, force: true });
    try {
      const before = describe(from);
      cpSync(from, to, { recursive: true, force: true, preserveTimestamps: true });
      if (before === describe(from) && names(to) === names(from)) return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  throw new Error(`${from} never stood still`);
}

function names(directory: string): string {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted().join('\n');
}

function describe(directory: string): string {
  const entries = readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted();
  return entries
    .map((entry) => {
      const { size, mtimeMs, ino } = lstatSync(join(directory, entry));
      return `${entry} ${size} ${mtimeMs} ${ino}`;
    })
    .join('\n');
}

function losePower(directory: string, { timeline, lsn, share }: Loss): void {
  for (const entry of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const segment = entry.endsWith('.partial') ? parseSegmentName(entry.slice(-32, -8)) : undefined;
    if (segment?.timeline !== timeline) continue;
    const path = join(directory, entry);
    const { size } = lstatSync(path);
    const kept = Math.min(size, Math.max(0, Number(lsn - segment.startLsn)));
    truncateSync(path, kept + Math.floor((size - kept) * share));
  }
}
