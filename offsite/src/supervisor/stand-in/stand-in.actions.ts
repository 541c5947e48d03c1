import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProcessStatus, siteStatusSchema } from '@bulkhead/contracts';
import { type Log, type Now, sleepMs } from '@bulkhead/kernel';
import { makeDirectory } from '@bulkhead/supervision';
import { callWire } from '@bulkhead/wire';
import type { StandInLayout } from './stand-in.rules.ts';

const GRACE_MS = 30_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const DOORS = ['recovery', 'publisher', 'vault'] as const;

export type StandInDeps = {
  readonly place: StandInLayout;
  /** Off-site's own sockets, with the well-known names. */
  readonly offsiteSockets: string;
  readonly checkout: string;
  readonly uidBase: number;
  readonly postgres: string | undefined;
  readonly logLevel: string;
  readonly log: Log;
  readonly now: Now;
};

/**
 * Headquarters' own supervisor, run by off-site with a directory, users, keys and sockets of its own. It serves nothing before it is
 * in charge: recovery answers it no order.
 */
export class StandIn {
  readonly #deps: StandInDeps;
  readonly #controlSecret = randomBytes(32).toString('hex');
  #child: ChildProcess | undefined;
  #isWanted = false;
  #living: Promise<void> = Promise.resolve();
  #restarts = 0;
  #startedAt: Date | null = null;

  constructor(deps: StandInDeps) {
    this.#deps = deps;
  }

  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** Starts it if it does not run, and keeps it running. */
  async start(): Promise<void> {
    if (this.#isWanted) return;
    this.#isWanted = true;
    await this.#openDoors();
    this.#living = this.#live();
  }

  async stop(): Promise<void> {
    this.#isWanted = false;
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      const forced = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await this.#living;
      clearTimeout(forced);
    }
    await this.#living;
  }

  /** What `bulkhead status` shows: the stand-in and all that it keeps; empty when it does not run. */
  async status(): Promise<readonly ProcessStatus[]> {
    if (!this.#isWanted) return [];
    const own: ProcessStatus = {
      name: 'stand-in',
      state: this.#child ? 'running' : 'backing-off',
      pid: this.#child?.pid ?? null,
      uid: process.getuid?.() ?? null,
      restarts: this.#restarts,
      startedAt: this.#startedAt?.toISOString() ?? null,
      memoryBytes: null,
      cpuPercent: null,
      detail: null,
    };
    const peer = { socket: join(this.#deps.place.sockets, 'supervisor.sock'), secret: this.#controlSecret };
    const kept = await callWire(peer, { method: 'GET', path: '/status', timeoutMs: 1000 }, siteStatusSchema).catch(
      () => undefined,
    );
    return [own, ...(kept?.processes ?? []).map((one) => ({ ...one, name: `stand-in-${one.name}` }))];
  }

  /** Links with the names that headquarters' code knows; only this supervisor can make them. */
  async #openDoors(): Promise<void> {
    const { place, offsiteSockets } = this.#deps;
    await makeDirectory(place.site, { mode: 0o711 });
    await makeDirectory(place.runtime, { mode: 0o711 });
    await rm(place.sockets, { recursive: true, force: true });
    await makeDirectory(place.doors, { mode: 0o711 });
    for (const name of DOORS) {
      const path = join(place.doors, `${name}.sock`);
      await rm(path, { force: true });
      await symlink(join(offsiteSockets, `${name}.sock`), path);
    }
  }

  async #live(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; this.#isWanted; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      const code = await this.#runOnce();
      if (!this.#isWanted) return;
      this.#deps.log.error({ code }, 'the stand-in ended unasked; starting it again');
      this.#restarts += 1;
      await sleepMs(pauseMs);
    }
  }

  #runOnce(): Promise<number | null> {
    const { checkout, place, log, now } = this.#deps;
    const entry = join(checkout, 'headquarters/supervisor/src/main.ts');
    const child = spawn(process.execPath, [entry], {
      cwd: '/',
      detached: true,
      env: this.#environment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // Kept open for its whole life: its end tells it that we are gone.
    child.stdin.on('error', () => undefined);
    const output = createWriteStream(place.log, { flags: 'a', mode: 0o600 });
    child.stdout.pipe(output, { end: false });
    child.stderr.pipe(output, { end: false });
    this.#child = child;
    this.#startedAt = now();
    return new Promise((resolve) => {
      const ended = (code: number | null) => {
        this.#child = undefined;
        output.end();
        resolve(code);
      };
      child.once('exit', ended);
      child.once('error', (error) => {
        log.error({ err: error }, 'starting the stand-in');
        ended(null);
      });
    });
  }

  #environment(): Record<string, string> {
    const { place, checkout, uidBase, postgres, logLevel } = this.#deps;
    return {
      BULKHEAD_SUPERVISED: '1',
      ESTATE_FILE: place.estateFile,
      TRUST_FILE: place.trustFile,
      LINK_FILE: place.linkFile,
      SIGNING_KEY_FILE: place.jobKeyFile,
      GATEWAY_KEY_FILE: place.gatewayKeyFile,
      COOKIE_KEY_FILE: place.cookieKeyFile,
      DATA_DIRECTORY: place.site,
      RUNTIME_DIRECTORY: place.runtime,
      HANDED_DIRECTORY: place.handed,
      CHECKOUT: checkout,
      CONTROL_SECRET: this.#controlSecret,
      UID_BASE: String(uidBase),
      ...(postgres === undefined ? {} : { POSTGRES_INSTALLATION: postgres }),
      LOG_LEVEL: logLevel,
    };
  }
}
