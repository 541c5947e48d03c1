import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EstateError, sha256Hex, sleepMs } from '@bulkhead/kernel';
import type { ExerciseDesk } from './desk.ts';
import type { EditionWitness } from './editions.ts';
import type { Chance } from './random.ts';

export type DefacedOutcome = {
  readonly name: 'defaced-on-disk';
  readonly findingMs: number;
  readonly filesOverwritten: number;
  readonly mendedMs: number;
};

const MENDED_LIMIT_MS = 60_000;
const DEFACED = '<!doctype html><title>Defaced</title><h1>Defaced (exercise)</h1>';

/**
 * Scenario "defaced on disk": the files of the website's edition at headquarters, and its manifest, are
 * overwritten in place. Readers go on through it; what they get is judged elsewhere.
 */
export async function defaceOnDisk(options: {
  readonly editionDirectory: string;
  readonly desk: ExerciseDesk;
  readonly witness: EditionWitness;
  readonly chance: Chance;
  readonly tell: (line: string) => void;
}): Promise<DefacedOutcome> {
  const { editionDirectory, desk, witness, chance, tell } = options;
  const known = (await desk.state()).findings.reduce((highest, { id }) => Math.max(highest, id), 0);
  const files = await listFiles(editionDirectory);
  if (files.length === 0)
    throw new EstateError('edition.invalid', `looking for the edition to deface: ${editionDirectory} holds no file`);
  const victims = files.filter((file) => file.endsWith('manifest.json') || chance.next() < 0.8);
  const begunAt = performance.now();
  await Promise.all(victims.map((file) => writeFile(file, DEFACED)));
  tell(`${victims.length} files of the edition are overwritten at headquarters`);
  await desk.until('the finding of defaced files', ({ findings }) =>
    findings.some(({ id, rule }) => id > known && rule === 'edition.unverified_bytes'),
  );
  const findingMs = performance.now() - begunAt;
  tell(`found after ${Math.round(findingMs)} ms`);
  await untilMended(editionDirectory, witness);
  const mendedMs = performance.now() - begunAt;
  tell(`genuine files are back from off-site after ${Math.round(mendedMs)} ms`);
  return {
    name: 'defaced-on-disk',
    findingMs: Math.round(findingMs),
    filesOverwritten: victims.length,
    mendedMs: Math.round(mendedMs),
  };
}

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Until every file of the newest edition holds again what its name says. Files of older editions are nobody's any more. */
async function untilMended(editionDirectory: string, witness: EditionWitness): Promise<void> {
  const deadline = performance.now() + MENDED_LIMIT_MS;
  for (;;) {
    const digests = new Set(witness.latest?.files.map(({ sha256 }) => sha256));
    const files = (await listFiles(editionDirectory)).filter((file) => digests.has(basename(file)));
    const isGenuine = await Promise.all(
      files.map(async (file) => sha256Hex(await readFile(file).catch(() => '')) === basename(file)),
    );
    if (files.length >= digests.size && isGenuine.every(Boolean)) return;
    if (performance.now() > deadline)
      throw new EstateError(
        'edition.invalid',
        `waiting for the edition at headquarters to be mended: ${isGenuine.filter((ok) => !ok).length} files are not`,
      );
    await sleepMs(25);
  }
}
