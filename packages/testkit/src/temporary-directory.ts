import { rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes a directory with a path short enough for sockets, and removes it when this process ends.
 * Other uids can pass through it, as servers that run under their own must.
 */
export async function temporaryDirectory(): Promise<string> {
  const base = tmpdir().length <= 40 ? tmpdir() : '/tmp';
  const directory = await mkdtemp(join(base, 'bh-'));
  await chmod(directory, 0o711);
  // Not a hook of the test runner: one registered inside `before` would run as soon as that is over.
  process.once('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}
