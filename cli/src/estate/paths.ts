import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Configuration } from '#configuration/configuration.ts';

export const SITES = ['headquarters', 'offsite'] as const;
export type SiteName = (typeof SITES)[number];

/** Where everything of an estate lies. */
export type EstatePaths = {
  readonly checkout: string;
  /** Databases, blobs, archive, vault, keys. */
  readonly data: string;
  /** Sockets: a short path. */
  readonly runtime: string;
};

/** Decides where an estate lies: as configured, else in the checkout (or in /var/lib when others could not reach it there). */
export function decidePaths(configuration: Configuration, checkout: string, uid: number): EstatePaths {
  const data = configuration.dataDirectory ? resolve(configuration.dataDirectory) : defaultData(checkout, uid);
  const runtime = configuration.runtimeDirectory ? resolve(configuration.runtimeDirectory) : defaultRuntime(data, uid);
  return { checkout, data, runtime };
}

function defaultData(checkout: string, uid: number): string {
  if (uid !== 0 || isReachableByOthers(checkout)) return join(checkout, '.bulkhead');
  return `/var/lib/bulkhead-${shortHash(checkout)}`;
}

function defaultRuntime(data: string, uid: number): string {
  return uid === 0 ? `/run/bulkhead-${shortHash(data)}` : `/tmp/bulkhead-${uid}-${shortHash(data)}`;
}

/** Whether other users can walk down to a directory: as root each process gets a user of its own, which must reach its files. */
function isReachableByOthers(path: string): boolean {
  for (let at = resolve(path); ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** Users that one estate's sites may give their processes: two sites' ranges, with room. */
const UIDS_OF_AN_ESTATE = 1000;
/** Where the ranges begin: above the users of people and of most container engines' defaults. */
const FIRST_UID = 1_000_000;
const RANGES = 1_000_000;
/** For user namespaces that map few users. */
const LOW_UID = 64_000;

/**
 * Decides the first of the users that the processes of an estate get when it is started as root. Each estate of a
 * machine has a range of its own: ending "all that runs as this user" must never reach another estate.
 */
export function decideUidBase(configuration: Configuration, data: string): number {
  if (configuration.uidBase !== undefined) return configuration.uidBase;
  const range = Number.parseInt(shortHash(data), 16) % RANGES;
  const base = FIRST_UID + range * UIDS_OF_AN_ESTATE;
  return isMapped(base + UIDS_OF_AN_ESTATE) ? base : LOW_UID;
}

/** Whether this user namespace knows a uid (user_namespaces(7)). */
function isMapped(uid: number): boolean {
  if (!existsSync('/proc/self/uid_map')) return false;
  const lines = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n');
  return lines.some((line) => {
    const [inside = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
    return uid >= inside && uid < inside + count;
  });
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** Files that the cli itself keeps or hands to the sites. */
export function filesOf(paths: EstatePaths) {
  const headquarters = join(paths.data, 'headquarters');
  const offsite = join(paths.data, 'offsite');
  return {
    /** Says that an estate was founded here, and whether it is a sample. */
    founded: join(paths.data, 'founded.json'),
    seeded: join(paths.data, 'seeded.json'),
    /** Manifests of the applications that were adopted. */
    adopted: join(paths.data, 'adopted.json'),
    /** Which site this installation is, when the other is on another host. */
    placing: join(paths.data, 'site.json'),
    operators: join(paths.data, 'operators'),
    logs: join(paths.data, 'logs'),
    headquarters: {
      directory: headquarters,
      /** Ids and control secrets of its run under way. */
      run: join(paths.data, 'run-headquarters.json'),
      estate: join(headquarters, 'estate.json'),
      trust: join(headquarters, 'trust.json'),
      link: join(headquarters, 'secrets', 'link.json'),
      jobKey: join(headquarters, 'secrets', 'job-key.json'),
      gatewayKey: join(headquarters, 'secrets', 'gateway-key.json'),
      cookieKey: join(headquarters, 'secrets', 'cookie-key.txt'),
      control: join(paths.runtime, 'hq', 'supervisor.sock'),
      /** Keys of the link with the other site. */
      linkDirectory: join(headquarters, 'link'),
      linkControl: join(paths.runtime, 'hq', 'link', 'control.sock'),
      /** What off-site told of the estate. */
      agreed: join(headquarters, 'agreed.json'),
    },
    offsite: {
      directory: offsite,
      run: join(paths.data, 'run-offsite.json'),
      estate: join(offsite, 'estate.json'),
      trust: join(offsite, 'trust.json'),
      link: join(offsite, 'secrets', 'link.json'),
      orderKey: join(offsite, 'secrets', 'order-key.json'),
      editionKey: join(offsite, 'secrets', 'edition-key.json'),
      ledgerKey: join(offsite, 'secrets', 'ledger-key.json'),
      control: join(paths.runtime, 'offsite', 'supervisor.sock'),
      linkDirectory: join(offsite, 'link'),
      linkControl: join(paths.runtime, 'offsite', 'internal', 'link', 'link.sock'),
      /** The public halves of off-site's own keys, from before headquarters joins. */
      verifying: join(offsite, 'verifying.json'),
      desk: join(paths.runtime, 'offsite', 'desk.sock'),
    },
  } as const;
}
export type EstateFiles = ReturnType<typeof filesOf>;
