import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Header, pack } from 'tar-stream';

/** Packs a directory as an image is: names relative to it, directories first. */
export async function packDirectory(directory: string): Promise<Buffer> {
  const tar = pack();
  const packed = buffer(tar);
  await addEntries(tar, directory, directory);
  tar.finalize();
  return packed;
}

/** Packs entries just as given, good or bad. */
export async function packEntries(
  entries: readonly { readonly header: Partial<Header> & Pick<Header, 'name'>; readonly content?: string }[],
): Promise<Buffer> {
  const tar = pack();
  const packed = buffer(tar);
  for (const { header, content } of entries) tar.entry(header, content ?? '');
  tar.finalize();
  return packed;
}

async function addEntries(tar: ReturnType<typeof pack>, root: string, directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const found = await stat(path);
    const entryName = relative(root, path);
    if (found.isDirectory()) {
      tar.entry({ name: `${entryName}/`, type: 'directory', mode: 0o700 });
      await addEntries(tar, root, path);
    } else if (found.isFile()) {
      tar.entry({ name: entryName, type: 'file', mode: 0o600 }, await readFile(path));
    }
  }
}
