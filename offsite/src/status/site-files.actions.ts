import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { sha256Hex } from '@bulkhead/kernel';

/** A file of the site as it is answered. */
export type SiteFile = { readonly bytes: Buffer; readonly etag: string; readonly contentType: string };

/** Path as browsers ask for it → content. A path that ends in a slash is a folder's index.html. */
export type Rendering = ReadonlyMap<string, string | Uint8Array>;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  atom: 'application/atom+xml; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
};

/** The files of the site: on the disk for any static server, and held here to be answered. */
export class Site {
  readonly #directory: string;
  #files: ReadonlyMap<string, SiteFile>;

  constructor(directory: string, files: ReadonlyMap<string, SiteFile>) {
    this.#directory = directory;
    this.#files = files;
  }

  find(path: string): SiteFile | undefined {
    return this.#files.get(path);
  }

  /**
   * Replaces the site. On the disk each file changes at once. All are answered anew even if the disk has no room:
   * what the public is told must not depend on it.
   */
  async replace(rendering: Rendering): Promise<void> {
    const before = this.#files;
    const next = new Map([...rendering].map(([path, content]) => [path, makeFile(path, Buffer.from(content))]));
    this.#files = next;
    for (const [path, file] of next)
      if (before.get(path)?.etag !== file.etag) await writeFileAtOnce(fileOf(this.#directory, path), file.bytes);
    for (const path of before.keys()) if (!next.has(path)) await rm(fileOf(this.#directory, path), { force: true });
  }
}

/** Opens the site's directory: what was rendered before is answered at once. */
export async function openSite(directory: string): Promise<Site> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const files = new Map<string, SiteFile>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.tmp')) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(directory, file)}`.replace(/(?<=\/)index\.html$/, '');
    files.set(path, makeFile(path, await readFile(file)));
  }
  return new Site(directory, files);
}

function makeFile(path: string, bytes: Buffer): SiteFile {
  const extension = path.endsWith('/') ? 'html' : (path.split('.').at(-1) ?? '');
  const contentType = CONTENT_TYPES[extension] ?? 'application/octet-stream';
  return { bytes, contentType, etag: `"${sha256Hex(bytes).slice(0, 32)}"` };
}

function fileOf(directory: string, path: string): string {
  return join(directory, path.endsWith('/') ? `${path}index.html` : path);
}

// Not flushed to the disk: the site is made again from the facts and notices, which are.
async function writeFileAtOnce(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const handle = await open(`${path}.tmp`, 'w', 0o644);
  try {
    await handle.writeFile(bytes);
  } finally {
    await handle.close();
  }
  await rename(`${path}.tmp`, path);
}
