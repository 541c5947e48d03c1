import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { type Address, type Description, type Estate, linkSchema, trustSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { filesOfLink, Keyring } from '@bulkhead/link';
import { writeJsonDurably } from '@bulkhead/supervision';
import { writeJson } from '#estate/file.ts';
import { describeConfiguredEstate } from '#estate/found.ts';
import { completeLink, drawLink, makeOffsiteKeys, trustAtHeadquarters } from '#estate/keys.ts';
import { filesOf } from '#estate/paths.ts';
import { notePlacing, type OffsitePlacing } from '#estate/placing.ts';
import type { Surroundings } from '../command.ts';
import { awaitHeadquarters, type Inviting, type Joined } from './invitation.ts';
import { makeLinkKeys, refuseStanding } from './keys.ts';
import { readmitHeadquarters } from './readmission.ts';

/** Makes off-site's own half of an estate: its keys, its operators, and where headquarters reaches it. */
export async function initOffsite(surroundings: Surroundings, address: Address, listen: Address): Promise<void> {
  const { configuration, paths, now } = surroundings;
  refuseStanding(paths);
  const estate = await describeConfiguredEstate(configuration, paths);
  const files = filesOf(paths);
  await mkdir(paths.data, { recursive: true, mode: 0o711 });
  await writeJson(files.offsite.verifying, await makeOffsiteKeys(files), 0o644);
  await makeLinkKeys(files.offsite.linkDirectory, 'offsite', now);
  await writeJson(files.founded, { isSample: estate.isSample, foundedAt: now().toISOString() }, 0o644);
  await notePlacing(paths, { site: 'offsite', address, listen, gateway: null, joinedAt: null });
}

/**
 * Prints a one-time code through `invited`, and returns when headquarters has joined with it.
 * Where it had joined before, two operators must have given it up [LK12].
 * @throws EstateError `site.wrong_state`, `site.code_refused`, `port.taken`
 */
export async function inviteHeadquarters(surroundings: Surroundings, placing: OffsitePlacing, options: Inviting): Promise<void> {
  const { paths, tell } = surroundings;
  if (placing.joinedAt !== null) return readmitHeadquarters(surroundings, placing, options);
  const keyring = await Keyring.open(filesOf(paths).offsite.linkDirectory);
  await awaitHeadquarters(placing, keyring, {
    ...options,
    tell,
    accept: (joined) => acceptHeadquarters(surroundings, placing, keyring, joined),
  });
}

/** Keeps whom to trust from now on, then tells headquarters what it must know. The note that it joined is written last. */
async function acceptHeadquarters(
  { configuration, paths, now }: Surroundings,
  placing: OffsitePlacing,
  keyring: Keyring,
  { pin, request }: Joined,
): Promise<Description> {
  const files = filesOf(paths);
  const own = trustSchema
    .omit({ gatewayKeys: true, jobKeys: true })
    .parse(JSON.parse(await readFile(files.offsite.verifying, 'utf8')));
  const trust = { ...own, gatewayKeys: [request.gatewayKey], jobKeys: [request.jobKey] };
  const estate = { ...(await describeConfiguredEstate(configuration, paths)), gatewayAddress: request.gatewayAddress };
  const link = drawLink(estate.compartments.map(({ manifest }) => manifest.name));
  await writeJson(files.offsite.trust, trust, 0o644);
  await writeJson(files.offsite.link, link, 0o600);
  await keyring.pinPeer(pin);
  await notePlacing(paths, { ...placing, gateway: request.gatewayAddress, joinedAt: now().toISOString() });
  return { estate, trust, link };
}

/**
 * Puts down what off-site starts with, and what it tells headquarters when that asks: the estate as configured now.
 * @throws EstateError `config.invalid`, `manifest.invalid`
 */
export async function prepareOffsite({ configuration, paths }: Surroundings, { gateway }: OffsitePlacing): Promise<Estate> {
  const { offsite } = filesOf(paths);
  const configured = await describeConfiguredEstate(configuration, paths);
  const estate: Estate = gateway ? { ...configured, gatewayAddress: gateway } : configured;
  const trust = trustSchema.parse(JSON.parse(await readFile(offsite.trust, 'utf8')));
  const standing = linkSchema.parse(JSON.parse(await readFile(offsite.link, 'utf8')));
  const link = completeLink(
    standing,
    estate.compartments.map(({ manifest }) => manifest.name),
  );
  if (link !== standing) await writeJson(offsite.link, link, 0o600);
  await writeJson(offsite.estate, estate, 0o644);
  const description: Description = { estate, trust: trustAtHeadquarters(trust), link };
  const file = filesOfLink(offsite.linkDirectory).description;
  if (!existsSync(offsite.linkDirectory)) throw new EstateError('config.invalid', `starting: ${offsite.linkDirectory} is gone`);
  await writeJsonDurably(file, description);
  return estate;
}
