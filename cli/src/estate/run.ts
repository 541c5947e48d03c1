import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { type Estate, estateSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { isSameProcess } from '@bulkhead/supervision';
import type { WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { writeText } from './found.ts';
import { type EstatePaths, filesOf } from './paths.ts';

const runSchema = z.object({
  /** The process that started the sites and keeps them alive. */
  pid: z.number().int().positive(),
  /** Tells it from a later process with the same number; null where the system does not tell. */
  startTime: z.string().nullable(),
  startedAt: z.string(),
  secrets: z.object({ headquarters: z.string(), offsite: z.string(), desk: z.string() }),
});
export type Run = z.infer<typeof runSchema>;

/** A running estate, as commands reach it. */
export type RunningEstate = {
  readonly run: Run;
  readonly estate: Estate;
  readonly headquarters: WirePeer;
  readonly offsite: WirePeer;
  readonly desk: WirePeer;
};

/** Notes how to reach the run under way; only its user can read it. */
export async function noteRun(paths: EstatePaths, run: Run): Promise<void> {
  await writeText(filesOf(paths).run, JSON.stringify(run), 0o600);
}

/** Removes the note of a run that ended. */
export async function forgetRun(paths: EstatePaths): Promise<void> {
  await rm(filesOf(paths).run, { force: true });
}

/** The run under way, if its process lives. */
export async function findRun(paths: EstatePaths): Promise<Run | undefined> {
  const { run } = filesOf(paths);
  if (!existsSync(run)) return undefined;
  const parsed = runSchema.safeParse(JSON.parse(await readFile(run, 'utf8')));
  return parsed.success && isSameProcess(parsed.data) ? parsed.data : undefined;
}

/** Whether an earlier run ended without saying so: what it had started may still be on its way out. */
export function hasLeftover(paths: EstatePaths): boolean {
  return existsSync(filesOf(paths).run);
}

/**
 * The running estate in these paths.
 * @throws EstateError `estate.not_running`
 */
export async function getRunningEstate(paths: EstatePaths): Promise<RunningEstate> {
  const run = await findRun(paths);
  if (!run)
    throw new EstateError(
      'estate.not_running',
      `looking for the estate in ${paths.data}: none is running; start it with "npm start"`,
    );
  const files = filesOf(paths);
  const estate = estateSchema.parse(JSON.parse(await readFile(files.offsite.estate, 'utf8')));
  return {
    run,
    estate,
    headquarters: { socket: files.headquarters.control, secret: run.secrets.headquarters },
    offsite: { socket: files.offsite.control, secret: run.secrets.offsite },
    desk: { socket: files.offsite.desk, secret: run.secrets.desk },
  };
}
