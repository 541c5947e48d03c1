import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EstateError, syncDirectory } from '@bulkhead/kernel';
import { makeDirectory, type Supervision } from '@bulkhead/supervision';
import { type Layout, ownDirectory } from '#supervisor/layout/layout.rules.ts';
import type { StandInLayout } from './stand-in.rules.ts';

const CONTROL_FILE = 'global/pg_control';
const CONTROL_LIMIT = 65_536;

export type HandedOver = { readonly bytes: number; readonly sha256: string };

/**
 * Ends a promoted standby with everything that ran under its user, and puts its data directory beside the stand-in. Only then does
 * anybody else look into it. Asked again, tells of what stands there.
 * @throws EstateError `compartment.wrong_state` when no promoted standby is there
 */
export async function handOver(
  deps: { readonly layout: Layout; readonly place: StandInLayout; readonly supervision: Pick<Supervision, 'stop'> },
  compartment: string,
  id: string,
): Promise<HandedOver> {
  const { layout, place, supervision } = deps;
  const standing = await findHandedOver(place, id);
  if (standing) return standing;
  const jail = join(ownDirectory(layout, 'standby'), compartment);
  if (!(await exists(join(jail, 'promoting'))))
    throw new EstateError('compartment.wrong_state', `handing ${compartment} over: its standby was not promoted`);
  await supervision.stop(`standby-${compartment}`);
  await forgetOthers(place, compartment);
  const into = join(place.handed, id);
  await makeDirectory(into, { mode: 0o700 });
  await rename(join(jail, 'pg'), join(into, 'pg'));
  await syncDirectory(into);
  const handed = await findHandedOver(place, id);
  if (handed) return handed;
  throw new EstateError('failover.failed', `handing ${compartment} over: its standby left no cluster`);
}

/** What was put beside the stand-in under this id; undefined if nothing was. */
export async function findHandedOver(place: StandInLayout, id: string): Promise<HandedOver | undefined> {
  const path = join(place.handed, id, 'pg', CONTROL_FILE);
  // Whoever wrote this directory may have put links there.
  for (const directory of [dirname(dirname(path)), dirname(path)])
    if (!(await lstat(directory).catch(() => undefined))?.isDirectory()) return undefined;
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => undefined);
  if (!file) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile() || found.size > CONTROL_LIMIT || found.size === 0) return undefined;
    const bytes = await file.readFile();
    return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  } finally {
    await file.close();
  }
}

/** Clusters of earlier moves that nobody took. */
async function forgetOthers(place: StandInLayout, compartment: string): Promise<void> {
  for (const name of await readdir(place.handed))
    if (name.endsWith(`-${compartment}`)) await rm(join(place.handed, name), { recursive: true, force: true });
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
