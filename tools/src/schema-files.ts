import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { manifestSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import {
  type Admin,
  connectionTo,
  describeSchema,
  describeTypes,
  type Extension,
  migrate,
  prepareDatabase,
  rolesOf,
  startScratchCluster,
} from '@bulkhead/postgres';
import { z } from 'zod';

// The cluster lives for seconds, in a directory that only its server's user can look into.
const PASSWORDS = { owner: 'owner of a dump', app: 'app of a dump', reader: 'reader of a dump', offsite: 'off-site of a dump' };

/** A file that follows from migrations. */
export type SchemaFile = { readonly path: string; readonly content: string };

/**
 * The directories below `root` that have migrations: compartments and off-site; only those named, if any are.
 * @throws EstateError `compartment.unknown`
 */
export async function findMigrated(root: string, names: readonly string[]): Promise<string[]> {
  const compartments = await readdir(join(root, 'compartments')).catch(() => []);
  const candidates = [...compartments.map((name) => join(root, 'compartments', name)), join(root, 'offsite')];
  const migrated: string[] = [];
  for (const directory of candidates) if (await hasMigrations(directory)) migrated.push(directory);
  const unknown = names.find((name) => !migrated.some((directory) => basename(directory) === name));
  if (unknown !== undefined) {
    const known = migrated.map((directory) => basename(directory)).join(', ');
    throw new EstateError('compartment.unknown', `looking for migrations of ${unknown}: there are only those of ${known}`);
  }
  return migrated.filter((directory) => names.length === 0 || names.includes(basename(directory))).sort();
}

async function hasMigrations(directory: string): Promise<boolean> {
  const files = await readdir(join(directory, 'migrations')).catch(() => []);
  return files.some((file) => file.endsWith('.sql'));
}

/** Runs the migrations of each directory in a throw-away cluster and describes what they make. */
export async function describeSchemas(directories: readonly string[]): Promise<SchemaFile[]> {
  if (directories.length === 0) return [];
  const scratch = await startScratchCluster();
  try {
    const files: SchemaFile[] = [];
    for (const directory of directories) files.push(...(await describeOne(directory, scratch)));
    return files;
  } finally {
    await scratch.stop();
  }
}

async function describeOne(
  directory: string,
  { admin, socketDirectory }: { admin: Admin; socketDirectory: string },
): Promise<SchemaFile[]> {
  const name = basename(directory);
  await prepareDatabase({ admin, name, passwords: PASSWORDS, extensions: await readExtensions(directory) });
  const connection = connectionTo(socketDirectory, { database: name, role: rolesOf(name).owner, password: PASSWORDS.owner });
  await migrate({ connection, directory: join(directory, 'migrations') });
  return [
    { path: join(directory, 'schema.sql'), content: await describeSchema(connection) },
    { path: join(directory, 'src/schema.ts'), content: await describeTypes(connection) },
  ];
}

const extendedSchema = z.object({ manifest: z.object({ extensions: manifestSchema.shape.extensions }) });

/** The extensions that a compartment's manifest names; off-site has no manifest. */
async function readExtensions(directory: string): Promise<readonly Extension[]> {
  const file = join(directory, 'src/compartment.ts');
  if (!existsSync(file)) return [];
  const module: unknown = await import(pathToFileURL(file).href);
  return extendedSchema.parse(module).manifest.extensions ?? [];
}

/** Writes the files that differ, and returns their paths. */
export async function writeSchemas(files: readonly SchemaFile[]): Promise<string[]> {
  const stale = new Set(await compareSchemas(files));
  for (const { path, content } of files.filter((file) => stale.has(file.path))) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return [...stale];
}

/** The paths of files that are missing or have another content. */
export async function compareSchemas(files: readonly SchemaFile[]): Promise<string[]> {
  const stale: string[] = [];
  for (const { path, content } of files) {
    if ((await readFile(path, 'utf8').catch(() => undefined)) !== content) stale.push(path);
  }
  return stale;
}
