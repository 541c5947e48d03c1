import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { handOverFile, makeDirectory, type Owner } from '@bulkhead/supervision';
import { generateIdentity } from 'age-encryption';
import { writeDurably } from '#archive/files.actions.ts';
import { innerDirectory, type Layout } from '#supervisor/layout/layout.rules.ts';

/**
 * The identity with which this site opens the archive's keys: made once, and never among what it opens. With uids of
 * their own the receiver gets a copy beside its sockets, which no copy of the archive's disk holds.
 */
export async function handOutIdentity(layout: Layout, owner: Owner | undefined): Promise<string> {
  const original = join(layout.data, 'secrets', 'archive-identity.txt');
  await makeDirectory(dirname(original), { mode: 0o711 });
  // On disk before a key is wrapped to it.
  if (!existsSync(original)) await writeDurably(original, `${await generateIdentity()}\n`);
  if (owner === undefined) return original;
  return handOverFile(await readFile(original), join(innerDirectory(layout, 'receiver'), 'identity.txt'), owner);
}
