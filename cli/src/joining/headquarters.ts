import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  type Address,
  type Description,
  descriptionSchema,
  type Estate,
  estateSchema,
  publicKeyOf,
  type SigningKey,
  signingKeySchema,
  type VerifyingKey,
  verifyingKeyOf,
} from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { askDescription, Keyring } from '@bulkhead/link';
import type { Configuration } from '#configuration/configuration.ts';
import { writeJson } from '#estate/file.ts';
import { describeConfiguredEstate, withBuilds } from '#estate/found.ts';
import { drawMark, makeHeadquartersKeys } from '#estate/keys.ts';
import { filesOf } from '#estate/paths.ts';
import { type HeadquartersPlacing, notePlacing } from '#estate/placing.ts';
import type { Surroundings } from '../command.ts';
import type { OneTimeCode } from './code.ts';
import { askToJoin } from './invitation.ts';
import { makeLinkKeys, refuseStanding } from './keys.ts';

/** Makes headquarters' own half of an estate: its keys, and where people and off-site's probes reach its gateway. */
export async function initHeadquarters({ paths, now }: Surroundings, gateway: Address): Promise<void> {
  refuseStanding(paths);
  const files = filesOf(paths);
  await mkdir(paths.data, { recursive: true, mode: 0o711 });
  // One that joins in the place of another has other names of keys.
  await makeHeadquartersKeys(files, drawMark());
  await makeLinkKeys(files.headquarters.linkDirectory, 'headquarters', now);
  await notePlacing(paths, { site: 'headquarters', gateway, offsite: null, joinedAt: null });
}

/**
 * Joins the off-site that a code names. Only public keys are told, and only what off-site answers is kept.
 * @throws EstateError `site.code_refused`, `site.other_release`, `link.down`, `link.untrusted`
 */
export async function joinOffsite(surroundings: Surroundings, placing: HeadquartersPlacing, code: OneTimeCode): Promise<Estate> {
  const { paths, now } = surroundings;
  if (placing.joinedAt !== null)
    throw new EstateError('site.wrong_state', `joining: this headquarters joined at ${placing.joinedAt} already`);
  const keyring = await Keyring.open(filesOf(paths).headquarters.linkDirectory);
  const keys = await readOwnKeys(surroundings);
  const answered = await askToJoin(code, keyring, { ...keys, gatewayAddress: placing.gateway });
  const description = descriptionSchema.safeParse(answered);
  if (!description.success)
    throw new EstateError('link.refused', 'joining: off-site’s answer has another form; both sites need the same release', {
      cause: description.error,
    });
  await keep(surroundings, description.data);
  await keyring.pinPeer(code.pin);
  // Its sample people have written what comes back by a restore.
  if (description.data.isReadmission) await writeJson(filesOf(paths).seeded, { articles: 0, at: now().toISOString() }, 0o644);
  await writeJson(filesOf(paths).founded, { isSample: description.data.estate.isSample, foundedAt: now().toISOString() }, 0o644);
  await notePlacing(paths, { ...placing, offsite: code.address, joinedAt: now().toISOString() });
  return describeAtHeadquarters(surroundings.configuration, surroundings, description.data.estate);
}

/**
 * Puts down what headquarters starts with: the estate as off-site tells it now, or told it last, with this host's places.
 * @throws EstateError `site.other_release`, `config.invalid`
 */
export async function prepareHeadquarters(surroundings: Surroundings, placing: HeadquartersPlacing): Promise<Estate> {
  const { configuration, paths, tell } = surroundings;
  const { headquarters } = filesOf(paths);
  try {
    await keep(surroundings, await ask(placing, headquarters.linkDirectory));
  } catch (error) {
    if (!hasCode(error, 'link.down')) throw error;
    tell('Off-site does not answer; headquarters starts with what was agreed before, and writes when off-site is back.');
  }
  const agreed = estateSchema.parse(JSON.parse(await readFile(headquarters.agreed, 'utf8')));
  const estate = await describeAtHeadquarters(configuration, surroundings, agreed);
  await writeJson(headquarters.estate, withBuilds(estate, 'headquarters', configuration), 0o644);
  return estate;
}

