import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EMPTY_SCOPE } from '@bulkhead/contracts';
import { EstateError, sha256Hex, sleepMs } from '@bulkhead/kernel';
import { filesOf } from '#estate/paths.ts';
import type { EditionWitness } from '../editions.ts';
import { newestFinding } from './finding.ts';
import { COMPARTMENT, type Scenario, type Stage } from './scenario.ts';

const MENDED_LIMIT_MS = 180_000;
const DEFACED = '<!doctype html><title>Defaced</title><h1>Defaced (exercise)</h1>';

/**
 * The files of the website's edition at headquarters, and its manifest, are overwritten in place. Readers go on
 * through it; what they get is judged elsewhere. Nothing has to be sealed or undone.
 */
export const defacedOnDisk: Scenario = {
  name: 'defaced-on-disk',
  question: 'Were the pages of the website replaced?',
  way: 'mended by itself',
  isAttributable: true,
  attack: async (stage) => {
    const [begunAt, begunMs] = [stage.now(), performance.now()];
    const newest = await newestFinding(stage);
    const files = await overwrite(stage);
    stage.tell(`${files} files of the edition are overwritten at headquarters`);
    return { begunAt, begunMs, newest, requests: [], xids: [], rows: 0, again: async () => [], details: { files } };
  },
  find: async (stage, { begunMs, newest }) => {
    await stage.desk.until('the finding of defaced files', ({ findings }) =>
      findings.some(({ id, rule }) => id > newest && rule === 'edition.unverified_bytes'),
    );
    const findingMs = Math.round(performance.now() - begunMs);
    stage.tell(`found after ${findingMs} ms`);
    await untilMended(editionDirectory(stage), stage.witness);
    stage.tell(`genuine files are back from off-site after ${Math.round(performance.now() - begunMs)} ms`);
    return { findingMs, rule: 'edition.unverified_bytes', scope: EMPTY_SCOPE };
  },
};

function editionDirectory({ paths }: Stage): string {
  return join(filesOf(paths).headquarters.directory, 'gateway', 'editions', COMPARTMENT);
}

async function overwrite(stage: Stage): Promise<number> {
  const directory = editionDirectory(stage);
  const files = await listFiles(directory);
  if (files.length === 0)
    throw new EstateError('edition.invalid', `looking for the edition to deface: ${directory} holds no file`);
  const victims = files.filter((file) => file.endsWith('manifest.json') || stage.chance.next() < 0.8);
  await Promise.all(victims.map((file) => writeFile(file, DEFACED)));
  return victims.length;
}

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Until every file of the newest edition holds again what its name says. Files of older editions are nobody's any more. */
async function untilMended(directory: string, witness: EditionWitness): Promise<void> {
  const deadline = performance.now() + MENDED_LIMIT_MS;
  for (;;) {
    const digests = new Set(witness.latest?.files.map(({ sha256 }) => sha256));
    const files = (await listFiles(directory)).filter((file) => digests.has(basename(file)));
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
