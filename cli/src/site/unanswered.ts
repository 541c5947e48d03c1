import type { SiteStatus } from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { type EstatePaths, filesOf, SITES, type SiteName } from '#estate/paths.ts';
import { SHOWN } from '#estate/placing.ts';
import { findRun } from '#estate/run.ts';
import { askSite, tellUnready } from './launch.ts';

/** How a socket answers that nobody listens at. */
const UNANSWERED: ReadonlySet<unknown> = new Set(['ENOENT', 'ECONNREFUSED']);

/**
 * What it means that nobody answers at a site's socket: it is starting, does not run, or one of its processes is away.
 * Any other error is given back as it is.
 */
export async function explainUnanswered(error: unknown, paths: EstatePaths): Promise<unknown> {
  const site = siteOf(error, paths);
  if (!site) return error;
  const run = await findRun(paths, site);
  const shown = SHOWN[site];
  if (!run) {
    const sentence = `asking ${shown}: it does not run; "bulkhead start --site ${site}" starts it`;
    return new EstateError('estate.not_running', sentence, { cause: error });
  }
  const status = await askSite({ socket: filesOf(paths)[site].control, secret: run.secrets.control });
  return new EstateError('estate.starting', `asking ${shown}: ${tellState(status)}`, { cause: error });
}

function tellState(status: SiteStatus | undefined): string {
  if (status?.ready)
    return 'it runs, but the process asked for does not answer just now; "bulkhead status" shows what is the matter';
  const what = status ? `: ${tellUnready(status)}` : '';
  return `it is starting${what}; wait until "bulkhead start" says that it is ready, and give the command again`;
}

function siteOf(error: unknown, paths: EstatePaths): SiteName | undefined {
  if (!hasCode(error, 'wire.unreachable') || !(error instanceof Error)) return undefined;
  const { cause } = error;
  if (!(cause instanceof Error && 'code' in cause && UNANSWERED.has(cause.code) && 'address' in cause)) return undefined;
  const files = filesOf(paths);
  if (cause.address === files.offsite.desk) return 'offsite';
  return SITES.find((site) => cause.address === files[site].control);
}
