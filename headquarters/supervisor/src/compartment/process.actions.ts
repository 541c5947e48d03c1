import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import { claimsOfJob, type Estate, type Mail, mintToken, type SigningKey } from '@bulkhead/contracts';
import type { Log, Now } from '@bulkhead/kernel';
import { rolesOf } from '@bulkhead/postgres';
import type { Owner, ProcessSpec, Runtime } from '@bulkhead/supervision';
import type { CompartmentLayout, Layout } from '#layout/layout.rules.ts';
import { describeMail } from './mail.actions.ts';

const MEMORY_MB = 384;
const GRACE_MS = 5_000;
/** Long enough for a slow start; a token is used once, when the process begins. */
const JOB_TOKEN_SECONDS = 120;

export type ProcessDeps = {
  readonly name: string;
  /** The compartment's code below the runtime's checkout. */
  readonly directory: string;
  readonly runtime: Runtime;
  readonly layout: Layout;
  readonly own: CompartmentLayout;
  readonly owner: Owner | undefined;
  readonly internalSecret: string;
  readonly vaultSecret: string;
  /** Where the compartment's workers are reached. */
  readonly workerEnvironment: Readonly<Record<string, string>>;
  readonly jobKey: SigningKey;
  readonly newId: () => string;
  readonly now: Now;
  readonly logLevel: string;
  /** How mail leaves: known to identity alone, which writes all letters. */
  readonly mail: Mail | undefined;
  readonly log: Log;
};

/** What a compartment's process is started with: its own socket, blobs and database role, and nothing of anybody else. */
export function describeProcess(deps: ProcessDeps, mode: 'app' | 'reader', password: string): ProcessSpec {
  const { name, directory, runtime, layout, own } = deps;
  const environment = {
    SOCKET: own.socket,
    MODE: mode === 'app' ? 'open' : 'read-only',
    ESTATE_FILE: layout.estateFile,
    TRUST_FILE: layout.trustFile,
    INTERNAL_SECRET: deps.internalSecret,
    DATABASE_SOCKET_DIRECTORY: own.pgSockets,
    DATABASE_NAME: name,
    DATABASE_ROLE: rolesOf(name)[mode],
    DATABASE_PASSWORD: password,
    BLOB_DIRECTORY: own.blobs,
    VAULT_SOCKET: layout.offsite.vault,
    VAULT_SECRET: deps.vaultSecret,
    LOG_LEVEL: deps.logLevel,
    SEALING_KEY: sealingKeyOf(deps),
    ...deps.workerEnvironment,
  };
  return {
    name,
    entry: join(directory, 'src/main.ts'),
    environment: async () => ({
      ...environment,
      ...(name === 'identity' ? await describeMail(deps.mail, deps.log) : {}),
      ...(mode === 'app' ? { JOB_TOKEN: await mintJobToken(deps, 'start') } : {}),
    }),
    owner: deps.owner,
    read: [
      join(runtime.checkout, 'packages'),
      join(runtime.checkout, 'node_modules'),
      directory,
      ...modulesBeside(directory, layout),
      layout.published,
    ],
    write: [own.blobs, own.sockets],
    memoryMb: MEMORY_MB,
    health: { socket: own.socket, secret: deps.internalSecret, path: '/.bulkhead/health' },
    graceMs: GRACE_MS,
    restart: 'always',
  };
}

/** With what a compartment seals what its database shall not show: the same after every start, and at no other site. */
function sealingKeyOf({ jobKey, name }: Pick<ProcessDeps, 'jobKey' | 'name'>): string {
  return Buffer.from(hkdfSync('sha256', jobKey.privateKey, name, 'bulkhead sealing of a compartment', 32)).toString('hex');
}

/** An ordered build finds its packages through a link beside it. */
function modulesBeside(directory: string, layout: Layout): string[] {
  const builds = join(layout.data, 'builds');
  return directory.startsWith(`${builds}/`) ? [join(builds, 'node_modules')] : [];
}

/** Mints the token of work that no request asked for, such as `job:website.start`. */
export function mintJobToken(
  deps: Pick<ProcessDeps, 'name' | 'jobKey' | 'newId' | 'now'>,
  job: 'start' | 'migrate' | 'prepare' | 'roles',
): Promise<string> {
  const claims = claimsOfJob({ requestId: deps.newId(), compartment: deps.name, route: `job:${deps.name}.${job}` });
  return mintToken(deps.jobKey, claims, deps.now, JOB_TOKEN_SECONDS);
}

/** The estate as processes see it: the compartments' code where the runtime has it. */
export function relocateEstate(estate: Estate, checkout: string, runtime: Runtime): Estate {
  const prefix = `${checkout}/`;
  return {
    ...estate,
    compartments: estate.compartments.map(({ directory, manifest }) => ({
      manifest,
      directory: directory.startsWith(prefix) ? join(runtime.checkout, directory.slice(prefix.length)) : directory,
    })),
  };
}
