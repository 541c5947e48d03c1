import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import {
  type CompartmentManifest,
  type Estate,
  estateSchema,
  generateSigningKey,
  type Link,
  parseManifest,
  type Trust,
} from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import { z } from 'zod';
import type { Configuration } from '#configuration/configuration.ts';
import { listAdopted } from './adopted.ts';
import { type EstateFiles, type EstatePaths, filesOf, SITES, type SiteName } from './paths.ts';

const foundedSchema = z.object({ isSample: z.boolean(), foundedAt: z.string() });

/**
 * The two operators who are enrolled when an estate is founded. Their private keys are put beside the data;
 * in a real estate each is handed to its person and removed from here.
 */
export const FIRST_OPERATORS = ['first-operator', 'second-operator'] as const;

const DEFAULTS = {
  organisation: 'Sample Maritime Organization',
  domain: 'localhost',
  port: 8400,
  listenAddress: '127.0.0.1',
  leaseSeconds: 30,
} as const;

/**
 * Puts down what both sites need before they start: keys, secrets, trust, and the estate as configured now.
 * Keys are made once; the estate file follows the configuration at each start, unless a site runs by it already.
 * @throws EstateError `config.invalid`, `manifest.invalid`
 */
export async function foundEstate(
  configuration: Configuration,
  paths: EstatePaths,
  now: Now,
  running: readonly SiteName[] = [],
): Promise<Estate> {
  const files = filesOf(paths);
  const estate = await describeConfiguredEstate(configuration, paths);
  const founded = await readFounded(files);
  if (founded && founded.isSample !== estate.isSample) {
    throw new EstateError(
      'config.invalid',
      `starting: the estate in ${paths.data} was founded as ${founded.isSample ? 'a sample' : 'a real one'}; choose another dataDirectory for the other kind`,
    );
  }
  for (const site of running) await refuseOtherEstate(site, files[site].estate, estate);
  await mkdir(paths.data, { recursive: true, mode: 0o711 });
  if (!founded)
    await makeKeys(
      files,
      estate.compartments.map(({ manifest }) => manifest.name),
    );
  await completeLinks(
    files,
    estate.compartments.map(({ manifest }) => manifest.name),
  );
  for (const site of SITES)
    if (!running.includes(site)) await writeJson(files[site].estate, withBuilds(estate, site, configuration), 0o644);
  if (!founded) await writeJson(files.founded, { isSample: estate.isSample, foundedAt: now().toISOString() }, 0o644);
  return estate;
}

/** Headquarters may run another build of a compartment than the one that off-site publishes with. */
function withBuilds(estate: Estate, site: SiteName, { builds = {} }: Configuration): Estate {
  if (site === 'offsite') return estate;
  const compartments = estate.compartments.map(({ directory, manifest }) => ({
    manifest,
    directory: builds[manifest.name] ?? directory,
  }));
  return { ...estate, compartments };
}

/** Two sites that disagree about the estate could not work together. */
async function refuseOtherEstate(site: SiteName, file: string, estate: Estate): Promise<void> {
  const standing = estateSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  if (isDeepStrictEqual(standing, estate)) return;
  throw new EstateError(
    'config.invalid',
    `starting: ${site} runs with another configuration (${file}); give the same one, or "bulkhead stop" both sites to change it`,
  );
}

/** Reads the founding note; undefined where no estate stands. */
export async function readFounded(files: EstateFiles): Promise<z.infer<typeof foundedSchema> | undefined> {
  if (!existsSync(files.founded)) return undefined;
  return foundedSchema.parse(JSON.parse(await readFile(files.founded, 'utf8')));
}

/** Builds the estate from the configuration and the manifests of its compartments. */
export async function describeConfiguredEstate(configuration: Configuration, paths: EstatePaths): Promise<Estate> {
  const port = configuration.port ?? DEFAULTS.port;
  const isSample = configuration.sample ?? true;
  const names = configuration.compartments ?? (await listCompartments(paths.checkout));
  const native = await Promise.all(names.map((name) => readManifest(paths.checkout, name)));
  const compartments = [...native, ...(await listAdopted(configuration, paths))];
  refuseClashes(compartments.map(({ manifest }) => manifest));
  if (!isSample && configuration.organisation === undefined) {
    throw new EstateError(
      'config.invalid',
      'reading the configuration: an estate that is no sample needs its organisation; for example "organisation": "Maritime Authority of Example"',
    );
  }
  return estateSchema.parse({
    organisation: configuration.organisation ?? DEFAULTS.organisation,
    isSample,
    domain: configuration.domain ?? DEFAULTS.domain,
    port,
    statusPort: configuration.statusPort ?? Math.min(port + 100, 65_535),
    listenAddress: configuration.listenAddress ?? DEFAULTS.listenAddress,
    tls:
      configuration.tlsCertificate && configuration.tlsKey
        ? { certificateFile: configuration.tlsCertificate, keyFile: configuration.tlsKey }
        : null,
    leaseMs: (configuration.leaseSeconds ?? DEFAULTS.leaseSeconds) * 1000,
    ...(configuration.mail ? { mail: configuration.mail } : {}),
    ...(configuration.archiveRecipients ? { archiveRecipients: configuration.archiveRecipients } : {}),
    ...(configuration.baseEveryHours ? { baseEveryHours: configuration.baseEveryHours } : {}),
    ...(configuration.directoryServers ? { directoryServers: configuration.directoryServers } : {}),
    compartments: compartments.toSorted((left, right) => left.manifest.recoveryOrder - right.manifest.recoveryOrder),
  });
}

