import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { connectionTo, openAdmin } from '../session/connection.ts';
import { quoteLiteral } from '../session/quote.ts';
import { scramVerifier } from '../session/scram.ts';
import type { PostgresBinaries } from './binaries.ts';
import { readControlFile, setSystemIdentifier } from './control-file.ts';
import { copyTree, type Owner } from './copy-tree.ts';
import { isAlive } from './leftover-server.ts';
import { runProgram } from './run-program.ts';
import { startCluster } from './start-cluster.ts';
import { ensureTemplate, isDataDirectory } from './template.ts';
import { temporaryBase } from './temporary-base.ts';

/** What a new cluster is made from. */
export type CreateClusterOptions = {
  readonly binaries: PostgresBinaries;
  /** Will be made; its parent must exist or be makeable. */
  readonly dataDirectory: string;
  /** A pristine data directory, made at first use and shared by all clusters. */
  readonly templateDirectory: string;
  /** The uid and gid that will run the server; needs root. */
  readonly owner?: Owner;
  readonly superuserPassword: string;
  /** True for a cluster that need not survive a power cut: it is not synced to disk. */
  readonly isDisposable?: boolean;
};

/**
 * Makes a cluster with a system identifier and a superuser password of its own, or leaves an existing one as it is.
 * Until it is complete nothing stands at `dataDirectory`, so that a crash leaves no half-made cluster.
 * @throws EstateError `postgres.start_failed`, `config.invalid`
 */
export async function createCluster(options: CreateClusterOptions): Promise<{ created: boolean; systemIdentifier: string }> {
  const { binaries, dataDirectory } = options;
  refuseRoot(options.owner);
  const created = !(await isDataDirectory(dataDirectory));
  if (created) {
    await refuseForeignFiles(dataDirectory);
    await ensureTemplate(binaries, options.templateDirectory);
    await buildCluster(options);
  }
  return { created, systemIdentifier: (await readControlFile(dataDirectory)).systemIdentifier };
}

async function buildCluster(options: CreateClusterOptions): Promise<void> {
  const { binaries, dataDirectory, owner } = options;
  const parent = dirname(dataDirectory);
  await mkdir(parent, { recursive: true, mode: 0o755 });
  await removeAbandoned(parent, basename(dataDirectory));
  const building = join(parent, `${buildingPrefix(basename(dataDirectory))}${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await copyTree(options.templateDirectory, building, owner);
    await setSystemIdentifier(building, randomBytes(8).readBigUInt64LE() >> 1n);
    await setSuperuserPassword(building, options);
    if (options.isDisposable !== true) await runProgram(binaries.initdb, ['--sync-only', '-D', building], owner);
    await rename(building, dataDirectory);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

// Single-user mode would need a name for the uid; a server whose socket only its owner can reach does not.
async function setSuperuserPassword(dataDirectory: string, options: CreateClusterOptions): Promise<void> {
  const { binaries, owner } = options;
  const socketDirectory = await mkdtemp(join(await temporaryBase(), 'bh-'));
  if (owner !== undefined) await chown(socketDirectory, owner.uid, owner.gid);
  try {
    const cluster = await startCluster({
      binaries,
      dataDirectory,
      socketDirectory,
      ...(owner === undefined ? {} : { owner }),
      hba: ['local all postgres trust'],
      settings: options.isDisposable === true ? { fsync: 'off' } : {},
    });
    try {
      const admin = await openAdmin(connectionTo(socketDirectory, { database: 'postgres', role: 'postgres' }));
      await admin.query(`alter role postgres password ${quoteLiteral(scramVerifier(options.superuserPassword))}`);
      await admin.close();
    } finally {
      await cluster.stop('fast');
    }
  } finally {
    await rm(socketDirectory, { recursive: true, force: true });
  }
}

function refuseRoot(owner: Owner | undefined): void {
  if (process.getuid?.() !== 0 || (owner !== undefined && owner.uid !== 0)) return;
  throw new EstateError('config.invalid', 'creating a cluster: PostgreSQL does not run as root; name an owner with another uid');
}

async function refuseForeignFiles(dataDirectory: string): Promise<void> {
  const names = await readdir(dataDirectory).catch(() => []);
  if (names.length === 0) return;
  throw new EstateError(
    'config.invalid',
    `creating a cluster in ${dataDirectory}: the directory holds other files (${names.slice(0, 3).join(', ')}); move them away or choose another`,
  );
}

function buildingPrefix(name: string): string {
  return `.${name}-building-`;
}

async function removeAbandoned(parent: string, name: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    if (!entry.startsWith(buildingPrefix(name))) continue;
    const builder = Number.parseInt(entry.slice(buildingPrefix(name).length), 10);
    if (!isAlive(builder)) await rm(join(parent, entry), { recursive: true, force: true });
  }
}
