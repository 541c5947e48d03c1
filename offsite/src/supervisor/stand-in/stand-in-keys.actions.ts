import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Estate,
  estateOfStandIn,
  generateSigningKey,
  type Link,
  linkSchema,
  type SigningKey,
  signingKeySchema,
  type TokenKey,
  type Trust,
  verifyingKeyOf,
} from '@bulkhead/contracts';
import { makeDirectory, readJson, writeJsonDurably } from '@bulkhead/supervision';
import { mustDrawAnew, type StandInCredentials, type StandInLayout } from './stand-in.rules.ts';

const newSecret = () => randomBytes(32).toString('hex');

/**
 * Puts down all that the stand-in needs, before it is needed: keys and secrets of its own, which never were at headquarters. What
 * stands is kept, but for a gateway key that was in force once.
 */
export async function readyStandIn(
  place: StandInLayout,
  given: { readonly estate: Estate; readonly trust: Trust; readonly enrolled: readonly TokenKey[]; readonly isInCharge: boolean },
): Promise<StandInCredentials> {
  const { estate, trust, enrolled, isInCharge } = given;
  await makeDirectory(place.directory, { mode: 0o711 });
  await makeDirectory(place.secrets, { mode: 0o700 });
  await makeDirectory(place.handed, { mode: 0o700 });
  const jobKey = await keyOf(place.jobKeyFile, 'stand-in-jobs', () => false);
  const gatewayKey = await keyOf(
    place.gatewayKeyFile,
    'stand-in-gateway',
    ({ keyId }) => !isInCharge && mustDrawAnew(keyId, enrolled),
  );
  // One that a recovery drew for it while it was in charge is over as well.
  if (!isInCharge) await rm(join(place.site, 'supervisor', 'gateway-key.json'), { force: true });
  await readFile(place.cookieKeyFile).catch(() => writeFile(place.cookieKeyFile, newSecret(), { mode: 0o600 }));
  const link = await linkOf(place, estate);
  await writeJsonDurably(place.estateFile, estateOfStandIn(estate) ?? estate, 0o644);
  const verifying = { gatewayKey: verifyingKeyOf(gatewayKey), jobKey: verifyingKeyOf(jobKey) };
  // Nothing that headquarters' keys sign is taken there.
  await writeJsonDurably(place.trustFile, { ...trust, gatewayKeys: [verifying.gatewayKey], jobKeys: [verifying.jobKey] }, 0o644);
  return { link, ...verifying };
}

async function keyOf(file: string, name: string, isSpent: (key: SigningKey) => boolean): Promise<SigningKey> {
  const kept = await readJson(file, signingKeySchema);
  if (kept && !isSpent(kept)) return kept;
  const { signing } = generateSigningKey(`${name}-${randomBytes(4).toString('hex')}`);
  await writeJsonDurably(file, signing);
  return signing;
}

/** Secrets at the vault and of the replication are drawn with each failover: what stands here opens nothing. */
async function linkOf({ linkFile }: StandInLayout, { compartments }: Estate): Promise<Link> {
  const kept = await readJson(linkFile, linkSchema);
  const names = compartments.map(({ manifest }) => manifest.name);
  if (kept && names.every((name) => name in kept.vaultSecrets)) return kept;
  const each = () => Object.fromEntries(names.map((name) => [name, newSecret()]));
  const { recoverySecret, publisherSecret } = kept ?? { recoverySecret: newSecret(), publisherSecret: newSecret() };
  const link = { recoverySecret, publisherSecret, vaultSecrets: each(), replicationPasswords: each() };
  await writeJsonDurably(linkFile, link);
  return link;
}
