import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CompartmentManifest } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { type Adoption, readAdoption, writeJsonDurably } from '@bulkhead/supervision';
import { z } from 'zod';
import type { Configuration } from '#configuration/configuration.ts';
import { type EstatePaths, filesOf } from './paths.ts';

/** Absolute paths of manifests. */
const notedSchema = z.array(z.string().startsWith('/')).max(100);

/**
 * Reads the manifests of the applications that this estate adopted: those of the configuration, and those that were noted.
 * @throws EstateError `manifest.invalid`, `config.invalid`
 */
export async function listAdopted(
  configuration: Configuration,
  paths: EstatePaths,
): Promise<{ readonly directory: string; readonly manifest: CompartmentManifest }[]> {
  const files = new Set([...(configuration.adopted ?? []).map((file) => resolve(file)), ...(await listNoted(paths))]);
  const read = await Promise.all([...files].map((file) => readAdoption(file)));
  return read.map(({ directory, manifest }) => ({ directory, manifest }));
}

/**
 * Notes an application that is to be in the estate from its next start on; noting it again is no fault.
 * @throws EstateError `manifest.invalid`, listing every fault, and nothing is noted; `config.invalid`
 */
export async function noteAdoption(paths: EstatePaths, file: string): Promise<Adoption> {
  const path = resolve(file);
  const adoption = await readAdoption(path);
  const noted = await listNoted(paths);
  for (const other of noted.filter((one) => one !== path)) {
    const { manifest } = await readAdoption(other);
    if (manifest.name === adoption.manifest.name)
      throw new EstateError('manifest.invalid', `adopting ${path}: ${other} has the name "${manifest.name}" already`);
  }
  await mkdir(paths.data, { recursive: true, mode: 0o711 });
  if (!noted.includes(path)) await writeJsonDurably(filesOf(paths).adopted, [...noted, path], 0o644);
  return adoption;
}

async function listNoted(paths: EstatePaths): Promise<readonly string[]> {
  const { adopted } = filesOf(paths);
  if (!existsSync(adopted)) return [];
  return notedSchema.parse(JSON.parse(await readFile(adopted, 'utf8')));
}
