import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CompartmentManifest, compartmentNameSchema, parseManifest } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';

/** A name is also the first label of a host name, and manifests take no longer one. */
const LONGEST = 31;
const FORM =
  'it must be lower-case letters and digits, at least two and a letter first, in up to three words joined by hyphens, such as "library" or "reading-room"';
const A_DIRECTORY = 'headquarters has a directory of this name for itself';
const A_DATABASE = 'PostgreSQL has a database of this name for itself';

/** Names that mean something else wherever compartments stand beside it. */
const TAKEN: Readonly<Record<string, string>> = {
  status: 'the status page has this host name',
  supervisor: A_DIRECTORY,
  gateway: A_DIRECTORY,
  logs: A_DIRECTORY,
  public: A_DIRECTORY,
  runtime: A_DIRECTORY,
  secrets: A_DIRECTORY,
  postgres: A_DATABASE,
  template0: A_DATABASE,
  template1: A_DATABASE,
};

/**
 * Tells whether a new compartment of this checkout can have a name.
 * @throws EstateError `input.invalid`, saying why not
 */
export async function checkName(name: string, checkout: string): Promise<void> {
  if (name.length > LONGEST) throw refused(name, `it is longer than ${LONGEST} characters, and it is a host name too`);
  if (!compartmentNameSchema.safeParse(name).success) throw refused(name, FORM);
  if (name.endsWith('-pg')) throw refused(name, 'what ends in "-pg" is where the sockets of a database stand');
  const reason = TAKEN[name] ?? (await findWorkspace(name, checkout)) ?? (await findHost(name, checkout));
  if (reason !== undefined) throw refused(name, reason);
}

function refused(name: string, why: string): EstateError {
  return new EstateError('input.invalid', `naming a compartment ${JSON.stringify(name.slice(0, 60))}: ${why}; choose another`);
}

async function findWorkspace(name: string, checkout: string): Promise<string | undefined> {
  const { workspaces = [] } = await readPackage(join(checkout, 'package.json'));
  const files = globSync(
    workspaces.map((pattern) => `${pattern}/package.json`),
    { cwd: checkout },
  );
  for (const file of files) {
    const found = await readPackage(join(checkout, file));
    if (found.name === `@bulkhead/${name}`) return `the workspace ${dirname(file)} has this name`;
  }
  return undefined;
}

async function readPackage(file: string): Promise<{ readonly name?: string; readonly workspaces?: readonly string[] }> {
  return JSON.parse(await readFile(file, 'utf8'));
}

async function findHost(name: string, checkout: string): Promise<string | undefined> {
  for (const file of globSync('compartments/*/src/compartment.ts', { cwd: checkout })) {
    const { origins } = await readManifest(join(checkout, file));
    if (origins.some(({ host }) => host === name))
      return `the compartment ${basename(dirname(dirname(file)))} has this host name for an origin`;
  }
  return undefined;
}

async function readManifest(file: string): Promise<CompartmentManifest> {
  const module: { readonly manifest?: unknown } = await import(pathToFileURL(file).href);
  return parseManifest(module.manifest);
}
