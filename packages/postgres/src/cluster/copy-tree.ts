import { constants } from 'node:fs';
import { chown, copyFile, lchown, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** A numeric Unix user and group. */
export type Owner = { readonly uid: number; readonly gid: number };

/** Copies a data directory: directories 0700, everything given to `owner`. `to` must not exist. */
export async function copyTree(from: string, to: string, owner: Owner | undefined): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyTree(source, target, owner);
    else if (entry.isSymbolicLink()) await copyLink(source, target, owner);
    else {
      await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      if (owner !== undefined) await chown(target, owner.uid, owner.gid);
    }
  }
  if (owner !== undefined) await chown(to, owner.uid, owner.gid);
}

async function copyLink(source: string, target: string, owner: Owner | undefined): Promise<void> {
  await symlink(await readlink(source), target);
  if (owner !== undefined) await lchown(target, owner.uid, owner.gid);
}
