import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { EstateError, type Now } from '@bulkhead/kernel';
import { filesOfLink, makeIdentity } from '@bulkhead/link';
import { writeJsonDurably } from '@bulkhead/supervision';
import { type EstatePaths, filesOf, type SiteName } from '#estate/paths.ts';

/** @throws EstateError `site.wrong_state` where an estate, or a site of one, stands already */
export function refuseStanding(paths: EstatePaths): void {
  const files = filesOf(paths);
  if (existsSync(files.placing))
    throw new EstateError(
      'site.wrong_state',
      `making a site in ${paths.data}: one stands there; "bulkhead site show" tells which`,
    );
  if (existsSync(files.founded))
    throw new EstateError(
      'site.wrong_state',
      `making a site in ${paths.data}: an estate with both sites on this machine stands there; choose another dataDirectory`,
    );
}

/** Makes the key by which the other site knows this one, and the secret of the link process's control socket. */
export async function makeLinkKeys(directory: string, site: SiteName, now: Now): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const files = filesOfLink(directory);
  await writeJsonDurably(files.identity, await makeIdentity(site, now()));
  await writeJsonDurably(files.control, { secret: randomBytes(32).toString('hex') });
}