async function ask({ offsite }: HeadquartersPlacing, directory: string): Promise<Description> {
  if (!offsite) throw new EstateError('site.wrong_state', 'asking off-site: this headquarters has not joined it');
  const keyring = await Keyring.open(directory);
  return askDescription({ keyring, address: offsite, session: randomBytes(8).toString('hex') });
}

/** What off-site tells is taken as it is, but for headquarters' own keys: an estate that does not know them is another one. */
async function keep(surroundings: Surroundings, { estate, trust, link }: Description): Promise<void> {
  const { headquarters } = filesOf(surroundings.paths);
  const { gatewayKey, jobKey } = await readOwnKeys(surroundings);
  const knows = (keys: readonly VerifyingKey[], own: VerifyingKey) => keys.some(({ publicKey }) => publicKey === own.publicKey);
  if (!knows(trust.gatewayKeys, gatewayKey) || !knows(trust.jobKeys, jobKey))
    throw new EstateError('link.refused', 'reading what off-site tells: it does not trust the keys of this headquarters');
  for (const key of Object.values(trust).flat()) publicKeyOf(key);
  await writeJson(headquarters.trust, trust, 0o644);
  await writeJson(headquarters.link, link, 0o600);
  await writeJson(headquarters.agreed, estate, 0o644);
}

async function readOwnKeys({
  paths,
}: Surroundings): Promise<{ readonly gatewayKey: VerifyingKey; readonly jobKey: VerifyingKey }> {
  const { headquarters } = filesOf(paths);
  const read = async (file: string): Promise<SigningKey> => signingKeySchema.parse(JSON.parse(await readFile(file, 'utf8')));
  return {
    gatewayKey: verifyingKeyOf(await read(headquarters.gatewayKey)),
    jobKey: verifyingKeyOf(await read(headquarters.jobKey)),
  };
}

/** What is set once for the estate, at off-site. */
const SHARED = ['organisation', 'sample', 'domain', 'port', 'statusPort', 'leaseSeconds', 'mail', 'directoryServers'] as const;

async function describeAtHeadquarters(configuration: Configuration, { paths }: Surroundings, agreed: Estate): Promise<Estate> {
  refuseOtherSettings(configuration, agreed);
  const names = agreed.compartments.flatMap(({ manifest }) => (manifest.adopted ? [] : [manifest.name]));
  const { organisation, isSample, domain, port, statusPort } = agreed;
  const shared = { organisation, sample: isSample, domain, port, statusPort };
  const local = await describeConfiguredEstate({ ...configuration, ...shared, compartments: names }, paths);
  if ((local.tls === null) !== (agreed.tls === null))
    throw new EstateError(
      'config.invalid',
      `starting headquarters: off-site ${agreed.tls ? 'serves by TLS; set tlsCertificate and tlsKey here, too' : 'serves without TLS; set tlsCertificate and tlsKey there, too'}`,
    );
  const compartments = agreed.compartments.map(({ manifest }) => {
    const here = local.compartments.find((candidate) => candidate.manifest.name === manifest.name);
    if (here && isDeepStrictEqual(plain(here.manifest), plain(manifest))) return { directory: here.directory, manifest };
    throw new EstateError(
      'site.other_release',
      `starting headquarters: ${manifest.name} is ${here ? 'another release here than off-site' : 'not here'}; both sites need the same checkout and the same adopted applications`,
    );
  });
  return { ...agreed, listenAddress: local.listenAddress, tls: local.tls, compartments };
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function refuseOtherSettings(configuration: Configuration, agreed: Estate): void {
  const told: Record<(typeof SHARED)[number], unknown> = {
    ...agreed,
    sample: agreed.isSample,
    leaseSeconds: agreed.leaseMs / 1000,
    mail: agreed.mail,
    directoryServers: agreed.directoryServers,
  };
  const faults = SHARED.filter((name) => {
    const own = configuration[name];
    return own !== undefined && !isDeepStrictEqual(plain(own), plain(told[name] ?? null));
  });
  if (faults.length === 0) return;
  throw new EstateError(
    'config.invalid',
    `starting headquarters: ${faults.join(', ')} ${faults.length > 1 ? 'are' : 'is'} set for the whole estate at off-site, and set otherwise here; remove ${faults.length > 1 ? 'them' : 'it'} here, or set the same`,
  );
}
