import { chmod, lchown, lstat, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import type { Owner } from '../owner/owner.ts';

/**
 * Makes sure that a directory stands there with this mode and owner; parents are made with 0755.
 * @throws EstateError `config.invalid` if something else stands there, a link for instance
 */
export async function makeDirectory(
  path: string,
  options: { readonly mode: number; readonly owner?: Owner | undefined },
): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 }).catch((cause: unknown) => {
    throw new EstateError('config.invalid', `making the directory ${path}`, { cause });
  });
  const found = await lstat(path);
  if (!found.isDirectory()) throw new EstateError('config.invalid', `making the directory ${path}: something else stands there`);
  const { owner, mode } = options;
  if (owner && (found.uid !== owner.uid || found.gid !== owner.gid)) await lchown(path, owner.uid, owner.gid);
  if ((found.mode & 0o7777) !== mode) await chmod(path, mode);
}

/** Gives a tree to an owner. Links are given, never followed. Without an owner nothing happens. */
export async function chownTree(path: string, owner: Owner | undefined): Promise<void> {
  if (owner === undefined) return;
  const found = await lstat(path);
  if (found.uid !== owner.uid || found.gid !== owner.gid) await lchown(path, owner.uid, owner.gid);
  if (!found.isDirectory()) return;
  for (const name of await readdir(path)) await chownTree(join(path, name), owner);
}

/** Gives a tree to its owner if it belongs to another, as after a run as an ordinary user; nothing happens if none stands. */
export async function adoptTree(path: string, owner: Owner | undefined): Promise<void> {
  if (owner === undefined) return;
  const found = await lstat(path).catch(() => undefined);
  if (found && found.uid !== owner.uid) await chownTree(path, owner);
}

/**
 * Gives a process a file that only it can read, such as a key that root keeps to itself; returns its path.
 * What stood there is replaced, never written through: the directory may belong to the process.
 */
export async function handOverFile(content: string | Uint8Array, path: string, owner: Owner | undefined): Promise<string> {
  await rm(path, { force: true });
  const file = await open(path, 'wx', 0o400);
  try {
    await file.writeFile(content);
    // The file itself, not its name, behind which something else may stand by now.
    if (owner) await file.chown(owner.uid, owner.gid);
  } finally {
    await file.close();
  }
  return path;
}

/**
 * Checks that nobody else made this directory first, in /tmp for instance, and so owns whatever is put into it.
 * @throws EstateError `config.invalid`
 */
export async function requireOwnDirectory(path: string): Promise<void> {
  const { uid } = await lstat(path);
  if (process.getuid === undefined || uid === process.getuid()) return;
  throw new EstateError('config.invalid', `using ${path}: it belongs to another user (uid ${uid}); choose another directory`);
}
