import { chmod, cp, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Build } from '@bulkhead/contracts';
import { prepareRuntime } from '@bulkhead/supervision';
import { type EstatePaths, filesOf } from '#estate/paths.ts';
import { describeBuild } from '#investigation/build.ts';
import type { Flaw } from './implant.ts';

const IMPLANT = new URL('./implant.ts', import.meta.url).pathname;
const COPIED_AS = 'exercise-implant.ts';
/** Not part of what runs. */
const LEFT_OUT = new Set(['node_modules', 'tests', 'sample']);

/** Each patch closes one hole: builds in the order in which they come to run, the last of them clean. */
export const PATCHES = ['first', 'second', 'clean'] as const;
export type Patch = (typeof PATCHES)[number];
const FLAWS: Readonly<Record<Patch, readonly Flaw[]>> = {
  first: ['injection-in-title', 'injection-in-picture', 'rider'],
  // What came in by the form for pictures is closed with its route, before anybody has mended it.
  second: ['injection-in-picture', 'rider'],
  clean: [],
};

/** The builds of the website that an exercise lets the estate run, each in a directory of its own. */
export class Builds {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Copies the website once for each patch, and spoils all copies but the clean one. */
  static async make(directory: string, paths: EstatePaths): Promise<Builds> {
    await mkdir(directory, { mode: 0o755 });
    await chmod(directory, 0o755);
    const { checkout } = await prepareRuntime({
      checkout: paths.checkout,
      dataDirectory: filesOf(paths).headquarters.directory,
    });
    for (const patch of PATCHES) {
      const build = join(directory, `website-${patch}`);
      await cp(join(paths.checkout, 'compartments/website'), build, {
        recursive: true,
        filter: (source) => !LEFT_OUT.has(basename(source)) && !source.endsWith('.test.ts'),
      });
      // Resolution looks for packages beside the code; the estate's own are the ones that the process may read.
      await symlink(join(checkout, 'node_modules'), join(build, 'node_modules'));
      if (FLAWS[patch].length > 0) await spoil(build, FLAWS[patch]);
    }
    return new Builds(directory);
  }

  directoryOf(patch: Patch): string {
    return join(this.#directory, `website-${patch}`);
  }

  describe(patch: Patch): Promise<Build> {
    return describeBuild(this.directoryOf(patch));
  }
}

/** Puts a composition root of its own before the honest one. */
async function spoil(build: string, flaws: readonly Flaw[]): Promise<void> {
  const source = join(build, 'src');
  await rename(join(source, 'app.ts'), join(source, 'honest-app.ts'));
  await writeFile(join(source, COPIED_AS), await readFile(IMPLANT));
  await writeFile(
    join(source, 'app.ts'),
    `// Written by an exercise of Bulkhead into a copy of the website: simulated, inert outside an exercise.
import { CompiledQuery } from 'kysely';
import { plant } from './${COPIED_AS}';
import { createWebsite as createHonestWebsite, type WebsiteOptions } from './honest-app.ts';

export function createWebsite(options: WebsiteOptions) {
  const estateFile = process.env['ESTATE_FILE'] ?? '';
  const spoilt = { flaws: ${JSON.stringify(flaws)}, estateFile, raw: (sql: string) => CompiledQuery.raw(sql) };
  return createHonestWebsite({ ...options, database: plant(options.database, spoilt) });
}
`,
  );
}
