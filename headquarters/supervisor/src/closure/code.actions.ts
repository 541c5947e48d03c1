import { chmod, cp, lstat, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Build } from '@bulkhead/contracts';
import { EstateError, type Log, sleepMs } from '@bulkhead/kernel';
import { digestDirectory, fingerprintDirectory } from '@bulkhead/supervision';
import type { Reports } from '#report/report.actions.ts';

const LOOK_MS = 2000;
const DIGITS = 12;

export type CodeDeps = {
  readonly compartment: string;
  /** The code that runs where no order names another. */
  readonly usual: string;
  /** Where ordered builds are copied to. */
  readonly builds: string;
  /** What their imports are found in. */
  readonly modules: string;
  /** The digest of the usual code at the last start, on disk. */
  readonly noted: () => string | null;
  readonly note: (sha256: string) => Promise<void>;
  readonly reports: Pick<Reports, 'finding'>;
  readonly log: Log;
};

type Ready = { readonly directory: string; readonly sha256: string; readonly isOrdered: boolean };

/** The code of one compartment: which is to run, and whether its files are still those that were meant [O12]. */
export class Code {
  readonly #deps: CodeDeps;
  #ready: Ready | undefined;
  #told = '';

  constructor(deps: CodeDeps) {
    this.#deps = deps;
  }

  /** Where the process is started from. */
  get directory(): string {
    return this.#ready?.directory ?? this.#deps.usual;
  }

  /** Of the files that run, if an order named them. */
  get orderedDigest(): string | null {
    return this.#ready?.isOrdered ? this.#ready.sha256 : null;
  }

  /**
   * Makes ready what is to be started. An ordered build is copied to where only the supervisor writes, and compared by its
   * digest at each start; the usual code is compared with what it was before.
   * @throws EstateError `code.changed` if an ordered build is not what was ordered: it is not started
   */
  async prepare(build: Build | undefined): Promise<void> {
    this.#ready = build ? await this.#prepareOrdered(build) : await this.#prepareUsual();
  }

  /** Looks at the files while they run, until the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    let seen: { readonly ready: Ready; readonly fingerprint: string } | undefined;
    while (!signal.aborted) {
      await sleepMs(LOOK_MS, signal).catch(() => undefined);
      const ready = this.#ready;
      if (signal.aborted || ready === undefined) continue;
      try {
        const fingerprint = await fingerprintDirectory(ready.directory);
        if (seen?.ready === ready && seen.fingerprint === fingerprint) continue;
        const sha256 = await digestDirectory(ready.directory);
        if (sha256 !== ready.sha256) this.#tell(ready, sha256, 'while it runs');
        seen = { ready, fingerprint };
      } catch (error) {
        this.#deps.log.warn({ err: error, compartment: this.#deps.compartment }, 'looking at the files of the code');
      }
    }
  }

  async #prepareUsual(): Promise<Ready> {
    const { usual: directory, noted, note } = this.#deps;
    const sha256 = await digestDirectory(directory);
    const before = this.#ready?.isOrdered === false ? this.#ready.sha256 : noted();
    if (before !== null && before !== sha256)
      this.#tell({ directory, sha256: before, isOrdered: false }, sha256, 'since its last start');
    if (noted() !== sha256) await note(sha256);
    return { directory, sha256, isOrdered: false };
  }

  async #prepareOrdered({ directory: source, sha256 }: Build): Promise<Ready> {
    const { compartment, builds, modules } = this.#deps;
    const directory = join(builds, `${compartment}-${sha256.slice(0, DIGITS)}`);
    const ready = { directory, sha256, isOrdered: true };
    const standing = await digestDirectory(directory).catch(() => undefined);
    if (standing === sha256) return ready;
    if (standing !== undefined) this.#tell(ready, standing, 'since it was copied');
    const building = `${directory}.new`;
    await rm(building, { recursive: true, force: true });
    await mkdir(builds, { recursive: true, mode: 0o755 });
    await symlink(modules, join(builds, 'node_modules')).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await cp(source, building, { recursive: true, filter: isOfBuild }).catch((cause: unknown) => {
      throw new EstateError('code.changed', `starting ${compartment}: its ordered build cannot be read at ${source}`, { cause });
    });
    // Compared after copying: nobody but the supervisor can change the copy.
    const copied = await digestDirectory(building);
    if (copied !== sha256) {
      await rm(building, { recursive: true, force: true });
      this.#tell(ready, copied, 'since it was ordered');
      throw new EstateError(
        'code.changed',
        `starting ${compartment}: the build at ${source} has another digest than was ordered`,
      );
    }
    await letAllRead(building);
    await rm(directory, { recursive: true, force: true });
    await rename(building, directory);
    return ready;
  }

  #tell({ directory, sha256, isOrdered }: Ready, found: string, when: string): void {
    if (this.#told === found) return;
    this.#told = found;
    const { compartment, reports } = this.#deps;
    reports.finding({
      rule: 'code.changed',
      compartment,
      summary: `The code of ${compartment} changed ${when}${isOrdered ? ': it is not what was ordered' : ''}`,
      evidence: { directory: directory.slice(-400), expected: sha256, found },
    });
  }
}

/** What the digest of a build counts: files, without installed packages and links. */
async function isOfBuild(path: string): Promise<boolean> {
  return basename(path) !== 'node_modules' && !(await lstat(path)).isSymbolicLink();
}

async function letAllRead(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await letAllRead(path);
    else if (entry.isFile()) await chmod(path, 0o644);
  }
}
