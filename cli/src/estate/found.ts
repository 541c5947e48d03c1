import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { type CompartmentManifest, type Estate, estateSchema, linkSchema, parseManifest, type Trust } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import { z } from 'zod';
import type { Configuration } from '#configuration/configuration.ts';
import { listAdopted } from './adopted.ts';
import { writeJson } from './file.ts';
import { completeLink, drawLink, makeHeadquartersKeys, makeOffsiteKeys } from './keys.ts';
import { type EstateFiles, type EstatePaths, filesOf, SITES, type SiteName } from './paths.ts';

const foundedSchema = z.object({ isSample: z.boolean(), foundedAt: z.string() });

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
export function withBuilds(estate: Estate, site: SiteName, { builds = {} }: Configuration): Estate {
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
    ...describeStandIn(configuration, { port, isSample }),
    ...describeReadingRoom(configuration, { port, isSample }),
    leaseMs: (configuration.leaseSeconds ?? DEFAULTS.leaseSeconds) * 1000,
    ...(configuration.drillHours === undefined ? {} : { drillEveryMs: configuration.drillHours * 3_600_000 }),
    ...(configuration.mail ? { mail: configuration.mail } : {}),
    ...(configuration.archiveRecipients ? { archiveRecipients: configuration.archiveRecipients } : {}),
    ...(configuration.baseEveryHours ? { baseEveryHours: configuration.baseEveryHours } : {}),
    ...(configuration.vaultTarget ? { vaultTarget: configuration.vaultTarget } : {}),
    ...(configuration.collectEveryHours ? { collectEveryMs: configuration.collectEveryHours * 3_600_000 } : {}),
    ...(configuration.collectAfterDays ? { collectAfterSeconds: configuration.collectAfterDays * 86_400 } : {}),
    ...(configuration.directoryServers ? { directoryServers: configuration.directoryServers } : {}),
    compartments: compartments.toSorted((left, right) => left.manifest.recoveryOrder - right.manifest.recoveryOrder),
  });
}

/** Where off-site answers when headquarters is lost: in a sample at another port, elsewhere as configured or not at all. */
function describeStandIn(
  configuration: Configuration,
  { port, isSample }: { readonly port: number; readonly isSample: boolean },
): Pick<Estate, 'standIn'> {
  const { standIn, statusPort } = configuration;
  if (standIn === undefined && !isSample) return {};
  const usualPort = isSample ? Math.min((statusPort ?? Math.min(port + 100, 65_535)) + 100, 65_535) : port;
  return { standIn: describeSecondAddress('standIn', standIn ?? {}, configuration, usualPort) };
}

/** Where the public reads off-site: as configured or not at all; in a sample at the port behind the stand-in's unless told. */
function describeReadingRoom(
  configuration: Configuration,
  { port, isSample }: { readonly port: number; readonly isSample: boolean },
): Pick<Estate, 'readingRoom'> {
  const { readingRoom, statusPort } = configuration;
  if (readingRoom === undefined) return {};
  const usualPort = isSample ? Math.min((statusPort ?? Math.min(port + 100, 65_535)) + 200, 65_535) : port;
  return { readingRoom: describeSecondAddress('readingRoom', readingRoom, configuration, usualPort) };
}

function describeSecondAddress(
  name: 'standIn' | 'readingRoom',
  given: NonNullable<Configuration['standIn']>,
  { listenAddress, tlsCertificate, tlsKey }: Configuration,
  usualPort: number,
): NonNullable<Estate['standIn']> {
  const { tlsCertificate: certificateFile = tlsCertificate, tlsKey: keyFile = tlsKey } = given;
  if ((given.tlsCertificate === undefined) !== (given.tlsKey === undefined))
    throw new EstateError('config.invalid', `reading the configuration: ${name}: set tlsCertificate and tlsKey both, or neither`);
  return {
    listenAddress: given.listenAddress ?? listenAddress ?? DEFAULTS.listenAddress,
    port: given.port ?? usualPort,
    tls: certificateFile && keyFile ? { certificateFile, keyFile } : null,
    names: given.names ?? null,
  };
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
  const trust: Trust = { ...(await makeHeadquartersKeys(files)), ...(await makeOffsiteKeys(files)) };
  const link = drawLink(compartments);
  for (const site of [files.headquarters, files.offsite]) {
    await writeJson(site.trust, trust, 0o644);
    await writeJson(site.link, link, 0o600);
  }
}

/** A compartment that came since the founding gets its shared secrets now. */
async function completeLinks(files: EstateFiles, compartments: readonly string[]): Promise<void> {
  const link = linkSchema.parse(JSON.parse(await readFile(files.headquarters.link, 'utf8')));
  const completed = completeLink(link, compartments);
  if (completed === link) return;
  await writeJson(files.headquarters.link, completed, 0o600);
  await writeJson(files.offsite.link, completed, 0o600);
}
