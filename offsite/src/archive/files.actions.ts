import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from '@bulkhead/kernel';

/** Replaces a small file whole: a crash leaves the old content or the new, never a mixture. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const sibling = `${path}.tmp`;
  const handle = await open(sibling, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(sibling, path);
  await syncDirectory(dirname(path));
}

/** Tells whether a file operation failed for want of room. */
export function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}
