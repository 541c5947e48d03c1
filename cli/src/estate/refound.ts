import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { generateSigningKey, type Link, linkSchema, type Trust, trustSchema } from '@bulkhead/contracts';
import { writeJson, writeText } from './file.ts';
import { secret } from './keys.ts';
import type { EstateFiles } from './paths.ts';

/**
 * Founds headquarters anew where its directory is gone or emptied: other keys and other secrets than before, so that whoever took the
 * old ones has nothing. Its data come back by a restore. Off-site keeps its own, and must read what changed.
 * @returns whether that was done
 */
export async function refoundHeadquarters(files: EstateFiles): Promise<boolean> {
  const { headquarters, offsite } = files;
  if (!existsSync(files.founded) || existsSync(headquarters.link) || !existsSync(offsite.link)) return false;
  const mark = randomBytes(4).toString('hex');
  const gateway = generateSigningKey(`gateway-${mark}`);
  const job = generateSigningKey(`headquarters-jobs-${mark}`);
  const trust = trustSchema.parse(JSON.parse(await readFile(offsite.trust, 'utf8')));
  const link = linkSchema.parse(JSON.parse(await readFile(offsite.link, 'utf8')));
  const shared: Link = { ...link, recoverySecret: secret(), publisherSecret: secret() };
  // What the keys before signed stands in history and in editions: off-site goes on verifying it.
  const known: Trust = {
    ...trust,
    gatewayKeys: [...trust.gatewayKeys, gateway.verifying],
    jobKeys: [...trust.jobKeys, job.verifying],
  };
  await writeJson(offsite.trust, known, 0o644);
  await writeJson(offsite.link, shared, 0o600);
  await writeJson(headquarters.trust, { ...trust, gatewayKeys: [gateway.verifying], jobKeys: [job.verifying] }, 0o644);
  await writeJson(headquarters.gatewayKey, gateway.signing, 0o600);
  await writeJson(headquarters.jobKey, job.signing, 0o600);
  await writeText(headquarters.cookieKey, secret(), 0o600);
  // Last: it is what tells that headquarters was founded.
  await writeJson(headquarters.link, shared, 0o600);
  return true;
}
