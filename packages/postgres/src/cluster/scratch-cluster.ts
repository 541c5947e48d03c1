import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { type Admin, connectionTo, openAdmin } from '../session/connection.ts';
import { locateBinaries, type PostgresBinaries } from './binaries.ts';
import type { Owner } from './copy-tree.ts';
import { createCluster } from './create-cluster.ts';
import { isAlive } from './leftover-server.ts';
import { type RunningCluster, startCluster } from './start-cluster.ts';
import { ensureTemplate } from './template.ts';
import { temporaryBase } from './temporary-base.ts';

const PREFIX = 'bh-pg-';
const ABANDONED_AFTER_MS = 3_600_000;

// The server needs no name for its uid, only that it is not root's.
const UNPRIVILEGED: Owner = { uid: 65_534, gid: 65_534 };

/** A cluster for a test or a tool, in a temporary directory. */
export type ScratchCluster = {
  readonly cluster: RunningCluster;
  readonly admin: Admin;
  readonly socketDirectory: string;
  readonly dataDirectory: string;
  readonly superuserPassword: string;
  /** Ends the server and removes everything. May be called twice. */
  readonly stop: () => Promise<void>;
};

/**
 * Starts a throw-away cluster that does not outlive this process. As root it runs under an unprivileged uid.
 * It does not sync to disk: nothing of it is worth a power cut.
 */
export async function startScratchCluster(settings: Readonly<Record<string, string>> = {}): Promise<ScratchCluster> {
  const base = await temporaryBase();
  const owner = process.getuid?.() === 0 ? { owner: UNPRIVILEGED } : {};
  const { binaries, templateDirectory } = await placeScratchTemplate(base);
  await removeAbandoned(base);
  const directory = await mkdtemp(join(base, `${PREFIX}${process.pid}-`));
  await chmod(directory, 0o711);
  const remove = () => rm(directory, { recursive: true, force: true, maxRetries: 5 });
  try {
    const dataDirectory = join(directory, 'pg');
    const socketDirectory = join(directory, 's');
    const superuserPassword = randomBytes(16).toString('hex');
    await createCluster({ binaries, dataDirectory, templateDirectory, superuserPassword, isDisposable: true, ...owner });
    const cluster = await startCluster({
      binaries,
      dataDirectory,
      socketDirectory,
      settings: { max_connections: '40', fsync: 'off', full_page_writes: 'off', ...settings },
      ...owner,
    });
    const admin = await openAdmin(
      connectionTo(socketDirectory, { database: 'postgres', role: 'postgres', password: superuserPassword }),
    );
    const stop = async () => {
      await admin.close().catch(() => undefined);
      await cluster.stop('immediate');
      await remove();
    };
    return { cluster, admin, socketDirectory, dataDirectory, superuserPassword, stop };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The template of scratch clusters, made if it is missing: whoever lays it where a site keeps its own saves an initdb. */
export async function scratchTemplate(): Promise<{ readonly binaries: PostgresBinaries; readonly templateDirectory: string }> {
  const place = await placeScratchTemplate(await temporaryBase());
  await ensureTemplate(place.binaries, place.templateDirectory);
  return place;
}

async function placeScratchTemplate(base: string) {
  const isRoot = process.getuid?.() === 0;
  const binaries = await locateBinaries({ mustBeReadableByOthers: isRoot, copyInto: join(base, 'bulkhead-binaries') });
  const templateDirectory = join(base, `bulkhead-template-${process.getuid?.() ?? 0}-${binaries.version}`);
  await refuseForeignTemplate(templateDirectory);
  return { binaries, templateDirectory };
}

// The name is guessable and the place open to all: a template that somebody else put there could hold anything.
async function refuseForeignTemplate(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || (found.isDirectory() && found.uid === process.getuid?.())) return;
  throw new EstateError('config.invalid', `using the template ${path}: it belongs to another user; remove it`);
}

// Left by processes that were killed. The age is asked too: the process may live where its number means another.
async function removeAbandoned(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    if (!name.startsWith(PREFIX) || isAlive(Number.parseInt(name.slice(PREFIX.length), 10))) continue;
    const path = join(base, name);
    const found = await lstat(path).catch(() => undefined);
    const isOld =
      found !== undefined && found.uid === process.getuid?.() && performance.timeOrigin - found.mtimeMs > ABANDONED_AFTER_MS;
    if (isOld) await rm(path, { recursive: true, force: true });
  }
}
