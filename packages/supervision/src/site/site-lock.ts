import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError, sleepMs } from '@bulkhead/kernel';
import { z } from 'zod';
import { identifyProcess, isSameProcess } from '../process/identity.ts';

const holderSchema = z.object({ pid: z.number().int().positive(), startTime: z.string().nullable() });
const ATTEMPTS = 200;
const PAUSE_MS = 10;

/** One supervisor per site directory. */
export type SiteLock = { readonly release: () => Promise<void> };

/**
 * Takes the lock of a site; one whose holder is dead is taken over.
 * @throws EstateError `estate.already_running`
 */
export async function takeSiteLock(directory: string): Promise<SiteLock> {
  const path = join(directory, 'lock');
  const mine = join(directory, `lock.${process.pid}.${randomBytes(6).toString('hex')}`);
  const content = JSON.stringify(identifyProcess(process.pid) ?? { pid: process.pid, startTime: null });
  await writeFile(mine, content, { mode: 0o600, flag: 'wx' });
  try {
    await claim(path, mine);
  } finally {
    await rm(mine, { force: true });
  }
  return {
    release: async () => {
      if ((await readFile(path, 'utf8').catch(() => '')) === content) await rm(path, { force: true });
    },
  };
}

async function claim(path: string, mine: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (await linkOnce(mine, path)) return;
    const found = await readFile(path, 'utf8').catch(() => '');
    if (isHeld(found)) throw alreadyRunning(path, found);
    if (await takeOver(path, mine)) return;
    await sleepMs(PAUSE_MS);
  }
  throw alreadyRunning(path, '');
}

/**
 * Takes the place of a dead holder, one taker at a time. What stands there is replaced in one step: were it removed
 * first, a third starter could find the place empty, and two would hold it.
 */
async function takeOver(path: string, mine: string): Promise<boolean> {
  const turn = `${path}.turn`;
  if (!(await linkOnce(mine, turn))) {
    const taker = await readFile(turn, 'utf8').catch(() => undefined);
    // One that was killed in its turn.
    if (taker !== undefined && !isHeld(taker)) await rm(turn, { force: true });
    return false;
  }
  try {
    const found = await readFile(path, 'utf8').catch(() => undefined);
    if (found === undefined || isHeld(found)) return false;
    await rename(mine, path);
    return true;
  } finally {
    await rm(turn, { force: true });
  }
}

async function linkOnce(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw new EstateError('config.invalid', `taking the lock ${to}`, { cause });
  }
}

function isHeld(content: string): boolean {
  try {
    return isSameProcess(holderSchema.parse(JSON.parse(content)));
  } catch {
    return false;
  }
}

function alreadyRunning(path: string, holder: string): EstateError {
  const pid = /"pid":(\d+)/.exec(holder)?.[1];
  return new EstateError(
    'estate.already_running',
    `taking the lock ${path}: ${pid === undefined ? 'another process' : `process ${pid}`} runs this site; stop it first, or choose another data directory`,
  );
}
