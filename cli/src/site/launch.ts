import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { type Address, type SiteStatus, siteStatusSchema } from '@bulkhead/contracts';
import { EstateError, sleepMs } from '@bulkhead/kernel';
import { makeDirectory, ofRootAlone } from '@bulkhead/supervision';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { type EstatePaths, filesOf, type SiteName } from '#estate/paths.ts';

export type Site = {
  readonly name: SiteName;
  readonly process: ChildProcess;
  readonly control: WirePeer;
  readonly exited: Promise<number | null>;
};

/** Secrets by which the cli speaks to a site's supervisor, and off-site to the desk, in this run. */
export type RunSecrets = { readonly control: string; readonly desk: string };

export type LaunchOptions = {
  readonly postgres?: string | undefined;
  readonly logLevel?: string | undefined;
  readonly uidBase: number;
  /** On two hosts: where off-site listens. */
  readonly link?: Address | null | undefined;
};

/** Draws the secrets of a site's run. */
export function drawRunSecrets(): RunSecrets {
  const draw = () => randomBytes(32).toString('hex');
  return { control: draw(), desk: draw() };
}

/** Where each site's users begin in the estate's range. */
const UID_OFFSET: Record<SiteName, number> = { headquarters: 0, offsite: 400 };

/**
 * Starts one site's supervisor as a sibling of the other's, in a session of its own, so that Ctrl-C reaches
 * this process alone. Its standard input stays open while this process lives: its end stops the site.
 */
export async function launchSite(name: SiteName, paths: EstatePaths, secrets: RunSecrets, options: LaunchOptions): Promise<Site> {
  const files = filesOf(paths);
  await makeDirectory(files.logs, { mode: 0o700 });
  const common = {
    BULKHEAD_SUPERVISED: '1',
    ESTATE_FILE: files[name].estate,
    TRUST_FILE: files[name].trust,
    LINK_FILE: files[name].link,
    DATA_DIRECTORY: files[name].directory,
    RUNTIME_DIRECTORY: paths.runtime,
    CHECKOUT: paths.checkout,
    CONTROL_SECRET: secrets.control,
    UID_BASE: String(options.uidBase + UID_OFFSET[name]),
    ...(options.postgres ? { POSTGRES_INSTALLATION: options.postgres } : {}),
    ...(options.logLevel ? { LOG_LEVEL: options.logLevel } : {}),
    ...(options.link ? linkOf(files[name].linkDirectory, options.link) : {}),
  };
  const own =
    name === 'headquarters'
      ? {
          SIGNING_KEY_FILE: files.headquarters.jobKey,
          GATEWAY_KEY_FILE: files.headquarters.gatewayKey,
          COOKIE_KEY_FILE: files.headquarters.cookieKey,
        }
      : {
          ORDER_KEY_FILE: files.offsite.orderKey,
          EDITION_KEY_FILE: files.offsite.editionKey,
          LEDGER_KEY_FILE: files.offsite.ledgerKey,
          HEADQUARTERS_SOCKETS: join(paths.runtime, 'hq'),
          DESK_SECRET: secrets.desk,
        };
  const entry = join(
    paths.checkout,
    name === 'headquarters' ? 'headquarters/supervisor/src/main.ts' : 'offsite/src/supervisor/main.ts',
  );
  const child = spawn(process.execPath, ['--disallow-code-generation-from-strings', entry], {
    cwd: '/',
    detached: true,
    env: { ...common, ...own, ...(await ofRootAlone(paths.checkout)) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(files.logs, `${name}-supervisor.log`), { flags: 'a', mode: 0o600 });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve).once('error', () => resolve(null)));
  return { name, process: child, control: { socket: files[name].control, secret: secrets.control }, exited };
}

function linkOf(directory: string, { host, port }: Address): Record<string, string> {
  return { LINK_DIRECTORY: directory, LINK_HOST: host, LINK_PORT: String(port) };
}

/** Asks a site for its processes and compartments; undefined while it does not answer yet. */
export async function askSite(control: WirePeer, timeoutMs = 2000): Promise<SiteStatus | undefined> {
  return callWire(control, { method: 'GET', path: '/status', timeoutMs }, siteStatusSchema).catch(() => undefined);
}

/**
 * Waits until a site says that it is ready, telling each change of its processes.
 * @throws EstateError `process.start_failed` when its supervisor ends, when for `stillMs` none of its processes got on, or when
 * `timeoutMs` pass
 */
export async function untilReady(
  site: Site,
  options: {
    readonly stillMs: number;
    readonly timeoutMs: number;
    readonly onChange: (status: SiteStatus) => void;
    readonly logs: string;
  },
): Promise<SiteStatus> {
  let ended: number | null | undefined;
  void site.exited.then((code) => (ended = code));
  const begunMs = performance.now();
  let changedMs = begunMs;
  let told = '';
  for (;;) {
    if (ended !== undefined)
      throw new EstateError(
        'process.start_failed',
        `starting ${site.name}: its supervisor ended with ${ended}; see ${options.logs}/${site.name}-supervisor.log`,
      );
    const status = await askSite(site.control);
    if (status) {
      const shown = status.processes.map(({ name, state }) => `${name}:${state}`).join(' ');
      if (shown !== told) {
        changedMs = performance.now();
        options.onChange(status);
      }
      told = shown;
      if (status.ready) return status;
    }
    const nowMs = performance.now();
    if (nowMs - changedMs > options.stillMs || nowMs - begunMs > options.timeoutMs)
      throw new EstateError(
        'process.start_failed',
        `starting ${site.name}: ${tellUnready(status)} after ${Math.round((nowMs - begunMs) / 1000)} s; see ${options.logs}`,
      );
    await sleepMs(100);
  }
}

/** What a site that is not ready yet waits for. */
export function tellUnready(status: SiteStatus | undefined): string {
  if (!status) return 'its supervisor does not answer';
  const late = status.processes
    .filter(({ state }) => state !== 'running')
    .map(({ name, state, detail }) => `${name} is ${state}${detail ? ` (${detail})` : ''}`);
  return late.length > 0 ? late.join(', ') : 'its compartments are not ready';
}

/** Asks a site to stop, and makes sure that it did: SIGTERM first, SIGKILL after `graceMs`. */
export async function stopSite(site: Site, graceMs = 30_000): Promise<void> {
  if (site.process.exitCode !== null || site.process.signalCode !== null) return;
  site.process.kill('SIGTERM');
  const forced = setTimeout(() => site.process.kill('SIGKILL'), graceMs);
  await site.exited;
  clearTimeout(forced);
}
