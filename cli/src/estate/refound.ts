import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { linkSchema, trustSchema } from '@bulkhead/contracts';
import { writeJson } from './file.ts';
import { drawMark, linkAnew, makeHeadquartersKeys, trustAnew, trustAtHeadquarters } from './keys.ts';
import type { EstateFiles } from './paths.ts';

/**
 * Founds headquarters anew where its directory is gone or emptied: other keys and other secrets than before, so that whoever took the
 * old ones has nothing. Its data come back by a restore. Off-site keeps its own, and must read what changed.
 * @returns whether that was done
 */
export async function refoundHeadquarters(files: EstateFiles): Promise<boolean> {
  const { headquarters, offsite } = files;
  if (!existsSync(files.founded) || existsSync(headquarters.link) || !existsSync(offsite.link)) return false;
  const standing = trustSchema.parse(JSON.parse(await readFile(offsite.trust, 'utf8')));
  const link = linkAnew(linkSchema.parse(JSON.parse(await readFile(offsite.link, 'utf8'))));
  const trust = trustAnew(standing, await makeHeadquartersKeys(files, drawMark()));
  await writeJson(offsite.trust, trust, 0o644);
  await writeJson(offsite.link, link, 0o600);
  await writeJson(headquarters.trust, trustAtHeadquarters(trust), 0o644);
  // Last: it is what tells that headquarters was founded.
  await writeJson(headquarters.link, link, 0o600);
  return true;
}
