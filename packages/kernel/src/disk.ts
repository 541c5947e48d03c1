import { open } from 'node:fs/promises';

/** Makes entries of a directory (created, renamed, removed) outlast a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