async function listCompartments(checkout: string): Promise<string[]> {
  const entries = await readdir(join(checkout, 'compartments'), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(checkout, 'compartments', entry.name, 'src', 'compartment.ts')))
    .map((entry) => entry.name);
}

async function readManifest(checkout: string, name: string): Promise<{ directory: string; manifest: CompartmentManifest }> {
  const directory = join(checkout, 'compartments', name);
  const file = join(directory, 'src', 'compartment.ts');
  if (!existsSync(file))
    throw new EstateError(
      'config.invalid',
      `reading the configuration: there is no compartment "${name}" (${file} does not exist)`,
    );
  const module: unknown = await import(pathToFileURL(file).href);
  const { manifest } = z.object({ manifest: z.unknown() }).parse(module);
  return { directory, manifest: parseManifest(manifest) };
}

function refuseClashes(manifests: readonly CompartmentManifest[]): void {
  const taken = new Map<string, string>();
  for (const { name, origins, adopted } of manifests) {
    const port = adopted && adopted.listens !== 'socket' ? [`the port ${adopted.listens.port}`] : [];
    for (const wanted of [`the name "${name}"`, ...origins.map(({ host }) => `the host "${host}"`), ...port]) {
      const other = wanted === 'the host "status"' ? 'the status page' : taken.get(wanted);
      if (other) throw new EstateError('manifest.invalid', `reading the manifests: ${name} and ${other} both want ${wanted}`);
      taken.set(wanted, name);
    }
  }
}

async function makeKeys(files: EstateFiles, compartments: readonly string[]): Promise<void> {
  const { headquarters, offsite, operators } = files;
  const keys = {
    gateway: generateSigningKey('gateway-1'),
    job: generateSigningKey('headquarters-jobs-1'),
    order: generateSigningKey('orders-1'),
    edition: generateSigningKey('editions-1'),
    ledger: generateSigningKey('ledger-1'),
  };
  const operatorKeys = FIRST_OPERATORS.map((name) => ({ name, ...generateSigningKey(`operator:${name}`) }));
  const trust: Trust = {
    gatewayKeys: [keys.gateway.verifying],
    jobKeys: [keys.job.verifying],
    orderKeys: [keys.order.verifying],
    editionKeys: [keys.edition.verifying],
    ledgerKeys: [keys.ledger.verifying],
    operatorKeys: operatorKeys.map(({ verifying }) => verifying),
  };
  await writeJson(headquarters.gatewayKey, keys.gateway.signing, 0o600);
  await writeJson(headquarters.jobKey, keys.job.signing, 0o600);
  await writeText(headquarters.cookieKey, secret(), 0o600);
  await writeJson(offsite.orderKey, keys.order.signing, 0o600);
  await writeJson(offsite.editionKey, keys.edition.signing, 0o600);
  await writeJson(offsite.ledgerKey, keys.ledger.signing, 0o600);
  const link: Link = {
    recoverySecret: secret(),
    publisherSecret: secret(),
    vaultSecrets: secretsFor(compartments),
    replicationPasswords: secretsFor(compartments),
  };
  for (const site of [headquarters, offsite]) {
    await writeJson(site.trust, trust, 0o644);
    await writeJson(site.link, link, 0o600);
  }
  for (const { name, signing } of operatorKeys) await writeJson(join(operators, `${name}.json`), signing, 0o600);
}

/** A compartment that came since the founding gets its shared secrets now. */
async function completeLinks(files: EstateFiles, compartments: readonly string[]): Promise<void> {
  const link = JSON.parse(await readFile(files.headquarters.link, 'utf8')) as Link;
  const missing = compartments.filter((name) => !(name in link.vaultSecrets));
  if (missing.length === 0) return;
  const completed: Link = {
    ...link,
    vaultSecrets: { ...link.vaultSecrets, ...secretsFor(missing) },
    replicationPasswords: { ...link.replicationPasswords, ...secretsFor(missing) },
  };
  await writeJson(files.headquarters.link, completed, 0o600);
  await writeJson(files.offsite.link, completed, 0o600);
}

function secret(): string {
  return randomBytes(32).toString('hex');
}

function secretsFor(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, secret()]));
}

function writeJson(path: string, value: unknown, mode: number): Promise<void> {
  return writeText(path, `${JSON.stringify(value, null, 2)}\n`, mode);
}

/** Writes whole or not at all: a file half written by a killed start must not hinder the next one. */
export async function writeText(path: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o711 });
  const file = await open(`${path}.new`, 'w', mode);
  await file.writeFile(text);
  await file.sync();
  await file.close();
  await rename(`${path}.new`, path);
}
