import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { type Estate, estateSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { isSameProcess } from '@bulkhead/supervision';
import type { WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { writeText } from './file.ts';
import { type EstatePaths, filesOf, SITES, type SiteName } from './paths.ts';
import { findPlacing } from './placing.ts';

/** A process, told from a later one with the same number; the start time is null where the system does not tell. */
const processSchema = z.object({ pid: z.number().int().positive(), startTime: z.string().nullable() });
const runSchema = z.object({
  /** The process that started the site and keeps it alive; one may keep both. */
  keeper: processSchema,
  supervisor: processSchema,
  startedAt: z.string(),
  /** For the supervisor's control, and (off-site alone) for the desk. */
  secrets: z.object({ control: z.string(), desk: z.string() }),
});
/** The run of one site. */
export type Run = z.infer<typeof runSchema>;

/** A running estate, as commands reach it; of its sites one may be away. */
export type RunningEstate = {
  readonly estate: Estate;
  readonly headquarters: WirePeer;
  readonly offsite: WirePeer;
  /** Which site this host is, when the other is on another; asking for what is there alone throws `site.elsewhere`. */
  readonly here: SiteName | undefined;
  readonly desk: WirePeer;
};

/** Notes how to reach the run of a site under way; only its user can read it. */
export async function noteRun(paths: EstatePaths, site: SiteName, run: Run): Promise<void> {
  await writeText(filesOf(paths)[site].run, JSON.stringify(run), 0o600);
}

/** Removes the note of a run that this process kept and that ended; somebody else may keep the site by now. */
export async function forgetRun(paths: EstatePaths, site: SiteName): Promise<void> {
  const run = await readRun(paths, site);
  if (run === undefined || run.keeper.pid === process.pid) await rm(filesOf(paths)[site].run, { force: true });
}

/** The run of a site under way, if its supervisor and its keeper live. */
export async function findRun(paths: EstatePaths, site: SiteName): Promise<Run | undefined> {
  const run = await readRun(paths, site);
  return run && isSameProcess(run.keeper) && isSameProcess(run.supervisor) ? run : undefined;
}

/** The runs under way, of both sites. */
export async function listRuns(paths: EstatePaths): Promise<Run[]> {
  const runs = await Promise.all(SITES.map((site) => findRun(paths, site)));
  return runs.filter((run) => run !== undefined);
}

/** Whether an earlier run ended without saying so: what it had started may still be on its way out. */
export function hasLeftover(paths: EstatePaths, site: SiteName): boolean {
  return existsSync(filesOf(paths)[site].run);
}

/**
 * The running estate in these paths: at least one of its sites runs.
 * @throws EstateError `estate.not_running`
 */
export async function getRunningEstate(paths: EstatePaths): Promise<RunningEstate> {
  if ((await listRuns(paths)).length === 0)
    throw new EstateError(
      'estate.not_running',
      `looking for the estate in ${paths.data}: none is running; start it with "npm start"`,
    );
  const files = filesOf(paths);
  const [headquarters, offsite] = await Promise.all([readRun(paths, 'headquarters'), readRun(paths, 'offsite')]);
  const here = (await findPlacing(paths))?.site;
  return {
    estate: estateSchema.parse(JSON.parse(await readFile(files[here ?? 'offsite'].estate, 'utf8'))),
    headquarters: { socket: files.headquarters.control, secret: headquarters?.secrets.control ?? '' },
    offsite: { socket: files.offsite.control, secret: offsite?.secrets.control ?? '' },
    here,
    get desk() {
      if (here !== 'headquarters') return { socket: files.offsite.desk, secret: offsite?.secrets.desk ?? '' };
      throw new EstateError(
        'site.elsewhere',
        'looking for the desk: this host is headquarters, and the desk is off-site; give this command there',
      );
    },
  };
}

async function readRun(paths: EstatePaths, site: SiteName): Promise<Run | undefined> {
  const file = filesOf(paths)[site].run;
  if (!existsSync(file)) return undefined;
  const parsed = runSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}
