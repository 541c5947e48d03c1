import { globSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EstateError } from '@bulkhead/kernel';
import { describeSchemas, writeSchemas } from '#schema-files.ts';

/** A whole compartment, called newcomer: it is checked and tested where it stands. */
const TEMPLATE = fileURLToPath(new URL('./template', import.meta.url));

type Dependencies = Readonly<Record<string, string>>;
type Package = { readonly dependencies?: Dependencies; readonly devDependencies?: Dependencies };

/**
 * Makes the directory of a new compartment with all its rooms; its schema files come from its migrations.
 * Nothing is left of one that could not be finished.
 * @returns the paths of its files, from the directory on
 * @throws EstateError `input.invalid` if the directory exists, or the one around it does not
 */
export async function makeCompartment(directory: string, checkout: string): Promise<readonly string[]> {
  await mkdir(directory).catch((cause: unknown) => {
    throw cannotMake(directory, cause);
  });
  try {
    const versions = await readVersions(checkout);
    const files = await readTemplate(basename(directory));
    for (const [path, text] of files) {
      const file = join(directory, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, path === 'package.json' ? withVersions(text, versions) : text);
    }
    await writeSchemas(await describeSchemas([directory]));
    return [...files.keys()].sort();
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

function cannotMake(directory: string, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EEXIST')
    return new EstateError('input.invalid', `making ${directory}: it exists already; choose another name, or remove it first`);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new EstateError('input.invalid', `making ${directory}: ${dirname(directory)} is no directory; make it first`);
  return cause;
}

/** The template's files by path, in the words of a compartment of this name. */
async function readTemplate(name: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(TEMPLATE, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(TEMPLATE, join(entry.parentPath, entry.name)));
  const title = titleOf(name);
  const inOwnWords = (text: string) => text.replaceAll('newcomer', name).replaceAll('Newcomer', title);
  const read = async (path: string) => [inOwnWords(path), inOwnWords(await readFile(join(TEMPLATE, path), 'utf8'))] as const;
  return new Map(await Promise.all(paths.map(read)));
}

function titleOf(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`;
}

/** The versions that the compartments of a checkout ask for. */
async function readVersions(checkout: string): Promise<Dependencies> {
  const files = globSync('compartments/*/package.json', { cwd: checkout }).sort();
  const asked: Dependencies[] = [];
  for (const file of files) {
    const { dependencies, devDependencies }: Package = JSON.parse(await readFile(join(checkout, file), 'utf8'));
    asked.push({ ...devDependencies, ...dependencies });
  }
  return Object.assign({}, ...asked);
}

function withVersions(text: string, versions: Dependencies): string {
  const template: Package = JSON.parse(text);
  const inStep = (dependencies: Dependencies = {}) =>
    Object.fromEntries(Object.entries(dependencies).map(([name, version]) => [name, versions[name] ?? version]));
  const { dependencies, devDependencies } = template;
  const written = { ...template, dependencies: inStep(dependencies), devDependencies: inStep(devDependencies) };
  return `${JSON.stringify(written, null, 2)}\n`;
}
