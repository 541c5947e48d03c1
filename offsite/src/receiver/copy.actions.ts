import { constants, copyFile, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArchiveCopied, ControlKind } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { isArtefact, isChanging, isPassing, placeOfDamage } from './copy.rules.ts';

/** Copies of archives, for drills: below the receiver's own directory, so that their files can be links. */
const COPIES = '.copies';
const ATTEMPTS = 5;

/** Copies are of no use after a restart. */
export async function removeCopies(dataDirectory: string): Promise<void> {
  await rm(join(dataDirectory, COPIES), { recursive: true, force: true });
}

export async function removeCopy(dataDirectory: string, id: string): Promise<void> {
  await rm(join(dataDirectory, COPIES, id), { recursive: true, force: true });
}

/**
 * Makes a copy of a compartment's archive beside it: links to the files that never change, bytes of its own for those that do.
 * The damage goes into a file of its own, which then takes the link's place: nothing is ever written through a link.
 * @throws EstateError `archive.gap` if the archive changed all the while
 */
export async function copyArchive(
  dataDirectory: string,
  asked: { readonly compartment: string; readonly id: string; readonly damage: ControlKind | null; readonly seed: number },
): Promise<ArchiveCopied> {
  const { compartment, id, damage, seed } = asked;
  const from = join(dataDirectory, compartment);
  const directory = join(dataDirectory, COPIES, id);
  const into = join(directory, compartment);
  for (let attempt = 1; ; attempt += 1) {
    await rm(directory, { recursive: true, force: true });
    await mkdir(into, { recursive: true, mode: 0o700 });
    try {
      await copyBeside(dataDirectory, directory);
      const files = await linkAll(from, into);
      return { directory, damaged: damage === null ? null : await plant(into, damage, seed, files) };
    } catch (error) {
      // A segment was packed meanwhile: its raw file is gone.
      if (!isGone(error) || attempt === ATTEMPTS) {
        throw new EstateError('archive.gap', `copying the archive of ${compartment} for a drill`, { cause: error });
      }
    }
  }
}

// What lies beside the compartments, such as the identity that opens their keys, is small.
async function copyBeside(dataDirectory: string, into: string): Promise<void> {
  for (const entry of await readdir(dataDirectory, { withFileTypes: true })) {
    if (entry.isFile() && !isPassing(entry.name)) await copyFile(join(dataDirectory, entry.name), join(into, entry.name));
  }
}

// What changes comes last: an index then tells of every segment that was linked.
async function linkAll(from: string, into: string): Promise<string[]> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(from.length + 1))
    .filter((path) => !isPassing(path))
    .toSorted((left, right) => Number(isChanging(left)) - Number(isChanging(right)) || (left < right ? -1 : 1));
  for (const path of files) {
    await mkdir(dirname(join(into, path)), { recursive: true, mode: 0o700 });
    if (isChanging(path)) await copyFile(join(from, path), join(into, path));
    else await link(join(from, path), join(into, path));
  }
  return files;
}

/** Damages the newest file of the kind, or one of the segments. */
async function plant(into: string, kind: ControlKind, seed: number, files: readonly string[]): Promise<ArchiveCopied['damaged']> {
  const found = files.filter((path) => isArtefact(kind, path));
  const sized = await Promise.all(found.map(async (path) => ({ path, ...(await sizeOf(join(into, path))) })));
  const candidates = sized.filter(({ bytes }) => bytes > 0).toSorted((left, right) => left.atMs - right.atMs);
  const chosen = kind === 'segment' ? candidates[seed % Math.max(1, candidates.length)] : candidates.at(-1);
  if (!chosen) return null;
  const at = placeOfDamage(kind, chosen.bytes, seed);
  await damageFile(join(into, chosen.path), at);
  return { path: chosen.path, at };
}

async function sizeOf(path: string): Promise<{ readonly bytes: number; readonly atMs: number }> {
  const { size, mtimeMs } = await stat(path);
  return { bytes: size, atMs: mtimeMs };
}

async function damageFile(path: string, at: number): Promise<void> {
  const own = `${path}.damaged`;
  await copyFile(path, own, constants.COPYFILE_FICLONE);
  const handle = await open(own, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, at);
    await handle.write(Buffer.from([(byte[0] ?? 0) ^ 0x01]), 0, 1, at);
  } finally {
    await handle.close();
  }
  await rename(own, path);
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
