import { dirname } from 'node:path';
import { DISK, type Disk } from './disk.actions.ts';

/** Replaces a small file whole: a crash leaves the old content or the new, never a mixture. */
export async function writeDurably(path: string, content: string | Uint8Array, disk: Disk = DISK): Promise<void> {
  const sibling = `${path}.tmp`;
  const file = await disk.openWriting(sibling);
  try {
    await file.write(typeof content === 'string' ? Buffer.from(content) : content);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(sibling, path);
  await disk.syncDirectory(dirname(path));
}
