import { spawn } from 'node:child_process';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from '@bulkhead/contracts';
import { EstateError, type Log, syncDirectory } from '@bulkhead/kernel';
import { type PostgresBinaries, readControlFile } from '@bulkhead/postgres';
import { chownTree, makeDirectory, type Owner } from '@bulkhead/supervision';
import { openWire, type WirePeer } from '@bulkhead/wire';
import { gatherBlobs } from './blobs.actions.ts';
import { takeHanded } from './handed.actions.ts';
import { evidenceName, type LayingStep, listOutdatedEvidence } from './image.rules.ts';
import { unpackImage } from './unpack.actions.ts';

const RECEIVE_LIMIT_MS = 14_400_000;

export type ImageDeps = {
  readonly recovery: WirePeer;
  readonly vault: WirePeer;
  readonly binaries: PostgresBinaries;
  /** The compartment's directory, which holds pg and blobs. */
  readonly directory: string;
  readonly pgOwner: Owner | undefined;
  readonly blobOwner: Owner | undefined;
  /** Where off-site lays promoted clusters for its stand-in; undefined at headquarters, which takes none. */
  readonly handed: string | undefined;
  readonly log: Log;
  /** How far it came, on disk. */
  readonly step: () => LayingStep | undefined;
  readonly reached: (step: LayingStep) => Promise<void>;
  /** Gives the new cluster's superuser a password that only we know. */
  readonly replaceSuperuser: () => Promise<void>;
};

/**
 * Puts a restored data directory, and the blobs its rows name, in the place of what stands, which is kept as evidence.
 * A kill at any moment is no harm: the next call goes on from the last step that was written down [O9].
 * Nothing may run on the data meanwhile.
 * @returns what was done, for people
 */
export async function layImage(deps: ImageDeps, image: Image, epoch: number, signal: AbortSignal): Promise<string> {
  const beganMs = performance.now();
  const place = (name: string) => join(deps.directory, name);
  await makeDirectory(deps.directory, { mode: 0o711 });
  if (deps.step() === undefined || deps.step() === 'unpacking') await unpackStep(deps, image, signal);
  let told = 'gone on after an interruption';
  if (deps.step() === 'unpacked') {
    told = await blobStep(deps, image, epoch, signal);
    await setAside(place('pg'), place(evidenceName('pg', epoch)));
    await setAside(place('blobs'), place(evidenceName('blobs', epoch)));
    await syncDirectory(deps.directory);
    await deps.reached('set-aside');
  }
  if (deps.step() === 'set-aside') {
    await moveIfThere(place('pg.new'), place('pg'));
    await moveIfThere(place('blobs.new'), place('blobs'));
    await syncDirectory(deps.directory);
    await deps.reached('swapped');
  }
  await deps.replaceSuperuser();
  for (const name of listOutdatedEvidence(await readdir(deps.directory))) await rm(place(name), { recursive: true, force: true });
  await deps.reached('laid');
  return `image ${image.id} laid down in ${Math.round(performance.now() - beganMs)} ms: ${told}`;
}

async function unpackStep(deps: ImageDeps, image: Image, signal: AbortSignal): Promise<void> {
  const fresh = join(deps.directory, 'pg.new');
  await deps.reached('unpacking');
  if (image.handed) await takeHanded(deps.handed, image, fresh);
  else await fetchImage(deps, image, fresh, signal);
  const { systemIdentifier } = await readControlFile(fresh).catch((cause: unknown) => {
    throw new EstateError('restore.failed', 'looking at an unpacked image: it holds no cluster', { cause });
  });
  if (systemIdentifier !== image.systemId) {
    throw new EstateError(
      'restore.failed',
      `looking at an unpacked image: it is of system ${systemIdentifier}, not ${image.systemId}`,
    );
  }
  await chownTree(fresh, deps.pgOwner);
  await syncCluster(deps.binaries, fresh, deps.pgOwner);
  await deps.reached('unpacked');
}

async function fetchImage(deps: ImageDeps, image: Image, fresh: string, signal: AbortSignal): Promise<void> {
  const call = { method: 'GET', path: `/images/${image.id}`, timeoutMs: RECEIVE_LIMIT_MS, signal } as const;
  const { body } = await openWire(deps.recovery, call);
  await unpackImage(body, image, fresh, signal);
}

async function blobStep(deps: ImageDeps, image: Image, epoch: number, signal: AbortSignal): Promise<string> {
  const standing = join(deps.directory, 'blobs');
  const from = (await exists(standing)) ? standing : join(deps.directory, evidenceName('blobs', epoch));
  const into = join(deps.directory, 'blobs.new');
  const { kept, fetched, missing } = await gatherBlobs(deps, image, { from, into }, signal);
  await chownTree(into, deps.blobOwner);
  return `${image.bytes} bytes; blobs: ${kept} kept, ${fetched} fetched from the vault, ${missing} missing there`;
}

/** Evidence of the same order is of an interrupted attempt at it. */
async function setAside(path: string, evidence: string): Promise<void> {
  if (!(await exists(path))) return;
  await rm(evidence, { recursive: true, force: true });
  await rename(path, evidence);
}

async function moveIfThere(from: string, to: string): Promise<void> {
  if (await exists(from)) await rename(from, to);
}

/** Brings a data directory to the disk as PostgreSQL itself would; initdb refuses to run as root. */
function syncCluster(binaries: PostgresBinaries, dataDirectory: string, owner: Owner | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(binaries.initdb, ['--sync-only', '-D', dataDirectory], {
      ...(owner === undefined ? {} : { uid: owner.uid, gid: owner.gid }),
      cwd: '/',
      env: { LC_ALL: 'C' },
      stdio: 'ignore',
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new EstateError('restore.failed', `bringing an unpacked image to the disk: initdb ended with ${code}`));
    });
  });
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
