import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { generateSigningKey, type Link, type Trust } from '@bulkhead/contracts';
import { writeJson, writeText } from './file.ts';
import type { EstateFiles } from './paths.ts';

/**
 * The two operators who are enrolled when an estate is founded. Their private keys are put beside the data;
 * in a real estate each is handed to its person and removed from here.
 */
export const FIRST_OPERATORS = ['first-operator', 'second-operator'] as const;

/** Tells the keys of a headquarters that is founded anew from those before: both stand in off-site's trust. */
export function drawMark(): string {
  return randomBytes(4).toString('hex');
}

/** What each site verifies of the other's signing. */
export type HeadquartersKeys = Pick<Trust, 'gatewayKeys' | 'jobKeys'>;
export type OffsiteKeys = Omit<Trust, keyof HeadquartersKeys>;

/** Makes the keys that headquarters signs with; only their public halves are returned. */
export async function makeHeadquartersKeys(
  { headquarters }: Pick<EstateFiles, 'headquarters'>,
  mark = '1',
): Promise<HeadquartersKeys> {
  const [gateway, job] = [generateSigningKey(`gateway-${mark}`), generateSigningKey(`headquarters-jobs-${mark}`)];
  await writeJson(headquarters.gatewayKey, gateway.signing, 0o600);
  await writeJson(headquarters.jobKey, job.signing, 0o600);
  await writeText(headquarters.cookieKey, secret(), 0o600);
  return { gatewayKeys: [gateway.verifying], jobKeys: [job.verifying] };
}

/** Makes the keys that off-site and the first operators sign with; only their public halves are returned. */
export async function makeOffsiteKeys({ offsite, operators }: EstateFiles): Promise<OffsiteKeys> {
  const keys = {
    order: generateSigningKey('orders-1'),
    edition: generateSigningKey('editions-1'),
    ledger: generateSigningKey('ledger-1'),
  };
  const operatorKeys = FIRST_OPERATORS.map((name) => ({ name, ...generateSigningKey(`operator:${name}`) }));
  await writeJson(offsite.orderKey, keys.order.signing, 0o600);
  await writeJson(offsite.editionKey, keys.edition.signing, 0o600);
  await writeJson(offsite.ledgerKey, keys.ledger.signing, 0o600);
  for (const { name, signing } of operatorKeys) await writeJson(join(operators, `${name}.json`), signing, 0o600);
  return {
    orderKeys: [keys.order.verifying],
    editionKeys: [keys.edition.verifying],
    ledgerKeys: [keys.ledger.verifying],
    operatorKeys: operatorKeys.map(({ verifying }) => verifying),
  };
}

/** Draws the secrets that the sites share. */
export function drawLink(compartments: readonly string[]): Link {
  return {
    recoverySecret: secret(),
    publisherSecret: secret(),
    vaultSecrets: secretsFor(compartments),
    replicationPasswords: secretsFor(compartments),
  };
}

/** Off-site's trust after headquarters lost its keys: what the keys before signed stands in history and in editions, and stays verified. */
export function trustAnew(trust: Trust, { gatewayKeys, jobKeys }: HeadquartersKeys): Trust {
  return { ...trust, gatewayKeys: [...trust.gatewayKeys, ...gatewayKeys], jobKeys: [...trust.jobKeys, ...jobKeys] };
}

/** The trust of headquarters itself: of all that it ever signed with, its keys of today alone. */
export function trustAtHeadquarters(trust: Trust): Trust {
  return { ...trust, gatewayKeys: trust.gatewayKeys.slice(-1), jobKeys: trust.jobKeys.slice(-1) };
}

/** With other secrets for headquarters than those that were lost with it. */
export function linkAnew(link: Link): Link {
  return { ...link, recoverySecret: secret(), publisherSecret: secret() };
}

/** With secrets for compartments that came since; the same object if none did. */
export function completeLink(link: Link, compartments: readonly string[]): Link {
  const missing = compartments.filter((name) => !(name in link.vaultSecrets));
  if (missing.length === 0) return link;
  return {
    ...link,
    vaultSecrets: { ...link.vaultSecrets, ...secretsFor(missing) },
    replicationPasswords: { ...link.replicationPasswords, ...secretsFor(missing) },
  };
}

/** 64 hexadecimal digits. */
export function secret(): string {
  return randomBytes(32).toString('hex');
}

function secretsFor(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, secret()]));
}
