import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type CompartmentManifest, listNotPromised, parseAdoption } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';

const FILE_LIMIT = 262_144;

/** An application as an estate takes it in: an entry of the estate file, and what people must be told of it. */
export type Adoption = {
  /** Absolute; where its manifest lies, and where it runs. */
  readonly directory: string;
  readonly manifest: CompartmentManifest;
  readonly level: 'L0' | 'L1';
  /** What the estate does not do for it, a sentence each. */
  readonly notPromised: readonly string[];
};

/**
 * Reads the manifest of an application that is to be adopted, and looks whether what it names is there.
 * @throws EstateError `config.invalid` if there is no such file; `manifest.invalid`, listing every fault
 */
export async function readAdoption(path: string): Promise<Adoption> {
  const file = resolve(path);
  const directory = dirname(file);
  const manifest = parseAdoption(parseJson(file, await readText(file)));
  const missing = await listMissing(directory, manifest.adopted.command);
  if (missing.length > 0) {
    const faults = missing.map((one) => `adopted.command: ${one} does not exist, or is no file`);
    throw new EstateError('manifest.invalid', `reading the manifest of ${manifest.name} (${file}):\n${faults.join('\n')}`);
  }
  return { directory, manifest, level: manifest.level === 'L0' ? 'L0' : 'L1', notPromised: listNotPromised(manifest) };
}

async function readText(file: string): Promise<string> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new EstateError('config.invalid', `reading a manifest: there is no file ${file}`, { cause });
  });
  if (!found.isFile())
    throw new EstateError('config.invalid', `reading a manifest: ${file} is no file; name the JSON file itself`);
  if (found.size > FILE_LIMIT) throw new EstateError('config.invalid', `reading a manifest: ${file} is over ${FILE_LIMIT} bytes`);
  return readFile(file, 'utf8');
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EstateError('manifest.invalid', `reading the manifest ${file}: it is not JSON`, { cause });
  }
}

/** The program, and every argument that names something of the application. */
async function listMissing(directory: string, command: readonly string[]): Promise<string[]> {
  const [program = '', ...rest] = command.map((part) => part.replaceAll('{application}', directory));
  const named = [...(program.startsWith('/') ? [program] : []), ...rest.filter((part) => part.startsWith(`${directory}/`))];
  const looks = await Promise.all(named.map(async (path) => ((await stat(path).catch(() => undefined))?.isFile() ? [] : [path])));
  return looks.flat();
}
